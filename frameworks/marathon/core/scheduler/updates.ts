/**
 * Status updates of tasks.
 *
 * Always true: an update is acknowledged after its changes have been stored, and a living task of no known instance is
 * killed.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import { note } from '../../../../cluster/model/machine';
import { acknowledge } from '../../../kit/core/session/calls';
import { killOnce } from '../../../kit/core/session/kills';
import { announceHealth, unwatchHealth, watchHealth } from '../health/health';
import { conditionOf, isActive, isEnded } from '../instances/conditions';
import { appOf } from '../instances/definition';
import { expunge, instanceOfTask, recordChange, setCondition } from '../instances/instances';
import { forgetKill } from '../instances/kill';
import { handleUnreachable } from '../instances/unreachable';
import { resetBackoff, updateDelay } from '../launch/backoff';
import { returnToken } from '../launch/offers';
import type { EventOf } from '../state/events';
import { MESSAGE_MAX_CHARS } from '../state/limits';
import type { Condition, Instance, IpAddress, Task } from '../state/state';
import { saveFailure } from '../state/storage';
import { isoTime, publish, type Turn } from '../state/turn';

export function applyUpdate(turn: Turn, { status }: EventOf<'scheduler.update'>): void {
  const taskId = status.task_id.value;
  turn.state.unconfirmed.delete(taskId);
  const instance = instanceOfTask(turn.state, taskId);
  const task = instance?.task;
  if (instance && task) applyStatus(turn, { instance, task, status });
  else applyUnknownTask(turn, status);
  acknowledge(turn, status);
}

/** Kills an unknown task that lives; publishes the end of one that does not. */
function applyUnknownTask(turn: Turn, status: mesos.TaskStatus): void {
  const condition = conditionOf(status);
  const taskId = status.task_id.value;
  if (isActive(condition) && condition !== 'Unreachable') {
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

/** The instance and the app that the id of a task names. */
function namesOf(taskId: string): { readonly instanceId: string; readonly runSpecId: string } {
  const [instanceId = taskId] = taskId.split('._app.');
  const [safe = ''] = instanceId.split('.');
  return { instanceId, runSpecId: `/${safe.split('_').join('/')}` };
}

interface TaskUpdate {
  readonly instance: Instance;
  readonly task: Task;
  readonly status: mesos.TaskStatus;
}

function applyStatus(turn: Turn, update: TaskUpdate): void {
  const { instance, task, status } = update;
  const condition = conditionOf(status);
  if (isEnded(instance.condition) && isEnded(condition)) return;
  const news = task.state !== status.state;
  if (readStatus(turn, task, status) || news) recordChange(turn, instance);
  if (news) publishStatus(turn, update);
  const before = instance.condition;
  setCondition(turn, instance, condition);
  const app = appOf(turn.state, instance);
  if (app && before !== condition) updateDelay(turn, app, condition);
  if (condition === 'Running') {
    watchHealth(turn, instance);
    if (app) announceHealth(turn, app, instance);
    if (before !== 'Running') returnToken(turn);
  } else if (before === 'Running') unwatchHealth(turn, instance);
  if (isEnded(condition)) ended(turn, update);
  else if (condition === 'Unreachable') handleUnreachable(turn, instance);
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
function isFailure({ state }: Turn, instance: Instance, status: mesos.TaskStatus): boolean {
  if (FAILURES.has(instance.condition)) return true;
  return instance.condition === 'Killed' && status.healthy === false && !state.kills.has(instance.id);
}

function ended(turn: Turn, { instance, task, status }: TaskUpdate): void {
  if (isFailure(turn, instance, status) && turn.state.apps.has(instance.appId)) {
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
  forgetKill(turn, instance);
  turn.state.readiness.delete(instance.id);
  if (instance.goal === 'Decommissioned') expunge(turn, instance);
}
