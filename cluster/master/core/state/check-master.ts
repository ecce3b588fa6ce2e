/**
 * A check of all that the master's state promises: the allocator's books, connections, offers, tasks and addresses.
 */

import { bookErrors } from './check-books';
import { connectionErrors } from './check-connections';
import { taskKey } from './keys';
import type { MasterState } from './state';

/** The most agents of a state that is checked while it serves: a larger one would hold everybody up for too long. */
export const CHECKED_AGENTS_MAX = 2000;

/** The violations of a state that serves. A large one is not checked. */
export function checkServing(state: MasterState): string[] {
  return state.agents.size > CHECKED_AGENTS_MAX ? [] : checkMaster(state);
}

/** The violations, a text each; none in a state that is right. */
export function checkMaster(state: MasterState): string[] {
  return [
    ...bookErrors(state),
    ...connectionErrors(state),
    ...offerErrors(state),
    ...taskErrors(state),
    ...addressErrors(state),
  ];
}

/** Every offer belongs to one connected framework and one registered agent, and both know it. */
function offerErrors({ offers, frameworks, agents }: MasterState): string[] {
  const errors: string[] = [];
  for (const { id, frameworkId, agentId } of offers.values()) {
    const framework = frameworks.get(frameworkId);
    if (!framework?.offers.has(id)) errors.push(`offer ${id} is not with its framework ${frameworkId}`);
    if (framework?.stream === undefined)
      errors.push(`offer ${id} is for ${frameworkId}, which is not connected`);
    if (!agents.get(agentId)?.offers.has(id)) errors.push(`offer ${id} is not with its agent ${agentId}`);
  }
  for (const holder of [...frameworks.values(), ...agents.values()])
    for (const id of holder.offers)
      if (!offers.has(id)) errors.push(`${holder.id} has the offer ${id}, which is over`);
  return errors;
}

/** Every task belongs to one framework and one agent, and both know it. */
function taskErrors({ frameworks, agents }: MasterState): string[] {
  const errors: string[] = [];
  for (const { id, tasks } of frameworks.values()) {
    for (const task of tasks.values()) {
      if (task.frameworkId !== id) errors.push(`${id} has the task ${task.id} of ${task.frameworkId}`);
      if (agents.get(task.agentId)?.tasks.get(taskKey(task)) !== task)
        errors.push(`task ${task.id} is not with its agent ${task.agentId}`);
    }
  }
  for (const { id, tasks } of agents.values()) {
    for (const task of tasks.values()) {
      if (task.agentId !== id) errors.push(`${id} has the task ${task.id} of ${task.agentId}`);
      if (frameworks.get(task.frameworkId)?.tasks.get(task.id) !== task)
        errors.push(`task ${task.id} is not with its framework ${task.frameworkId}`);
    }
  }
  return errors;
}

/** Every address is that of a registered agent. */
function addressErrors({ agents, agentIdByPid }: MasterState): string[] {
  const wrong = [...agentIdByPid].filter(([pid, id]) => agents.get(id)?.pid !== pid);
  return wrong.map(([pid, id]) => `${pid} is not the address of ${id}`);
}
