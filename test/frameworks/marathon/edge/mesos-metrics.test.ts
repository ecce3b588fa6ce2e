import type * as mesos from '../../../../cluster/api/generated/mesos';
import { Metrics } from '../../../../cluster/runtime/metrics';
import { MesosMetrics } from '../../../../frameworks/marathon/edge/mesos-metrics';

function counted(killed: readonly string[] = []) {
  const metrics = new Metrics();
  const counts = new MesosMetrics(metrics, () => killed);
  return { counts, value: (name: string) => metrics.snapshot()[`marathon.${name}`] };
}

const status = (state: mesos.TaskState, reason?: mesos.TaskStatus['reason']): mesos.TaskStatus => ({
  task_id: { value: 't' },
  state,
  ...(reason && { reason }),
});

test('status updates are counted by their state', () => {
  const { counts, value } = counted();
  counts.update(status('TASK_RUNNING'));
  counts.update(status('TASK_RUNNING'));
  counts.update(status('TASK_GONE_BY_OPERATOR'));
  expect(value('mesos.task-updates.task-running.counter')).toBe(2);
  expect(value('mesos.task-updates.task-gone-by-operator.counter')).toBe(1);
  expect(value('mesos.task-updates.task-lost.counter')).toBe(0);
});

test('tasks that were out of memory are counted', () => {
  const { counts, value } = counted();
  counts.update(status('TASK_FAILED', 'REASON_CONTAINER_LIMITATION_MEMORY'));
  counts.update(status('TASK_FAILED', 'REASON_COMMAND_EXECUTOR_FAILED'));
  expect(value('mesos.task.oom.memory-limit-exceeded.counter')).toBe(1);
});

test('launches of groups and reservations are counted', () => {
  const { counts, value } = counted();
  const operations: mesos.Offer.Operation[] = [
    { type: 'RESERVE' },
    { type: 'LAUNCH_GROUP' },
    { type: 'LAUNCH' },
  ];
  counts.call({ type: 'ACCEPT', accept: { offer_ids: [], operations } });
  expect(value('mesos.offer-operations.launch-group.counter')).toBe(1);
  expect(value('mesos.offer-operations.reserve.counter')).toBe(1);
});

test('attempts of kills count while the kill is under way', () => {
  const killed = ['a', 'b'];
  const { counts, value } = counted(killed);
  for (const id of ['a', 'a', 'b', 'unknown'])
    counts.call({ type: 'KILL', kill: { task_id: { value: id } } });
  expect(value('instances.inflight-kill-attempts.gauge')).toBe(3);
  killed.splice(0, 1);
  expect(value('instances.inflight-kill-attempts.gauge')).toBe(1);
});
