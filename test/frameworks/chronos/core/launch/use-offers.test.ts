import { MasterWorld } from '../../master-world';

const NOW_ONCE = { schedule: 'R1//PT1H' };

function slotAfter(world: MasterWorld, ms: number): object {
  return { schedule: `R1/${new Date(world.now + ms).toISOString()}/PT1H` };
}

test('nothing is due, so offers are suppressed, and those that come are declined', () => {
  const world = new MasterWorld().subscribe();
  expect(world.types()).toContain('SUPPRESS');
  world.offer();
  const [declined] = world.calls();
  expect(declined?.decline?.filters?.refuse_seconds).toBe(5);
});

test('a job that is due asks for offers, and is launched from the first that fits', () => {
  const world = new MasterWorld().subscribe();
  world.calls();
  world.put('a', NOW_ONCE);
  expect(world.types()).toEqual(['REVIVE']);
  world.offer('cpus:0.01');
  expect(world.types()).toContain('DECLINE');
  world.offer();
  const accepted = world.accepted();
  expect(accepted?.accept?.offer_ids).toEqual([{ value: 'O2' }]);
  const [task] = accepted?.accept?.operations?.[0]?.launch?.task_infos ?? [];
  expect(task?.task_id.value).toBe(world.task);
  expect(task?.command?.value).toBe('true');
});

test('several runs are launched from one offer by one call', () => {
  const world = new MasterWorld().subscribe();
  for (const name of ['a', 'b', 'c']) world.put(name, NOW_ONCE);
  world.calls();
  world.offer();
  const accepted = world.accepted();
  expect(accepted?.accept?.operations?.[0]?.launch?.task_infos).toHaveLength(3);
});

test('offers are asked for five seconds before a slot, held, and used at its time', () => {
  const world = new MasterWorld().subscribe();
  world.put('a', slotAfter(world, 60_000));
  world.calls();
  world.advance(54_999);
  expect(world.types()).not.toContain('REVIVE');
  world.advance(1);
  expect(world.types()).toEqual(['REVIVE']);
  world.offer();
  world.advance(4_999);
  expect(world.types()).not.toContain('DECLINE');
  world.advance(1);
  expect(world.types()).toContain('ACCEPT');
});

test('an offer that is held for too long is given back for others', () => {
  const world = new MasterWorld().subscribe();
  const every = {
    schedule: `R/${new Date(world.now + 4000).toISOString()}/PT4S`,
    cpus: 9,
    concurrency: 'allow',
  };
  world.put('often', every);
  world.calls();
  world.offer();
  world.advance(9_999);
  expect(world.types()).not.toContain('DECLINE');
  world.advance(1);
  const declined = world.calls().find(({ type }) => type === 'DECLINE');
  expect(declined?.decline?.filters?.refuse_seconds).toBe(1);
});

test('a run that fits nothing holds up no other, and what the offers lacked is known', () => {
  const world = new MasterWorld().subscribe();
  world.put('huge', { ...NOW_ONCE, cpus: 99, highPriority: true });
  world.put('small', NOW_ONCE);
  world.calls();
  world.offer();
  expect(world.types()).toContain('ACCEPT');
  const lacks = [...(world.state.mesos?.waiting.lacks.values() ?? [])].map((lack) =>
    Object.fromEntries(lack),
  );
  expect(lacks).toEqual([{ 'has less than 99 cpus': 1 }]);
});

test('a rescinded offer is used no more', () => {
  const world = new MasterWorld().subscribe();
  world.put('a', slotAfter(world, 1000));
  world.offer();
  world.send({ kind: 'scheduler.rescind', offerId: 'O1' });
  world.calls();
  world.advance(1000);
  expect(world.types()).not.toContain('ACCEPT');
});

/** Chronos with a job that fits nowhere and has used up the REVIVEs that may follow each other at once. */
function worldWithHopelessJobs(): MasterWorld {
  const world = new MasterWorld().subscribe();
  for (const cpus of [96, 97, 98, 99]) world.put(`huge-${cpus}`, { ...NOW_ONCE, cpus });
  world.offer();
  world.advance(1000);
  world.calls();
  return world;
}

function start(world: MasterWorld, name: string): void {
  world.send({ kind: 'job.start', request: 1, name, arguments: '' });
}

test('a start by hand gets offers at once beside jobs that fit nowhere', () => {
  const world = worldWithHopelessJobs();
  world.put('a', slotAfter(world, 3_600_000));
  start(world, 'a');
  expect(world.types()).toEqual(['REVIVE']);
  world.offer();
  expect(world.types()).toContain('ACCEPT');
});

test('a job that fits nowhere is tried at once when its definition is replaced by one that fits', () => {
  const world = worldWithHopelessJobs();
  world.put('huge-99', { ...NOW_ONCE, cpus: 1 });
  expect(world.types()).toEqual(['REVIVE']);
  world.offer();
  expect(world.types()).toContain('ACCEPT');
});

test('a replaced job is tried on offers that are held', () => {
  const world = new MasterWorld().subscribe();
  world.put('near', slotAfter(world, 3000));
  world.put('huge', { ...NOW_ONCE, cpus: 99 });
  world.offer();
  world.calls();
  world.put('huge', { ...NOW_ONCE, cpus: 2 });
  expect(world.types()).toContain('ACCEPT');
});

test('starts by hand in a row lead to two REVIVEs a second at most', () => {
  const world = worldWithHopelessJobs();
  for (let second = 0; second < 5; second++) {
    for (let index = 0; index < 100; index++) {
      world.put(`a-${second}-${index}`, { ...NOW_ONCE, mem: 2000 + second * 100 + index });
      world.advance(10);
    }
  }
  const revives = world.types().filter((type) => type === 'REVIVE').length;
  expect(revives).toBeGreaterThanOrEqual(9);
  expect(revives).toBeLessThanOrEqual(12);
});

test('jobs that the offers were refused for do not hurry further offers', () => {
  const world = worldWithHopelessJobs();
  for (let index = 0; index < 20; index++) {
    world.put(`again-${index}`, { ...NOW_ONCE, cpus: 99 });
    world.advance(100);
  }
  expect(world.types().filter((type) => type === 'REVIVE').length).toBeLessThanOrEqual(1);
});

test('an offer goes back when the start deadline of its run has passed', () => {
  const world = new MasterWorld().subscribe();
  world.put('a', { ...slotAfter(world, 0), epsilon: 'PT5M' });
  world.calls();
  world.now += 6 * 60_000;
  world.offer();
  expect(world.types()).toEqual(['DECLINE', 'SUPPRESS']);
  expect(world.state.mesos?.offers.size).toBe(0);
});
