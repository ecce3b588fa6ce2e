import { restoreAgent } from '../../../../../cluster/agent/core/recovery/restore';
import type { CheckpointEntry } from '../../../../../cluster/agent/core/state/entries';
import type { AgentState } from '../../../../../cluster/agent/core/state/state';
import type { TaskState } from '../../../../../cluster/model/task-state';
import { taskInfo } from '../../../master/builders';
import { readWords } from '../../../master/operation-words';
import { numberedUuid } from '../../../numbered-uuid';
import { AGENT_BOOT } from '../../interpreter';

const FRAMEWORK = { name: 'web', user: 'root', id: { value: 'web' }, checkpoint: true };

const framework: CheckpointEntry = { entry: 'framework', frameworkId: 'web', value: FRAMEWORK };
const executor = (containerId = 'c', completed = false): CheckpointEntry => ({
  entry: 'executor',
  containerId,
  value: { frameworkId: 'web', kind: 'command', completed, info: { executor_id: { value: 't' } } },
});
const task: CheckpointEntry = { entry: 'task', containerId: 'c', taskId: 't', value: taskInfo('t', 'S0') };
const update = (number: number, state: TaskState, type: 'UPDATE' | 'ACK' = 'UPDATE'): CheckpointEntry => {
  const uuid = numberedUuid(number + 1);
  const status = { task_id: { value: 't' }, state, uuid };
  const value = { framework_id: { value: 'web' }, status, timestamp: number, uuid };
  return { entry: 'update', containerId: 'c', taskId: 't', number, value: { type, update: value } };
};

function restored(...entries: readonly CheckpointEntry[]): AgentState {
  const recovery = { mode: 'reconnect', rebooted: false, bootId: undefined, entries, errors: 0 } as const;
  return restoreAgent({ ...AGENT_BOOT, agentId: 'S0', recovery });
}

const found = (state: AgentState) => state.frameworks.get('web')?.executors.get('t');
const errorsOf = ({ counters }: AgentState): number => counters.get('slave/recovery_errors') ?? 0;
const removed = ({ commits }: AgentState): string[] =>
  [...commits.changes].flatMap(([place, { value }]) => (value === undefined ? [place] : []));

test('an agent without an earlier run is ready for a master', () => {
  expect(restoreAgent(AGENT_BOOT).phase).toBe('disconnected');
});

test('an agent with one recovers first', () => {
  expect(restored().phase).toBe('recovering');
});

test('reservations and a drain are those of before', () => {
  const state = restored(
    { entry: 'resources', value: readWords('cpus(db):1') },
    { entry: 'drain', value: { mark_gone: true } },
  );
  expect([state.checkpointed.length, state.drain]).toEqual([1, { mark_gone: true }]);
});

test('an executor waits for its return, in the sandbox that it had', () => {
  expect(found(restored(framework, executor(), task))).toMatchObject({
    state: 'registering',
    containerId: 'c',
    kind: 'command',
    directory: '/work-dir/slaves/S0/frameworks/web/executors/t/runs/c',
  });
});

test('a task has the state of its last update, and its history', () => {
  const state = restored(
    framework,
    executor(),
    task,
    update(1, 'TASK_RUNNING'),
    update(0, 'TASK_STARTING', 'ACK'),
  );
  const { state: last, statuses } = found(state)?.tasks.get('t') ?? {};
  expect([last, statuses?.map((status) => status.state)]).toEqual([
    'TASK_RUNNING',
    ['TASK_STARTING', 'TASK_RUNNING'],
  ]);
});

test('updates that are not acknowledged are sent again, in the order of their numbers, and known ones are dropped', () => {
  const state = restored(
    framework,
    executor(),
    task,
    update(10, 'TASK_FINISHED'),
    update(9, 'TASK_RUNNING'),
    update(8, 'TASK_STARTING', 'ACK'),
  );
  const stream = state.streams.get('web t');
  expect(stream?.pending.map(({ status }) => status.state)).toEqual(['TASK_RUNNING', 'TASK_FINISHED']);
  expect([stream?.numbers, stream?.next, stream?.received.size]).toEqual([[9, 10], 11, 3]);
});

test('a task whose end is acknowledged is a completed one', () => {
  const state = restored(framework, executor(), task, update(0, 'TASK_FINISHED', 'ACK'));
  expect(found(state)?.completedTasks.map((ended) => ended.state)).toEqual(['TASK_FINISHED']);
  expect(state.streams.size).toBe(0);
});

test('fewer completed executors are kept when the flag says so since', () => {
  const entries = [framework, ...['c', 'd', 'e'].map((id) => executor(id, true))];
  const recovery = { mode: 'reconnect', rebooted: false, bootId: undefined, entries, errors: 0 } as const;
  const settings = { ...AGENT_BOOT.settings, maxCompletedExecutors: 1 };
  const state = restoreAgent({ ...AGENT_BOOT, settings, agentId: 'S0', recovery });
  const kept = state.completedFrameworks.get('web')?.completedExecutors.map(({ containerId }) => containerId);
  expect([kept, removed(state)]).toEqual([['e'], ['executor/c', 'executor/d']]);
});

test('a completed executor is in the past of its framework, which has nothing else', () => {
  const state = restored(framework, executor('c', true), task, update(0, 'TASK_FINISHED', 'ACK'));
  expect(state.frameworks.size).toBe(0);
  const [past] = state.completedFrameworks.get('web')?.completedExecutors ?? [];
  expect(past?.completedTasks).toHaveLength(1);
});

test.each<[what: string, entries: readonly CheckpointEntry[], place: string]>([
  ['an executor without its framework', [executor()], 'executor/c'],
  ['a task without its executor', [framework, executor('d'), task], 'task/c/t'],
  ['updates without their task', [framework, executor(), update(0, 'TASK_RUNNING')], 'task/c/t'],
  ['a second run of an executor', [framework, executor(), executor('d')], 'executor/d'],
])('%s counts as an error and is removed', (_what, entries, place) => {
  const state = restored(...entries);
  expect([errorsOf(state), removed(state)]).toEqual([1, [place]]);
});

test('a framework without executors is forgotten', () => {
  expect(removed(restored(framework))).toEqual(['framework/web']);
});
