import { unknownJob } from '../../../../../frameworks/chronos/core/jobs/refusal';
import { World } from '../../world';

function waiting(members: object = {}): World {
  const world = new World();
  world.put('a', { schedule: 'R3/2027-01-01T00:00:00Z/P1D', ...members });
  return world;
}

test('a manual start uses up no repetition, and its arguments replace those of the job', () => {
  const world = waiting({ arguments: ['-x'] });
  world.start('a', '-y z');
  world.place();
  expect(world.tasks('a')[0]).toMatch(/^ct:\d+:0:a:-y z$/);
  world.end('a');
  expect(world.entry('a').record.timing?.progress.remaining).toBe(3);
  world.start('a');
  world.place();
  expect(world.tasks('a')[0]).toMatch(/:-x$/);
});

test('a manual start of a running job is dropped, never queued', () => {
  const world = waiting();
  world.start('a');
  world.place();
  expect(world.start('a')).toEqual({ ok: true, text: '' });
  world.end('a');
  expect([world.state.ready.size, world.history('a').length]).toEqual([0, 1]);
});

test.each([[{ disabled: true }], [{ pausedReason: 'moving' }]])(
  'a manual start of a job with %j is no run',
  (members) => {
    const world = waiting(members);
    expect(world.start('a')).toEqual({ ok: true, text: '' });
    expect(world.state.ready.size).toBe(0);
  },
);

test('a success is marked with the text of the original, and starts the children', () => {
  const world = waiting();
  world.put('child', { parents: ['a'] });
  expect(world.command('job.succeed', 'a')).toEqual({ ok: true, text: 'marked job a as successful: true' });
  expect(world.command('job.succeed', 'x')).toEqual({ ok: false, refusal: unknownJob('x') });
  expect(world.entry('a').record.job.successCount).toBe(1);
  world.place();
  expect(world.tasks('child')).toHaveLength(1);
});

test('an asynchronous job runs until its callback', () => {
  const world = waiting({ async: true });
  world.start('a');
  world.place();
  const [taskId = ''] = world.tasks('a');
  world.end('a');
  expect(world.tasks('a')).toEqual([taskId]);
  expect(world.callback(taskId, 0)).toEqual({ ok: true, text: '' });
  expect(world.history('a')).toEqual(['manual success in 1']);
  expect(world.callback(taskId, 0)).toEqual({ ok: true, text: '' });
  expect(world.callback('x', 0)).toMatchObject({ refusal: { status: 400, message: "'x' is no task id" } });
});

test('a run that waits for its callback gets it although its job is asynchronous no more', () => {
  const world = new World();
  world.put('a', { schedule: 'R//PT1H', async: true });
  world.place();
  const [taskId = ''] = world.tasks('a');
  world.end('a');
  world.put('a', { schedule: 'R//PT1H' });
  expect(world.tasks('a')).toEqual([taskId]);
  world.callback(taskId, 0);
  expect(world.history('a')).toContain('slot success in 1');
});

test('a callback with another status is a failure', () => {
  const world = waiting({ async: true, retries: 0 });
  world.start('a');
  world.place();
  world.callback(world.tasks('a')[0] ?? '', 3);
  expect(world.log.at(-1)).toBe('failed a: the callback told status 3');
});

test('a kill ends a run that waits for its callback', () => {
  const world = waiting({ async: true });
  world.start('a');
  world.run('a');
  world.command('job.kill', 'a');
  expect(world.history('a')).toEqual(['manual killed in 1']);
});

test('a callback for the task of another job changes nothing', () => {
  const world = waiting();
  world.start('a');
  world.place();
  expect(world.callback(world.tasks('a')[0] ?? '', 0)).toEqual({ ok: true, text: '' });
  expect(world.tasks('a')).toHaveLength(1);
});

test('commands about unknown jobs are refused', () => {
  const world = new World();
  expect([world.start('x'), world.command('job.kill', 'x')]).toMatchObject([{ ok: false }, { ok: false }]);
});

test('runs that wait are dropped, and live tasks go on', () => {
  const world = new World();
  world.put('running', { schedule: 'R/2027-01-01T00:00:00Z/P1D' });
  world.start('running');
  world.place();
  world.put('due', { schedule: 'R2//PT1H' });
  world.put('retrying', { schedule: 'R/2027-01-01T00:00:00Z/P1D' });
  world.start('retrying');
  for (const runId of [...world.state.ready].filter((id) => id.startsWith('retrying')))
    world.send({ kind: 'run.placed', runId, offerId: 'O1', agentId: 'S1', hostname: 'host' });
  world.end('retrying', 'TASK_FAILED');
  world.send({ kind: 'runs.drop', request: 9 });
  expect(world.answers.at(-1)).toEqual({ ok: true, text: '' });
  expect([world.state.ready.size, world.state.runs.size, world.tasks('running').length]).toEqual([0, 1, 1]);
  expect(world.history('due')).toEqual(['skipped 1: dropped by a request']);
  expect(world.history('retrying')).toEqual(['manual killed in 1']);
});
