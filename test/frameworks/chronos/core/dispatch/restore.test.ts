import { SETTINGS, World } from '../../world';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test('after a failover runs go on where they were', () => {
  const world = new World();
  world.put('live', { schedule: 'R1//PT1H', retries: 1 });
  world.put('timed', { schedule: 'R1//PT1H', runTimeout: 600 });
  world.place();
  world.put('waiting', { schedule: 'R1//PT1H' });
  world.end('live', 'TASK_FAILED');
  world.restart();
  expect([world.tasks('live').length, world.tasks('timed').length, world.state.ready.size]).toEqual([
    0, 1, 1,
  ]);
  world.advance(MINUTE);
  expect(world.state.ready.size).toBe(2);
  world.advance(10 * MINUTE);
  expect(world.log.at(-1)).toBe('kill timed');
});

test('ids of runs are not used again', () => {
  const world = new World();
  world.put('a', { schedule: 'R1/2027-01-01T00:00:00Z/P1D' });
  const ids = [1, 2].map(() => {
    world.restart();
    world.start('a');
    const [id] = world.state.ready;
    world.run('a');
    return id;
  });
  expect(ids).toEqual(['a:1', 'a:2']);
});

test('histories are bounded by age, and the newest run stays', () => {
  const world = new World({ ...SETTINGS, ageMax: 48 * 60 * MINUTE });
  world.restart();
  world.put('a', { schedule: 'R/2026-12-01T11:00:00Z/PT1H' });
  for (let hour = 0; hour < 3; hour++) {
    world.advance(60 * MINUTE);
    world.run('a');
  }
  world.put('a', { schedule: 'R/2026-12-01T14:00:00.000Z/PT1H', disabled: true });
  world.advance(3 * 24 * 60 * MINUTE);
  expect(world.history('a')).toEqual(['slot success in 1']);
  expect([...world.stored.keys()]).toEqual(['job_a', 'state_a', 'run_a:3']);
});

test.each([
  ['no entry', 0, 48 * HOUR],
  ['an entry of a day ago', 24 * HOUR, 24 * HOUR],
  ['an entry that is too old before long', 47 * HOUR, 6 * HOUR],
])('with %s histories are looked at when they may have too old ones', (_name, age, pause) => {
  const world = new World({ ...SETTINGS, ageMax: 48 * HOUR });
  if (age > 0) {
    world.put('a', { schedule: 'R/2027-01-01T00:00:00Z/P1D' });
    world.start('a');
    world.run('a');
    world.now += age;
  }
  const wakes = world.send({ kind: 'woke', timer: 'retention' });
  const at = wakes.flatMap((effect) => (effect.kind === 'wake' ? [effect.at - world.now] : []));
  expect(Math.abs((at[0] ?? 0) - pause)).toBeLessThan(2 * MINUTE);
});

test('jobs that cannot be in the graph are quarantined and come back with their parents', () => {
  const world = new World();
  world.put('a', { schedule: 'R/2027-01-01T00:00:00Z/P1D' });
  world.put('b', { parents: ['a'] });
  world.put('c', { parents: ['b'] });
  world.stored.delete('job_a');
  world.restart();
  expect([...world.state.quarantined]).toEqual([
    ['b', "Job 'b' has unknown parents: 'a'"],
    ['c', "Job 'c' has unknown parents: 'b'"],
  ]);
  expect(world.log.filter((line) => line === 'note')).toHaveLength(3);
  world.put('a', { schedule: 'R/2027-01-01T00:00:00Z/P1D' });
  expect(world.state.quarantined.size).toBe(0);
  world.start('a');
  world.run('a');
  expect(world.state.ready.size).toBe(1);
});
