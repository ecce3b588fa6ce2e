/**
 * Machines under maintenance, as operators' calls check and change them. Frameworks are told by the `unavailability` of
 * offers and by inverse offers (Mesos 1.11 src/master/http.cpp, Master::updateUnavailability).
 */

import type * as mesos from '../../../api/generated/mesos';
import { rescindOffersOfAgent } from '../agents/removal';
import { considerAgent } from '../allocator/agents';
import { agentMachineKey } from '../maintenance/agents';
import { listError, type ModeRequirement, modeError } from '../maintenance/validate';
import { forgetAnswers } from '../offers/inverse-offers';
import { allocateSoon } from '../offers/schedule';
import type { Agent, MasterState } from '../state/state';
import type { Turn } from '../state/turn';

/** The mode that machines must be in, and what is to happen to them. */
type Transition = Pick<ModeRequirement, 'from' | 'verb'>;

type Machines = readonly mesos.MachineID[];

/**
 * The error in the machines to be taken down or up; undefined when there is none. Only the first machine's mode is
 * checked here: the original authorizes the sender after the first one, so errors in the others come later
 * (laterMachinesError).
 */
export function machinesError(state: MasterState, ids: Machines, transition: Transition): string | undefined {
  return listError(ids) ?? firstError(state, ids.slice(0, 1), transition);
}

/** The error in the modes of the machines after the first one. */
export function laterMachinesError(
  state: MasterState,
  ids: Machines,
  transition: Transition,
): string | undefined {
  return firstError(state, ids.slice(1), transition);
}

function firstError(state: MasterState, ids: Machines, transition: Transition): string | undefined {
  const hasAgent = (key: string): boolean =>
    [...state.agents.values()].some((agent) => agentMachineKey(agent) === key);
  for (const id of ids) {
    const wrong = modeError(id, state.registry.machines, { ...transition, hasAgent });
    if (wrong) return wrong;
  }
  return undefined;
}

/** Offers of agents on these machines are made anew, with the new unavailability. */
export function machinesChanged(turn: Turn, machines: readonly string[]): void {
  const { state } = turn;
  for (const agent of agentsOn(state, machines)) {
    rescindOffersOfAgent(turn, agent);
    forgetAnswers(state, agent.id);
    considerAgent(state.allocator, agent.id);
  }
  allocateSoon(turn);
}

/** The agents on machines, by the machines' keys. */
export function agentsOn(state: MasterState, machines: readonly string[]): Agent[] {
  if (machines.length === 0) return [];
  const keys = new Set(machines);
  return [...state.agents.values()].filter((agent) => keys.has(agentMachineKey(agent)));
}
