import { World } from '../../world';

const MINUTE = 60_000;

function running(members: object): World {
  const world = new World();
  world.put('a', { schedule: 'R1//PT1H', ...members });
  world.place();
  world.end('a', 'TASK_RUNNING');
  return world;
}

test('a failure is retried after the pause, as the next attempt of the same run', () => {
  const world = running({ retries: 1 });
  world.end('a', 'TASK_FAILED');
  world.advance(MINUTE - 1);
  expect(world.state.ready.size).toBe(0);
  world.advance(1);
  world.place();
  expect(world.tasks('a')[0]).toMatch(/^ct:\d+:1:a:$/);
  world.end('a', 'TASK_FAILED');
  expect(world.history('a')).toEqual(['slot failure in 2']);
  expect(world.log.at(-1)).toBe('failed a: TASK_FAILED');
  expect(world.entry('a').record.job).toMatchObject({
    errorCount: 1,
    errorsSinceLastSuccess: 1,
    disabled: false,
  });
});

test('a finished job is disabled after its success', () => {
  const world = running({});
  world.end('a');
  expect(world.entry('a').record.job).toMatchObject({ successCount: 1, disabled: true });
  expect(world.log.at(-1)).toBe('disabled a: no repetitions left');
});

test('a success after failures is told as a recovery', () => {
  const world = running({ schedule: 'R//PT1H', errorsSinceLastSuccess: 2 });
  world.end('a');
  expect(world.log.at(-1)).toBe('recovered a');
});

test('a launch that never began is launched again for the same slot, with another id', () => {
  const world = new World();
  world.put('a', { schedule: 'R1//PT1H' });
  world.place();
  const [first] = world.tasks('a');
  world.end('a', 'TASK_DROPPED');
  world.place();
  expect(world.tasks('a')).toHaveLength(1);
  expect(world.tasks('a')[0]).not.toBe(first);
  world.end('a');
  expect(world.history('a')).toEqual(['slot success in 1']);
});

test('updates that are repeated or late change nothing', () => {
  const world = running({ schedule: 'R//PT1H' });
  const [taskId = ''] = world.tasks('a');
  world.end('a');
  world.update(taskId, 'TASK_FAILED');
  world.update('ct:1:0:other:', 'TASK_FAILED');
  expect(world.history('a')).toEqual(['slot success in 1']);
});

test('an unreachable task blocks no other job and keeps its run', () => {
  const world = running({});
  world.end('a', 'TASK_UNREACHABLE');
  expect(world.tasks('a')).toHaveLength(1);
  world.end('a', 'TASK_GONE');
  expect(Object.values(world.entry('a').active)[0]?.nextAttemptAt).toBeDefined();
});

test('a kill is no failure and causes no retry', () => {
  const world = running({ schedule: 'R//PT1H' });
  world.command('job.kill', 'a');
  world.end('a', 'TASK_KILLED');
  expect(world.history('a')).toEqual(['slot killed in 1']);
  expect(world.entry('a').record.job).toMatchObject({ errorCount: 0, successCount: 0 });
});

test('a launch that is repeated after the start deadline is missed', () => {
  const world = new World();
  world.put('a', { schedule: 'R1/2026-12-01T11:00:00Z/PT1H', epsilon: 'PT5M' });
  world.advance(30 * MINUTE);
  world.place();
  world.advance(10 * MINUTE);
  world.end('a', 'TASK_DROPPED');
  world.advance(1);
  expect([world.history('a'), world.state.ready.size]).toEqual([
    ['missed 1: no offer fitted within epsilon'],
    0,
  ]);
});

test('an offer that comes after the start deadline, but before its timer, launches nothing', () => {
  const world = new World();
  world.put('a', { schedule: 'R1/2026-12-01T11:00:00Z/PT1H', epsilon: 'PT5M' });
  world.advance(30 * MINUTE);
  world.now += 6 * MINUTE;
  world.place();
  expect([world.log, world.history('a')]).toEqual([
    ['missed a: no offer fitted within epsilon'],
    ['missed 1: no offer fitted within epsilon'],
  ]);
});

test('a launch that was held for the store until after its start deadline does not go out', () => {
  const world = new World();
  world.put('a', { schedule: 'R1/2026-12-01T11:00:00Z/PT1H', epsilon: 'PT5M' });
  world.advance(30 * MINUTE);
  world.isDurable = false;
  world.place();
  world.now += 6 * MINUTE;
  world.send({ kind: 'stored', ticket: world.state.outbox.inFlight ?? 0 });
  expect(world.tasks('a')).toEqual([]);
  world.isDurable = true;
  world.send({ kind: 'stored', ticket: world.state.outbox.inFlight ?? 0 });
  expect(world.history('a')).toEqual(['missed 1: no offer fitted within epsilon']);
  expect(world.log).toEqual(['missed a: no offer fitted within epsilon']);
});

test('a task that runs without its run is killed, one of the original is not', () => {
  const world = running({ retries: 0 });
  const [taskId = ''] = world.tasks('a');
  world.end('a', 'TASK_LOST');
  world.update(taskId, 'TASK_RUNNING');
  expect(world.log.slice(-2)).toEqual(['note', 'kill a']);
  world.put('b', { schedule: 'R/2027-01-01T00:00:00Z/P1D' });
  world.update('ct:1:0:b:', 'TASK_RUNNING');
  world.update(taskId, 'TASK_FAILED');
  expect(world.log.at(-1)).toBe('kill a');
});

test.each([
  ['TASK_STAGING', true],
  ['TASK_KILLING', true],
  ['TASK_UNREACHABLE', false],
  ['TASK_UNKNOWN', false],
  ['TASK_GONE', false],
] as const)('a task without its run that is %s may run, so it is killed: %s', (state, isKilled) => {
  const world = running({ retries: 0 });
  const [taskId = ''] = world.tasks('a');
  world.end('a', 'TASK_FAILED');
  world.update(taskId, state);
  expect(world.log.at(-1) === 'kill a').toBe(isKilled);
});

test('the end of a launcher is not the end of its run, whatever is told later', () => {
  const world = running({ async: true, runTimeout: 600, retries: 0 });
  world.end('a');
  world.restart();
  world.end('a', 'TASK_UNKNOWN');
  expect(world.tasks('a')).toHaveLength(1);
  world.advance(10 * MINUTE);
  expect(world.log.at(-1)).toBe('failed a: it took longer than 600 s');
});

test('a timeout that is set while a run goes on holds for it', () => {
  const world = running({ schedule: 'R/2026-12-01T10:00:00Z/P1D' });
  world.put('a', { schedule: 'R/2026-12-02T10:00:00.000Z/P1D', runTimeout: 60 });
  world.advance(MINUTE);
  expect(world.log).toEqual(['launch a', 'kill a']);
});

test('a run that takes too long is killed and has failed', () => {
  const world = running({ runTimeout: 60, retries: 0 });
  world.advance(MINUTE);
  expect(world.log.at(-1)).toBe('kill a');
  world.end('a', 'TASK_KILLED');
  expect(world.log.at(-1)).toBe('failed a: it took longer than 60 s');
});

test('a retry of a job that was disabled meanwhile ends the run', () => {
  const world = running({ schedule: 'R/2026-12-01T10:00:00Z/P1D' });
  world.end('a', 'TASK_FAILED');
  world.put('a', { schedule: 'R/2026-12-01T10:00:00Z/P1D', disabled: true });
  world.advance(MINUTE);
  expect(world.history('a')).toEqual(['slot killed in 1']);
});

test('a child runs once for each cycle of its parents', () => {
  const world = new World();
  world.put('A', { schedule: 'R/2027-01-01T00:00:00Z/P1D' });
  world.put('B', { schedule: 'R/2027-01-01T00:00:00Z/P1D' });
  world.put('c', { parents: ['A', 'B'] });
  const runs = (...names: readonly string[]): number => {
    for (const name of names) {
      world.start(name);
      world.run(name);
      world.restart();
      world.run('c');
    }
    return world.history('c').length;
  };
  expect([runs('A'), runs('B'), runs('A', 'A'), runs('B')]).toEqual([0, 1, 1, 2]);
});

test('the children of a failed job wait, those of one with softError run', () => {
  const world = new World();
  world.put('a', { retries: 0 });
  world.put('b', { retries: 0, softError: true });
  world.put('ca', { parents: ['a'] });
  world.put('cb', { parents: ['b'] });
  world.place();
  world.end('a', 'TASK_FAILED');
  world.end('b', 'TASK_FAILED');
  world.place();
  expect([world.tasks('ca').length, world.tasks('cb').length]).toEqual([0, 1]);
});
