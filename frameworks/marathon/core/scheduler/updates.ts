/**
 * Status updates of tasks.
 *
 * Always true: an update is acknowledged after its changes have been stored, and a living task of no known instance is
 * killed.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import { note } from '../../../../cluster/model/machine';
import { acknowledge } from '../../../kit/core/session/calls';
import { forgetKill, killOnce } from '../../../kit/core/session/kills';
import { announceHealth, unwatchHealth, watchHealth } from '../health/health';
import { conditionOf, isEnded, isLive, isReachable } from '../instances/conditions';
import { definitionOf } from '../instances/definition';
import { expunge, instanceOfTask, recordChange, setCondition } from '../instances/instances';
import { killTasks } from '../instances/kill';
import { conditionOfTasks, tasksOf } from '../instances/tasks';
import { handleUnreachable } from '../instances/unreachable';
import { resetBackoff, updateDelay } from '../launch/backoff';
import { returnToken } from '../launch/offers';
import { abandonReservation } from '../residency/reservations';
import type { EventOf } from '../state/events';
import { MESSAGE_MAX_CHARS } from '../state/limits';
import { specOf } from '../state/run-spec';
import type { Condition, Instance, IpAddress, Task, TaskNetwork } from '../state/state';
import { saveFailure } from '../state/storage';
import { isoTime, publish, type Turn } from '../state/turn';

export function applyUpdate(turn: Turn, { status }: EventOf<'scheduler.update'>): void {
  const taskId = status.task_id.value;
  turn.state.unconfirmed.delete(taskId);
  const instance = instanceOfTask(turn.state, taskId);
  const task = instance && tasksOf(instance).find(({ id }) => id === taskId);
  if (instance && task) applyStatus(turn, { instance, task, status });
  else applyUnknownTask(turn, status);
  acknowledge(turn, status);
}

/** Kills an unknown task that lives; publishes the end of one that does not. */
function applyUnknownTask(turn: Turn, status: mesos.TaskStatus): void {
  const condition = conditionOf(status);
  const taskId = status.task_id.value;
  if (isReachable(condition)) {
    if (status.state !== 'TASK_KILLING') reportAndKill(turn, status);
    return;
  }
  publish(turn, 'unknown_instance_terminated_event', { ...namesOf(taskId), condition });
}

/** Kills an unknown task. No operator asked for that, so log and event stream report it. */
function reportAndKill(turn: Turn, { task_id, agent_id, state }: mesos.TaskStatus): void {
  const { instanceId, runSpecId } = namesOf(task_id.value);
  const slaveId = agent_id?.value ?? '';
  note(turn, 'warn', 'a task that Marathon has no record of is killed', {
    task: task_id.value,
    app: runSpecId,
    agent: slaveId,
    state,
  });
  publish(turn, 'unknown_instance_kill_event', {
    instanceId,
    runSpecId,
    taskId: task_id.value,
    slaveId,
    taskStatus: state,
    reason: 'Marathon has no record of this task',
  });
  killOnce(turn, { taskId: task_id.value, agentId: agent_id?.value });
}

/** The instance, and in it the id of the app or pod; then the container and the incarnation. */
const TASK_ID = /^((.+)\.(?:instance-|marathon-)[^.]+)\./;

/** The instance and the app or pod that the id of a task names. */
function namesOf(taskId: string): { readonly instanceId: string; readonly runSpecId: string } {
  const [, instanceId = taskId, safe = taskId.split('.')[0] ?? ''] = TASK_ID.exec(taskId) ?? [];
  return { instanceId, runSpecId: `/${safe.split('_').join('/')}` };
}

interface TaskUpdate {
  readonly instance: Instance;
  readonly task: Task;
  readonly status: mesos.TaskStatus;
}

function applyStatus(turn: Turn, update: TaskUpdate): void {
  const { instance, task, status } = update;
  if (hasEnded(update)) return killReturned(turn, update);
  const news = task.state !== status.state;
  if (readStatus(turn, task, status) || news) recordChange(turn, instance);
  if (news) publishStatus(turn, update);
  const before = instance.condition;
  const condition = conditionAfter(turn, update);
  // It stays inactive, however often the master tells that it is unreachable.
  if (condition === 'Unreachable' && before === 'UnreachableInactive') return;
  setCondition(turn, instance, condition);
  const app = definitionOf(turn.state, instance);
  if (app && before !== condition) updateDelay(turn, app, condition);
  if (condition === 'Running') {
    watchHealth(turn, instance);
    if (app) announceHealth(turn, app, instance);
    if (before !== 'Running') returnToken(turn);
  } else if (before === 'Running') unwatchHealth(turn, instance);
  const failed = !isEnded(before) && isFailure(turn, update);
  if (!isReachable(conditionOf(status))) forgetKill(turn, ownerOf(update));
  if (isEnded(condition)) ended(turn, update, failed);
  else if (condition === 'Unreachable') handleUnreachable(turn, instance);
  // Its agent is back: an instance that was stopped or removed meanwhile.
  else if (instance.goal !== 'Running') killTasks(turn, instance);
}

/** True when an update comes after the end: of an app the end of its task a second time, of a container any. */
function hasEnded({ instance, task, status }: TaskUpdate): boolean {
  const container = instance.tasks?.find(({ id }) => id === task.id);
  if (container) return isEnded(container.condition);
  return isEnded(instance.condition) && isEnded(conditionOf(status));
}

/** Kills a container that runs after it was told to have ended: its group ends without it. */
function killReturned(turn: Turn, { instance, status }: TaskUpdate): void {
  if (!isReachable(conditionOf(status)) || status.state === 'TASK_KILLING') return;
  killOnce(turn, { taskId: status.task_id.value, agentId: instance.agent?.agentId });
}

/** The condition of an instance after an update: of an app that of its task, of a pod that of all of its tasks. */
function conditionAfter(turn: Turn, { instance, task, status }: TaskUpdate): Condition {
  const condition = conditionOf(status);
  const container = instance.tasks?.find(({ id }) => id === task.id);
  if (!instance.tasks || !container) return condition;
  if (container.condition !== condition) container.since = turn.now;
  container.condition = condition;
  container.message = messageOf(status) || undefined;
  const networks = networksOf(status);
  if (networks.length > 0) container.networks = networks;
  recordChange(turn, instance);
  return conditionOfTasks(instance.tasks);
}

/** Copies start, addresses and results of checks from a status to its task; true when one of them was new. */
function readStatus(turn: Turn, task: Task, status: mesos.TaskStatus): boolean {
  let news = false;
  task.state = status.state;
  if (status.state === 'TASK_RUNNING' && task.startedAt === undefined) {
    task.startedAt = status.timestamp === undefined ? turn.now : Math.round(status.timestamp * 1000);
    news = true;
  }
  const addresses = addressesOf(status);
  if (addresses.length > 0 && JSON.stringify(addresses) !== JSON.stringify(task.ipAddresses)) {
    task.ipAddresses = addresses;
    news = true;
  }
  if (status.healthy !== undefined && status.healthy !== task.healthy) {
    task.healthy = status.healthy;
    news = true;
  }
  const checked = checkResult(status.check_status);
  if (checked !== undefined && JSON.stringify(checked) !== JSON.stringify(task.checkResult)) {
    task.checkResult = checked;
    news = true;
  }
  return news;
}

function addressesOf(status: mesos.TaskStatus): IpAddress[] {
  const infos = status.container_status?.network_infos ?? [];
  return infos.flatMap(({ ip_addresses = [] }) =>
    ip_addresses.flatMap(({ ip_address, protocol }) =>
      ip_address === undefined ? [] : [{ ipAddress: ip_address, protocol: protocol ?? 'IPv4' }],
    ),
  );
}

function networksOf(status: mesos.TaskStatus): TaskNetwork[] {
  const infos = status.container_status?.network_infos ?? [];
  return infos.map(({ name, ip_addresses = [] }) => ({
    ...(name !== undefined && { name }),
    addresses: ip_addresses.flatMap(({ ip_address }) => ip_address ?? []),
  }));
}

function checkResult(check: mesos.CheckStatusInfo | undefined): unknown {
  if (!check) return undefined;
  if (check.http) return { http: { statusCode: check.http.status_code } };
  if (check.tcp) return { tcp: { succeeded: check.tcp.succeeded } };
  return { command: { exitCode: check.command?.exit_code } };
}

function publishStatus(turn: Turn, { instance, task, status }: TaskUpdate): void {
  publish(turn, 'status_update_event', {
    slaveId: status.agent_id?.value ?? instance.agent?.agentId ?? '',
    taskId: task.id,
    taskStatus: status.state,
    message: messageOf(status),
    appId: instance.appId,
    host: instance.agent?.host ?? '',
    ipAddresses: task.ipAddresses,
    ports: task.hostPorts,
    version: instance.version,
  });
}

function messageOf({ message }: mesos.TaskStatus): string {
  return (message ?? '').slice(0, MESSAGE_MAX_CHARS);
}

const FAILURES: ReadonlySet<Condition> = new Set<Condition>([
  'Failed',
  'Error',
  'Gone',
  'Dropped',
  'Unknown',
]);

/** True for a failure; a kill by the executor because of failed checks is one, too. */
function isFailure({ state }: Turn, update: TaskUpdate): boolean {
  const { instance, status } = update;
  if (FAILURES.has(instance.condition)) return true;
  const isUnhealthy = instance.tasks?.some(({ healthy }) => healthy === false) ?? status.healthy === false;
  return instance.condition === 'Killed' && isUnhealthy && !state.kills.has(ownerOf(update));
}

/** The name of the kill of a task: the instance of an app, the task of a container. */
function ownerOf({ instance, task }: TaskUpdate): string {
  return instance.tasks ? task.id : instance.id;
}

/** The end of an instance. The tasks of a pod that are left end with the first that fails. */
function ended(turn: Turn, { instance, task, status }: TaskUpdate, failed: boolean): void {
  if (failed && specOf(turn.state, instance.appId)) {
    saveFailure(turn, {
      appId: instance.appId,
      taskId: task.id,
      host: instance.agent?.host ?? '',
      state: status.state,
      message: messageOf(status),
      timestamp: isoTime(turn.now),
      version: instance.version,
      slaveId: instance.agent?.agentId,
    });
  }
  if (status.reason === 'REASON_AGENT_DRAINING') resetBackoff(turn, instance.appId);
  turn.state.readiness.delete(instance.id);
  if (isLive(instance)) return killTasks(turn, instance);
  if (instance.reservation && status.state === 'TASK_GONE_BY_OPERATOR') abandonReservation(turn, instance);
  else if (instance.goal === 'Decommissioned' && !instance.reservation) expunge(turn, instance);
}
