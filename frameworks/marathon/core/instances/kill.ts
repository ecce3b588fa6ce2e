/**
 * Kills of tasks: for tasks of instances at most `--kill_chunk_size` calls are in flight, and each is repeated until Mesos
 * reports the end of the task. The kill of an unknown task is sent once.
 *
 * Always true: kills has an entry for each instance whose task is to be killed and has not ended.
 */

import type { Instance, Kill } from '../state/state';
import { callDurable, type Turn, wake } from '../state/turn';
import { isActive } from './conditions';
import { expunge, forgetTask, recordChange, setCondition } from './instances';

/**
 * Decommissions an instance: its task is killed, and the instance is expunged once the task has ended. An instance that is
 * unreachable or has no task is expunged at once.
 */
export function decommission(turn: Turn, instance: Instance): void {
  if (instance.goal !== 'Decommissioned') {
    instance.goal = 'Decommissioned';
    recordChange(turn, instance);
  }
  if (instance.condition === 'Unreachable' || !isActive(instance.condition)) expunge(turn, instance);
  else killTask(turn, instance);
}

/** Kills the task of an instance. The instance stays, and is launched again if its goal is Running. */
export function killTask(turn: Turn, instance: Instance): void {
  const { kills } = turn.state;
  if (!instance.task || !isActive(instance.condition) || kills.has(instance.id)) return;
  kills.set(instance.id, { taskId: instance.task.id, agentId: instance.agent?.agentId });
  sendKills(turn);
}

/** Drops the kill of a task that has ended or is gone. */
export function forgetKill(turn: Turn, instance: Instance): void {
  if (turn.state.kills.delete(instance.id)) sendKills(turn);
}

/** Sends the kills that wait, as far as --kill_chunk_size allows. */
export function sendKills(turn: Turn): void {
  const { kills, settings } = turn.state;
  let inFlight = 0;
  for (const kill of kills.values()) if (kill.sentAt !== undefined) inFlight++;
  for (const kill of kills.values()) {
    if (inFlight >= settings.killChunkSize) break;
    if (kill.sentAt !== undefined) continue;
    sendKill(turn, kill);
    inFlight++;
  }
  if (inFlight > 0) wakeForRetry(turn);
}

/** The `kill-retry` timer: repeats the kills that had no effect in time. */
export function retryKills(turn: Turn): void {
  const { kills, settings } = turn.state;
  for (const kill of kills.values()) {
    if (kill.sentAt !== undefined && turn.now >= kill.sentAt + settings.killRetryMs) sendKill(turn, kill);
  }
  sendKills(turn);
}

/** Sends all kills again after a new subscription. */
export function repeatKills(turn: Turn): void {
  for (const instance of turn.state.instances.values()) {
    if (instance.goal === 'Decommissioned') decommission(turn, instance);
  }
  for (const kill of turn.state.kills.values()) kill.sentAt = undefined;
  sendKills(turn);
}

/** Kills a task that belongs to no instance. */
export function killUnknownTask(turn: Turn, taskId: string, agentId: string | undefined): void {
  callDurable(turn, killCall(taskId, agentId));
}

/** Treats a task as lost without an update from Mesos, as after the removal of the framework with all its tasks. */
export function loseTask(turn: Turn, instance: Instance): void {
  if (instance.task) forgetTask(turn.state, instance.task.id);
  turn.state.kills.delete(instance.id);
  if (instance.goal === 'Decommissioned') expunge(turn, instance);
  else setCondition(turn, instance, 'Gone');
}

function sendKill(turn: Turn, kill: Kill): void {
  kill.sentAt = turn.now;
  callDurable(turn, killCall(kill.taskId, kill.agentId));
}

function killCall(taskId: string, agentId: string | undefined) {
  return {
    type: 'KILL' as const,
    kill: { task_id: { value: taskId }, ...(agentId !== undefined && { agent_id: { value: agentId } }) },
  };
}

function wakeForRetry(turn: Turn): void {
  let next = Number.POSITIVE_INFINITY;
  for (const { sentAt } of turn.state.kills.values()) {
    if (sentAt !== undefined) next = Math.min(next, sentAt + turn.state.settings.killRetryMs);
  }
  if (Number.isFinite(next)) wake(turn, { kind: 'kill-retry' }, next);
}
