/** Continuation of DEACTIVATE_AGENT and REACTIVATE_AGENT: rescinds offers, or offers the agent again. */

import { syncActivity } from '../agents/record';
import { rescindOffersOfAgent } from '../agents/removal';
import { allocateSoon } from '../offers/schedule';
import type { Agent } from '../state/state';
import type { Turn } from '../state/turn';

/** Takes over from the registry whether the agent is deactivated. */
export function activityChanged(turn: Turn, agent: Agent): void {
  const { state } = turn;
  agent.deactivated = state.registry.deactivated.has(agent.id);
  if (agent.deactivated) rescindOffersOfAgent(turn, agent);
  if (!agent.deactivated) agent.drainStartedAt = undefined;
  syncActivity(state, agent);
  allocateSoon(turn);
}
