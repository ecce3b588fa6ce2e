import { initExecutor, rebuiltFrom, savedOf } from '../../../../cluster/executor/core/state';
import { BOOT, stateWith, TASK } from '../play-executor';

test('an executor begins without a connection, a task and updates', () => {
  const state = initExecutor(BOOT);
  expect(state).toMatchObject({ connected: false, launches: 0, shuttingDown: false, unhealthy: false });
  expect(state.tasks.size + state.unacknowledged.size).toBe(0);
});

test('what is saved, as JSON, is the state without the subscription and the checks under way', () => {
  const state = stateWith('running');
  const [task] = state.tasks.values();
  if (!task) throw new Error('there is no task');
  task.killing = { by: 'kill', since: 1, until: 2 };
  task.health = { dueAt: 3, checking: true, startedAt: 0, failures: 1, initializing: false };
  const status = { task_id: { value: 't' }, state: 'TASK_RUNNING', uuid: 'u' } as const;
  state.unacknowledged.set('u', status);
  const saved = JSON.parse(JSON.stringify(savedOf(state)));
  const restored = initExecutor({ ...BOOT, saved, seed: 99 });
  expect(restored.connected).toBe(false);
  expect(restored.random.word).toBe(state.random.word);
  expect(restored.unacknowledged.get('u')).toEqual(status);
  expect(restored.tasks.get('t')).toMatchObject({
    process: 'running',
    killing: { by: 'kill', since: 1, until: 2 },
    health: { dueAt: 3, checking: false, failures: 1 },
  });
});

test('what is saved does not change with the state', () => {
  const state = stateWith('running');
  const [task] = state.tasks.values();
  if (task) task.killing = { by: 'kill', since: 1, until: 5 };
  const saved = savedOf(state);
  if (task?.killing) task.killing.until = 2;
  expect(saved.tasks[0]?.killing?.until).toBe(5);
});

test('without a saved state the tasks are those that the agent knows, and start again', () => {
  const framework = { user: 'u', name: 'f' };
  expect(rebuiltFrom([], { framework: undefined, seed: 1 })).toBeUndefined();
  expect(rebuiltFrom([{ info: TASK, containerId: 'C' }], { framework, seed: 1 })).toMatchObject({
    framework,
    launches: 1,
    tasks: [{ info: TASK, containerId: 'C', process: 'starting', killing: undefined }],
  });
});
