import type { ChronosEffect } from '../../../../../frameworks/chronos/core/state/effects';
import { historyOf } from '../../../../../frameworks/chronos/core/state/state';
import { World } from '../../world';

const PAGE =
  'http://h:5051/files/browse?path=%2Fframeworks%2FF%2Fexecutors%2Fct%3A1796121000000%3A0%3Aa%3A%2Fruns%2Flatest';

function withTask(members: object = {}): { world: World; taskId: string } {
  const world = new World();
  world.put('a', { schedule: 'R/2027-01-01T00:00:00Z/P1D', retries: 0, ...members });
  world.start('a');
  const [runId = ''] = world.state.ready;
  const agent = { agentId: 'S1', hostname: 'h', agentUrl: 'http://h:5051', frameworkId: 'F' };
  world.send({ kind: 'run.placed', runId, offerId: 'O1', ...agent });
  return { world, taskId: world.tasks('a')[0] ?? '' };
}

function endWith(world: World, taskId: string, message: string): ChronosEffect[] {
  const update = { state: 'TASK_FAILED', reason: undefined, message } as const;
  return world.send({ kind: 'task.update', taskId, update });
}

const attemptOf = (world: World): unknown => {
  const [past] = historyOf(world.entry('a'));
  return past?.kind === 'run' ? past.run.attempts[0] : undefined;
};

test('the output is asked for at the end, and kept with the attempt', () => {
  const { world, taskId } = withTask();
  endWith(world, taskId, 'Command exited with status 3');
  expect(world.log).toContain('read-output');
  world.send({ kind: 'task.output', taskId, output: 'the end' });
  expect(attemptOf(world)).toMatchObject({ exitCode: 3, output: 'the end', sandbox: PAGE });
  world.restart();
  expect(attemptOf(world)).toMatchObject({ output: 'the end' });
});

test('the output of an asynchronous job is asked for at the end of its launcher', () => {
  const { world, taskId } = withTask({ async: true });
  world.update(taskId, 'TASK_FINISHED');
  expect(world.log).toContain('read-output');
  world.send({ kind: 'task.output', taskId, output: 'started' });
  const [run] = Object.values(world.entry('a').active);
  expect(run?.attempts[0]).toMatchObject({ output: 'started', end: undefined });
});

test('the output of a job that is gone is dropped', () => {
  const { world, taskId } = withTask();
  world.command('job.delete', 'a');
  world.send({ kind: 'task.output', taskId, output: 'the end' });
  expect(world.state.jobs.size).toBe(0);
});

test('the output of an attempt is kept while its run waits in the queue for the next one', () => {
  const { world, taskId } = withTask({ retries: 1, concurrent: true });
  world.start('a');
  world.place();
  world.put('a', { schedule: 'R/2027-01-01T00:00:00Z/P1D', retries: 1 });
  endWith(world, taskId, 'Command exited with status 3');
  const waiting = (): unknown => world.entry('a').queue[0]?.attempts[0];
  expect(waiting()).toMatchObject({ exitCode: 3, output: undefined });
  world.send({ kind: 'task.output', taskId, output: 'the end' });
  expect(waiting()).toMatchObject({ exitCode: 3, output: 'the end' });
  world.restart();
  expect(waiting()).toMatchObject({ output: 'the end' });
});
