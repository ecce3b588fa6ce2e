/**
 * Health checks of the task: COMMAND, HTTP, TCP (Mesos 1.11 src/checks/health_checker.cpp).
 *
 * In: woke(health), health.checked
 * Out: check, update, and the kill of a task that stays unhealthy
 */

import type * as mesos from '../../api/generated/mesos';
import type { Millis } from '../../model/time';
import type { EventOf, ExecutorEffect } from './events';
import { beginKill, graceOf } from './kill';
import type { ExecutorState } from './state';
import { update } from './updates';

const DEFAULTS = { delay: 15, interval: 10, grace: 10, failures: 3 };
const REASON = 'REASON_TASK_HEALTH_CHECK_STATUS_UPDATED';

export function startHealth(state: ExecutorState, now: Millis): ExecutorEffect[] {
  const check = state.task?.health_check;
  if (!check) return [];
  state.health.startedAt = now;
  return [{ kind: 'wake', timer: 'health', at: now + (check.delay_seconds ?? DEFAULTS.delay) * 1000 }];
}

/** Orders a check, unless the task is being killed or the last check still runs. */
export function scheduleCheck(state: ExecutorState): ExecutorEffect[] {
  const check = state.task?.health_check;
  if (!check || state.process !== 'running' || state.killing || state.health.checking) return [];
  state.health.checking = true;
  return [{ kind: 'check', check }];
}

export function checked(state: ExecutorState, event: EventOf<'health.checked'>): ExecutorEffect[] {
  const check = state.task?.health_check;
  state.health.checking = false;
  if (!check || state.process !== 'running' || state.killing) return [];
  const again = event.at + (check.interval_seconds ?? DEFAULTS.interval) * 1000;
  const effects = event.ok ? succeeded(state, event.at) : failed(state, check, event);
  return [...effects, { kind: 'wake', timer: 'health', at: again }];
}

function succeeded(state: ExecutorState, now: Millis): ExecutorEffect[] {
  const { health } = state;
  const changed = health.healthy !== true;
  health.failures = 0;
  health.healthy = true;
  return changed ? report(state, true, undefined, now) : [];
}

function failed(
  state: ExecutorState,
  check: mesos.HealthCheck,
  event: EventOf<'health.checked'>,
): ExecutorEffect[] {
  const { health } = state;
  const graceMs = (check.grace_period_seconds ?? DEFAULTS.grace) * 1000;
  if (health.healthy === undefined && event.at - health.startedAt < graceMs) return [];
  health.failures += 1;
  health.healthy = false;
  const effects = report(state, false, event.detail, event.at);
  if (health.failures < Math.max(1, check.consecutive_failures ?? DEFAULTS.failures)) return effects;
  const text = `Task health check failed ${health.failures} times in a row: ${event.detail}`;
  const order = { by: 'health', graceMs: graceOf(state.task?.kill_policy), now: event.at, text } as const;
  return [...effects, ...beginKill(state, order)];
}

function report(
  state: ExecutorState,
  healthy: boolean,
  message: string | undefined,
  now: Millis,
): ExecutorEffect[] {
  if (!state.task) return [];
  const status = {
    task_id: state.task.task_id,
    state: 'TASK_RUNNING',
    healthy,
    reason: REASON,
    message,
  } as const;
  return update(state, status, now);
}
