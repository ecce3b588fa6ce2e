/**
 * What a master promised to an operator holds with every master after it, and what it means for offers holds at every step.
 */

import { agentMachineKey } from '../../../cluster/master/core/maintenance/agents';
import type { MasterState } from '../../../cluster/master/core/state/state';
import type { OperatorNode } from '../operator-node';
import type { World } from '../world';

export function checkPromises(world: World, operator: OperatorNode): void {
  const state = world.master.mailbox?.state;
  if (!state?.electedAt) return;
  const problems = [
    ...offerProblems(state),
    ...(operator.unsure ? [] : lostPromises(world, operator, state)),
  ];
  if (problems.length > 0) throw new Error(`seed ${world.seed}: ${problems.join('; ')}`);
}

function offerProblems(state: MasterState): string[] {
  const problems: string[] = [];
  for (const { agentId, id } of state.offers.values()) {
    if (state.agents.get(agentId)?.deactivated)
      problems.push(`offer ${id} of ${agentId}, which is deactivated`);
  }
  const asked = new Set<string>();
  for (const { id, agentId, frameworkId } of state.inverse.offers.values()) {
    const agent = state.agents.get(agentId);
    if (!agent || !state.registry.machines.has(agentMachineKey(agent))) {
      problems.push(`inverse offer ${id} of ${agentId}, which is not scheduled`);
    }
    if (asked.has(`${agentId} ${frameworkId}`))
      problems.push(`${frameworkId} is asked twice about ${agentId}`);
    asked.add(`${agentId} ${frameworkId}`);
  }
  return problems;
}

function lostPromises(world: World, operator: OperatorNode, { registry, agents }: MasterState): string[] {
  const problems: string[] = [];
  for (const id of operator.deactivated) {
    const isThere = registry.agents.has(id) || registry.unreachable.has(id);
    // An agent that was removed is forgotten, with what was wanted of it.
    if (!isThere) operator.deactivated.delete(id);
    else if (!registry.deactivated.has(id)) problems.push(`${id} is not deactivated any more`);
  }
  for (const id of operator.gone) if (!registry.gone.has(id)) problems.push(`${id} is not gone any more`);
  const modes = new Map([...registry.machines.values()].map(({ id, mode }) => [id.hostname, mode]));
  for (const { host } of world.agents) {
    if (modes.get(host) !== operator.machines.get(host)) {
      problems.push(`${host} is ${modes.get(host)}, not ${operator.machines.get(host)}`);
    }
  }
  const needed = registry.minimumCapabilities.has('AGENT_DRAINING');
  if (needed !== registry.deactivated.size > 0) problems.push('AGENT_DRAINING is needed, or is not, wrongly');
  for (const agent of agents.values()) {
    if (agent.deactivated !== registry.deactivated.has(agent.id))
      problems.push(`${agent.id} differs from the registry`);
  }
  return problems;
}
