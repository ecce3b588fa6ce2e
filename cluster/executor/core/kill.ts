/**
 * The kill of the task: SIGTERM to all of its processes, and SIGKILL when the grace period is over.
 *
 * A later kill can only shorten the grace period.
 */

import type * as mesos from '../../api/generated/mesos';
import type { Millis } from '../../model/time';
import { type Turn, wake } from './turn';
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
  readonly text?: string;
}

export function beginKill(turn: Turn, { by, graceMs, text }: KillOrder): void {
  const { state, now, effects } = turn;
  if (!state.task || state.process === 'ended') return;
  const until = now + (graceMs ?? GRACE_MS);
  if (state.killing) {
    if (until < state.killing.until) {
      state.killing.until = until;
      wake(turn, { kind: 'grace' }, until);
    }
    return;
  }
  state.killing = { by, until, text };
  if (state.framework?.capabilities?.some(({ type }) => type === 'TASK_KILLING_STATE'))
    update(turn, { task_id: state.task.task_id, state: 'TASK_KILLING' });
  if (state.process === 'running') effects.push({ kind: 'signal', signal: 'SIGTERM' });
  wake(turn, { kind: 'grace' }, until);
}

export function graceOver({ state, now, effects }: Turn): void {
  if (!state.killing || state.process === 'ended' || now < state.killing.until) return;
  effects.push({ kind: 'signal', signal: 'SIGKILL' });
}
