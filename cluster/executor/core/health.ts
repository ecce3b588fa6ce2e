/**
 * Health checks of the task: COMMAND, HTTP, TCP (Mesos 1.11 src/checks/health_checker.cpp).
 *
 * In: woke(health), health.checked
 * Out: check, update, and the kill of a task that stays unhealthy
 */

import type * as mesos from '../../api/generated/mesos';
import type { EventOf } from './events';
import { beginKill, graceOf } from './kill';
import { type Turn, wake } from './turn';
import { update } from './updates';

const DEFAULTS = { delay: 15, interval: 10, grace: 10, failures: 3 };
const REASON = 'REASON_TASK_HEALTH_CHECK_STATUS_UPDATED';

export function startHealth(turn: Turn): void {
  const { state, now } = turn;
  const check = state.task?.health_check;
  if (!check) return;
  state.health.startedAt = now;
  wake(turn, { kind: 'health' }, now + (check.delay_seconds ?? DEFAULTS.delay) * 1000);
}

/** Orders a check, unless the task is being killed or the last check still runs. */
export function scheduleCheck({ state, effects }: Turn): void {
  const check = state.task?.health_check;
  if (!check || state.process !== 'running' || state.killing || state.health.checking) return;
  state.health.checking = true;
  effects.push({ kind: 'check', check });
}

export function checked(turn: Turn, { ok, detail }: EventOf<'health.checked'>): void {
  const { state, now } = turn;
  const check = state.task?.health_check;
  state.health.checking = false;
  if (!check || state.process !== 'running' || state.killing) return;
  if (ok) succeeded(turn);
  else failed(turn, check, detail);
  wake(turn, { kind: 'health' }, now + (check.interval_seconds ?? DEFAULTS.interval) * 1000);
}

function succeeded(turn: Turn): void {
  const { health } = turn.state;
  const changed = health.healthy !== true;
  health.failures = 0;
  health.healthy = true;
  if (changed) report(turn, true);
}

function failed(turn: Turn, check: mesos.HealthCheck, detail: string): void {
  const { state, now } = turn;
  const { health } = state;
  const graceMs = (check.grace_period_seconds ?? DEFAULTS.grace) * 1000;
  if (health.healthy === undefined && now - health.startedAt < graceMs) return;
  health.failures += 1;
  health.healthy = false;
  report(turn, false, detail);
  if (health.failures < Math.max(1, check.consecutive_failures ?? DEFAULTS.failures)) return;
  const text = `Task health check failed ${health.failures} times in a row: ${detail}`;
  beginKill(turn, { by: 'health', graceMs: graceOf(state.task?.kill_policy), text });
}

function report(turn: Turn, healthy: boolean, message?: string): void {
  const { task } = turn.state;
  if (task) update(turn, { task_id: task.task_id, state: 'TASK_RUNNING', healthy, reason: REASON, message });
}
