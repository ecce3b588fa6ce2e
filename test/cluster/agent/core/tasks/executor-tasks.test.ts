import type { AgentEffect } from '../../../../../cluster/agent/core/state/effects';
import { initAgent, newExecutor } from '../../../../../cluster/agent/core/state/state';
import {
  countEnd,
  endTask,
  groupOf,
  isUseless,
  liveTasks,
} from '../../../../../cluster/agent/core/tasks/executor-tasks';
import { taskInfo } from '../../../master/builders';
import { AGENT_BOOT } from '../../interpreter';

const END = { state: 'TASK_KILLED', reason: 'REASON_TASK_KILLED_DURING_LAUNCH', message: 'killed' } as const;

/** An executor for which a group of two and a task wait. */
function waiting() {
  const [a, b, c] = ['a', 'b', 'c'].map((id) => taskInfo(id, 'S0'));
  const ids = { id: 'e', frameworkId: 'web', containerId: 'c', directory: '/sandbox', checkpoint: false };
  const executor = newExecutor({ ...ids, kind: 'custom', info: { executor_id: { value: 'e' } } });
  for (const task of [a, b, c]) if (task) executor.queued.set(task.task_id.value, task);
  if (a && b) executor.queuedGroups.push({ tasks: [a, b] });
  const effects: AgentEffect[] = [];
  const state = initAgent(AGENT_BOOT);
  const end = (id: string): void => endTask({ state, now: 0, effects }, executor, id, END);
  return { executor, end, state };
}

test('a group is queued until its last task is out of the queue', () => {
  const { executor, end } = waiting();
  expect([groupOf(executor, 'a') !== undefined, groupOf(executor, 'c')]).toEqual([true, undefined]);
  end('a');
  expect(executor.queuedGroups).toHaveLength(1);
  end('b');
  expect(executor.queuedGroups).toEqual([]);
  expect(liveTasks(executor).map(({ task_id }) => task_id.value)).toEqual(['c']);
});

test('a task ends once', () => {
  const { executor, end, state } = waiting();
  end('c');
  end('c');
  end('nobody');
  expect(executor.tasks.get('c')?.state).toBe('TASK_KILLED');
  expect(state.counters.get('slave/tasks_killed')).toBe(1);
});

test('ends that the original does not count make no metric', () => {
  const { state } = waiting();
  for (const end of ['TASK_DROPPED', 'TASK_GONE_BY_OPERATOR', 'TASK_GONE'] as const) countEnd(state, end);
  expect([...state.counters.keys()]).toEqual(['slave/tasks_gone']);
});

test('an executor is useless once all of its tasks have ended before it had them', () => {
  const { executor, end } = waiting();
  for (const id of ['a', 'b']) end(id);
  expect(isUseless(executor)).toBe(false);
  end('c');
  expect(isUseless(executor)).toBe(true);
  const heard = { task_id: { value: 'x' }, state: 'TASK_FINISHED', source: 'SOURCE_EXECUTOR' } as const;
  executor.completedTasks.push({ info: taskInfo('x', 'S0'), state: 'TASK_FINISHED', statuses: [heard] });
  expect(isUseless(executor)).toBe(false);
});
