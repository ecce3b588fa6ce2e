/**
 * The checks of a task: health checks, which kill a task that stays unhealthy, and checks, which only tell their result
 * (Mesos 1.11 src/checks/health_checker.cpp, checker.cpp, checker_process.cpp).
 *
 * In: task.checked, woke(health), woke(check)
 * Out: check, update, and the kill of a task that stays unhealthy
 */

import type * as mesos from '../../api/generated/mesos';
import type { Millis } from '../../model/time';
import { emptyStatus, failureOf, isSameStatus } from './check-status';
import type { CheckOrder, CheckResult, EventOf } from './events';
import { beginKill, graceOf } from './kill';
import type { CheckerName, ExecutorTask } from './task';
import { type TaskTimer, type Turn, wake } from './turn';
import { tellAgain } from './updates';

const DEFAULTS = { delay: 15, interval: 10, timeout: 20, grace: 10, failures: 3 };

/** Begins to check a task that has started. */
export function startChecks(turn: Turn, task: ExecutorTask): void {
  const { now } = turn;
  const { check, health_check: health } = task.info;
  if (check) {
    const dueAt = now + delayOf(check);
    task.check = { dueAt, checking: false, status: emptyStatus(check) };
  }
  if (health) {
    const dueAt = now + delayOf(health);
    task.health = { dueAt, checking: false, startedAt: now, failures: 0, initializing: true };
  }
  scheduleChecks(turn, task);
}

/** Sets the timers of a task's checks. */
export function scheduleChecks(turn: Turn, task: ExecutorTask): void {
  const taskId = task.info.task_id.value;
  if (task.check) wake(turn, { kind: 'check', taskId }, task.check.dueAt);
  if (task.health) wake(turn, { kind: 'health', taskId }, task.health.dueAt);
}

function delayOf(check: mesos.CheckInfo | mesos.HealthCheck): Millis {
  return (check.delay_seconds ?? DEFAULTS.delay) * 1000;
}

/** Orders a check, unless the task is being killed or the last check is still under way. */
export function checkDue(turn: Turn, { taskId }: TaskTimer): void {
  orderCheck(turn, taskId, 'check');
}

export function healthDue(turn: Turn, { taskId }: TaskTimer): void {
  orderCheck(turn, taskId, 'health');
}

function orderCheck({ state, effects }: Turn, taskId: string, checker: CheckerName): void {
  const task = state.tasks.get(taskId);
  const schedule = task?.[checker];
  if (!task || !schedule || schedule.checking || task.killing) return;
  schedule.checking = true;
  const order = checker === 'check' ? orderOf(task.info.check ?? {}) : healthOrderOf(task.info.health_check);
  if (order) effects.push({ kind: 'check', taskId, checker, order });
}

function timeoutOf({ timeout_seconds: seconds = DEFAULTS.timeout }: mesos.CheckInfo): Millis {
  return seconds > 0 ? seconds * 1000 : Number.POSITIVE_INFINITY;
}

/** The order of a check. One without what its type needs is refused by the master. */
function orderOf(check: mesos.CheckInfo): CheckOrder | undefined {
  const timeoutMs = timeoutOf(check);
  const { type, command, http, tcp } = check;
  if (type === 'COMMAND' && command) return { type, command: command.command, timeoutMs };
  if (type === 'HTTP' && http)
    return { type, scheme: 'http', port: http.port, path: http.path ?? '', isIpv6: false, timeoutMs };
  if (type === 'TCP' && tcp) return { type, port: tcp.port, isIpv6: false, timeoutMs };
  return undefined;
}

/** A health check may be over TLS and IPv6; without a type it is that of its command, as of old. */
function healthOrderOf(check: mesos.HealthCheck | undefined): CheckOrder | undefined {
  if (!check) return undefined;
  const { command, http, tcp } = check;
  const plain = orderOf({
    type: check.type ?? (command && 'COMMAND'),
    command: command && { command },
    http,
    tcp,
    timeout_seconds: check.timeout_seconds,
  });
  if (plain?.type === 'HTTP' && http)
    return { ...plain, scheme: http.scheme ?? 'http', isIpv6: http.protocol === 'IPv6' };
  return plain?.type === 'TCP' ? { ...plain, isIpv6: tcp?.protocol === 'IPv6' } : plain;
}

export function checked(turn: Turn, { taskId, checker, result }: EventOf<'task.checked'>): void {
  const task = turn.state.tasks.get(taskId);
  const schedule = task?.[checker];
  if (!task || !schedule) return;
  schedule.checking = false;
  if (task.killing) return;
  const seconds = (checker === 'check' ? task.info.check : task.info.health_check)?.interval_seconds;
  schedule.dueAt = turn.now + (seconds ?? DEFAULTS.interval) * 1000;
  wake(turn, { kind: checker, taskId }, schedule.dueAt);
  if (checker === 'check') tellCheck(turn, task, result);
  else judgeHealth(turn, task, result);
}

/** Tells the result of a check when it differs from the last one. */
function tellCheck(turn: Turn, task: ExecutorTask, result: CheckResult): void {
  const { check, info } = task;
  if (!check || !info.check) return;
  const status = 'status' in result ? result.status : emptyStatus(info.check);
  if (isSameStatus(status, check.status)) return;
  check.status = status;
  tellAgain(turn, task, { reason: 'REASON_TASK_CHECK_STATUS_UPDATED', check_status: status });
}

function judgeHealth(turn: Turn, task: ExecutorTask, result: CheckResult): void {
  const failure = 'status' in result ? failureOf(result.status) : result.error;
  if (failure === undefined) healthy(turn, task);
  else unhealthy(turn, task, failure);
}

function healthy(turn: Turn, task: ExecutorTask): void {
  const { health } = task;
  if (!health) return;
  const changed = health.initializing || health.failures > 0;
  health.failures = 0;
  health.initializing = false;
  if (changed) tellHealth(turn, task, true);
}

function unhealthy(turn: Turn, task: ExecutorTask, failure: string): void {
  const { health, info } = task;
  if (!health) return;
  const graceMs = (info.health_check?.grace_period_seconds ?? DEFAULTS.grace) * 1000;
  if (health.initializing && graceMs > 0 && turn.now - health.startedAt <= graceMs) return;
  health.failures += 1;
  tellHealth(turn, task, false, failure);
  if (health.failures < (info.health_check?.consecutive_failures ?? DEFAULTS.failures)) return;
  turn.state.unhealthy = true;
  beginKill(turn, task, { by: 'health', graceMs: graceOf(info.kill_policy) });
}

function tellHealth(turn: Turn, task: ExecutorTask, isHealthy: boolean, message?: string): void {
  const reason = 'REASON_TASK_HEALTH_CHECK_STATUS_UPDATED';
  tellAgain(turn, task, { healthy: isHealthy, reason, message });
}
