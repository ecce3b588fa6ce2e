/**
 * The kill of a task: SIGTERM to all of its processes, and SIGKILL when the grace period is over.
 *
 * A later kill can only shorten the grace period, which counts from the first one.
 *
 * In: agent.kill, agent.shutdown, woke(grace), woke(completion)
 * Out: signal, update, wake, exit
 */

import type * as mesos from '../../api/generated/mesos';
import type { Millis } from '../../model/time';
import type { EventOf } from './events';
import { leaveWhenDone } from './leave';
import type { ExecutorTask, KillCause } from './task';
import { type TaskTimer, type Turn, wake } from './turn';
import { tell } from './updates';

/** Mesos' DEFAULT_SIGNAL_ESCALATION_TIMEOUT. */
const GRACE_MS = 3000;

export function graceOf(policy: mesos.KillPolicy | undefined): Millis | undefined {
  const nanoseconds = policy?.grace_period?.nanoseconds;
  return nanoseconds === undefined ? undefined : Number(nanoseconds) / 1e6;
}

export interface KillOrder {
  readonly by: KillCause;
  readonly graceMs: Millis | undefined;
}

/** Kills a task, or shortens the grace period of the kill that is under way. */
export function beginKill(turn: Turn, task: ExecutorTask, order: KillOrder): void {
  const { state, now } = turn;
  const { by, graceMs = state.boot.docker?.killGraceMs ?? GRACE_MS } = order;
  if (task.killing) return shortenGrace(turn, task, task.killing.since + graceMs);
  task.killing = { by, since: now, until: now + graceMs };
  turn.changed = true;
  const hasKilling = state.framework?.capabilities?.some(({ type }) => type === 'TASK_KILLING_STATE');
  if (hasKilling && by !== 'completion') tell(turn, task, { state: 'TASK_KILLING' });
  enforceKill(turn, task);
}

function shortenGrace(turn: Turn, task: ExecutorTask, until: Millis): void {
  const { killing, info } = task;
  if (!killing || until >= killing.until) return;
  killing.until = until;
  turn.changed = true;
  wake(turn, { kind: 'grace', taskId: info.task_id.value }, until);
}

/** Asks a running task to end, and sets the timer of the kill by force; one that starts is asked once it has. */
export function enforceKill(turn: Turn, task: ExecutorTask): void {
  const { info, killing } = task;
  if (!killing) return;
  const taskId = info.task_id.value;
  if (task.process === 'running') turn.effects.push({ kind: 'signal', taskId, signal: 'SIGTERM' });
  wake(turn, { kind: 'grace', taskId }, killing.until);
}

export function graceOver({ state, now, effects }: Turn, { taskId }: TaskTimer): void {
  const task = state.tasks.get(taskId);
  if (!task?.killing || task.process === 'starting' || now < task.killing.until) return;
  effects.push({ kind: 'signal', taskId, signal: 'SIGKILL' });
}

export function kill(turn: Turn, { taskId, killPolicy }: EventOf<'agent.kill'>): void {
  const task = turn.state.tasks.get(taskId);
  if (!task) return;
  beginKill(turn, task, { by: 'kill', graceMs: graceOf(killPolicy) ?? graceOf(task.info.kill_policy) });
}

/** Kills all tasks; without any the executor leaves. */
export function shutdown(turn: Turn): void {
  const { state } = turn;
  state.shuttingDown = true;
  turn.changed = true;
  leaveWhenDone(turn);
  for (const task of state.tasks.values())
    beginKill(turn, task, { by: 'shutdown', graceMs: state.boot.shutdownGraceMs });
}

/** The task has run for longer than its `max_completion_time`: it is killed without a grace period. */
export function completionOver(turn: Turn, { taskId }: TaskTimer): void {
  const task = turn.state.tasks.get(taskId);
  if (task && !task.killing) beginKill(turn, task, { by: 'completion', graceMs: 0 });
}
