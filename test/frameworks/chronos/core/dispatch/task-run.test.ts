import { hasTask, runOfTask } from '../../../../../frameworks/chronos/core/dispatch/task-run';
import { World } from '../../world';

function worldWithRuns(): { world: World; ended: string; live: string } {
  const world = new World();
  world.put('a', { schedule: 'R/2027-01-01T00:00:00Z/P1D' });
  world.start('a');
  world.place();
  const [ended = ''] = world.tasks('a');
  world.end('a');
  world.start('a');
  world.place();
  const [live = ''] = world.tasks('a');
  return { world, ended, live };
}

test('the run of a task is found while it goes on, and in the history', () => {
  const { world, ended, live } = worldWithRuns();
  const entry = world.entry('a');
  expect(runOfTask(entry, live)?.end).toBeUndefined();
  expect(runOfTask(entry, ended)?.end).toEqual({ kind: 'success' });
  expect(runOfTask(entry, 'ct:1:0:a:')).toBeUndefined();
});

test('a run has the tasks of its attempts', () => {
  const { world, ended, live } = worldWithRuns();
  const [run] = Object.values(world.entry('a').active);
  expect([ended, live].map((taskId) => run && hasTask(run, taskId))).toEqual([false, true]);
});
