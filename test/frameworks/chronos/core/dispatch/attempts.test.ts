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
