/**
 * Kills of the tasks of instances; `--kill_chunk_size` bounds those in flight.
 *
 * Always true: kills has an entry for each task that is to be killed and has not ended.
 */

import { repeatKills, requestKill } from '../../../kit/core/session/kills';
import type { Instance } from '../state/state';
import type { Turn } from '../state/turn';
import { isLive } from './conditions';
import { expunge, forgetTasks, recordChange, setCondition } from './instances';
import { reachableTasks } from './tasks';

/**
 * Decommissions an instance: its tasks are killed, and the instance is expunged once they have ended. An instance that is
 * unreachable or has no living task is expunged at once. One with a reservation stays until the next offer of what is
 * reserved for it, from which it is freed (residency/free.ts).
 */
export function decommission(turn: Turn, instance: Instance): void {
  if (instance.goal !== 'Decommissioned') {
    instance.goal = 'Decommissioned';
    recordChange(turn, instance);
  }
  if (isLive(instance) && instance.condition !== 'Unreachable') killTasks(turn, instance);
  else if (!instance.reservation || instance.condition === 'Unreachable') expunge(turn, instance);
}

/** Stops an instance for good, but for one with a reservation: it may be started again on its volumes. */
export function stop(turn: Turn, instance: Instance): void {
  // Nothing is on volumes that no offer has shown.
  if (!instance.reservation || instance.reservation.deadline !== undefined)
    return decommission(turn, instance);
  if (instance.goal === 'Running') {
    instance.goal = 'Stopped';
    recordChange(turn, instance);
  }
  killTasks(turn, instance);
}

/**
 * Kills the tasks of an instance. The instance stays, and is launched again if its goal is Running. Those that cannot be
 * reached are killed when they come back and are to stop (scheduler/updates.ts).
 */
export function killTasks(turn: Turn, instance: Instance): void {
  const agentId = instance.agent?.agentId;
  for (const task of reachableTasks(instance))
    requestKill(turn, instance.tasks ? task.id : instance.id, { taskId: task.id, agentId });
}

/** Kills all again after a new subscription. */
export function repeatAllKills(turn: Turn): void {
  for (const instance of turn.state.instances.values()) {
    if (instance.goal === 'Decommissioned') decommission(turn, instance);
    else if (instance.goal === 'Stopped') killTasks(turn, instance);
  }
  repeatKills(turn);
}

/** Treats tasks as lost without an update from Mesos, as after the removal of the framework with all its tasks. */
export function loseTasks(turn: Turn, instance: Instance): void {
  forgetTasks(turn.state, instance);
  for (const task of instance.tasks ?? []) task.condition = 'Gone';
  // A pod may be Gone already, for one of its tasks, while others lived.
  recordChange(turn, instance);
  if (instance.goal === 'Decommissioned' && !instance.reservation) expunge(turn, instance);
  else setCondition(turn, instance, 'Gone');
}
