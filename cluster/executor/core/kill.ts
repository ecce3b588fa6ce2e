/**
 * The kill of the task: SIGTERM to all of its processes, and SIGKILL when the grace period is over.
 *
 * A later kill can only shorten the grace period.
 */

import type * as mesos from '../../api/generated/mesos';
import type { Millis } from '../../model/time';
import type { ExecutorEffect } from './events';
import type { ExecutorState } from './state';
import { update } from './updates';

/** Mesos' DEFAULT_SIGNAL_ESCALATION_TIMEOUT. */
const GRACE_MS = 3000;

export function graceOf(policy: mesos.KillPolicy | undefined): Millis | undefined {
  const nanoseconds = policy?.grace_period?.nanoseconds;
  return nanoseconds === undefined ? undefined : Number(nanoseconds) / 1e6;
}

export interface KillOrder {
  readonly by: 'kill' | 'shutdown' | 'health';
  readonly graceMs: Millis | undefined;
  readonly now: Millis;
  readonly text?: string;
}

export function beginKill(state: ExecutorState, { by, graceMs, now, text }: KillOrder): ExecutorEffect[] {
  if (!state.task || state.process === 'ended') return [];
  const until = now + (graceMs ?? GRACE_MS);
  if (state.killing) {
    if (until >= state.killing.until) return [];
    state.killing.until = until;
    return [{ kind: 'wake', timer: 'grace', at: until }];
  }
  state.killing = { by, until, text };
  const effects: ExecutorEffect[] = [];
  if (state.framework?.capabilities?.some(({ type }) => type === 'TASK_KILLING_STATE')) {
    effects.push(...update(state, { task_id: state.task.task_id, state: 'TASK_KILLING' }, now));
  }
  if (state.process === 'running') effects.push({ kind: 'signal', signal: 'SIGTERM' });
  return [...effects, { kind: 'wake', timer: 'grace', at: until }];
}

export function graceOver(state: ExecutorState, now: Millis): ExecutorEffect[] {
  if (!state.killing || state.process === 'ended' || now < state.killing.until) return [];
  return [{ kind: 'signal', signal: 'SIGKILL' }];
}
