/**
 * Kills of the tasks of instances; `--kill_chunk_size` bounds those in flight.
 *
 * Always true: kills has an entry for each instance whose task is to be killed and has not ended.
 */

import { forgetKill as forgetKillOf, repeatKills, requestKill } from '../../../kit/core/session/kills';
import type { Instance } from '../state/state';
import type { Turn } from '../state/turn';
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
  if (!instance.task || !isActive(instance.condition)) return;
  requestKill(turn, instance.id, { taskId: instance.task.id, agentId: instance.agent?.agentId });
}

/** Drops the kill of a task that has ended or is gone. */
export function forgetKill(turn: Turn, instance: Instance): void {
  forgetKillOf(turn, instance.id);
}

/** Kills all again after a new subscription. */
export function repeatAllKills(turn: Turn): void {
  for (const instance of turn.state.instances.values()) {
    if (instance.goal === 'Decommissioned') decommission(turn, instance);
  }
  repeatKills(turn);
}

/** Treats a task as lost without an update from Mesos, as after the removal of the framework with all its tasks. */
export function loseTask(turn: Turn, instance: Instance): void {
  if (instance.task) forgetTask(turn.state, instance.task.id);
  turn.state.kills.delete(instance.id);
  if (instance.goal === 'Decommissioned') expunge(turn, instance);
  else setCondition(turn, instance, 'Gone');
}
