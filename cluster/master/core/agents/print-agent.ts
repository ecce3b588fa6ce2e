/**
 * Agents in the form of the v1 API, for GET_AGENTS and AGENT_ADDED.
 */

import type * as api from '../../../api/generated/master';
import { printResources, printTime } from '../state/print';
import { type Agent, isOffered, type MasterState } from '../state/state';
import { holdersOn, offersOf, sumByRole } from '../tasks/holdings';

export type PrintedAgent = api.Response.GetAgents.Agent;

/** Prints an agent as it is now. */
export function printAgent(state: MasterState, agent: Agent): PrintedAgent {
  return agentPrinter(state, agent)();
}

/**
 * Gathers the members of an agent now, so that it can be printed later as it is now. Where `state` is filtered for a
 * reader, sums of resources count everything in `whole`.
 */
export function agentPrinter(state: MasterState, agent: Agent, whole = state): () => PrintedAgent {
  const asNow = { ...agent };
  const holders = holdersOn(whole.agents.get(agent.id) ?? agent);
  const offers = offersOf(state, agent.offers);
  const drain = state.registry.drains.get(agent.id);
  return () => ({
    agent_info: asNow.info,
    active: isOffered(asNow),
    deactivated: asNow.deactivated,
    drain_info: drain,
    estimated_drain_start_time: printTime(
      asNow.drainStartedAt && Math.floor(asNow.drainStartedAt / 1000) * 1000,
    ),
    version: asNow.version,
    pid: asNow.pid,
    registered_time: printTime(asNow.registeredAt),
    reregistered_time: printTime(asNow.reregisteredAt),
    total_resources: printResources(asNow.total),
    allocated_resources: printResources(sumByRole(holders)),
    offered_resources: printResources(sumByRole(offers)),
    capabilities: asNow.capabilities,
  });
}
