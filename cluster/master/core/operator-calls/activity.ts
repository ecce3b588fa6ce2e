/** Continuation of DEACTIVATE_AGENT and REACTIVATE_AGENT: rescinds offers, or offers the agent again. */

import type { Millis } from '../../../model/time';
import { syncActivity } from '../agents/record';
import { rescindOffersOfAgent } from '../agents/removal';
import { allocateSoon } from '../offers/schedule';
import type { MasterEffect } from '../state/effects';
import type { Agent, MasterState } from '../state/state';

/** Takes over from the registry whether the agent is deactivated. */
export function activityChanged(state: MasterState, agent: Agent, now: Millis): MasterEffect[] {
  agent.deactivated = state.registry.deactivated.has(agent.id);
  const rescinded = agent.deactivated ? rescindOffersOfAgent(state, agent) : [];
  if (!agent.deactivated) agent.drainStartedAt = undefined;
  syncActivity(state, agent);
  return [...rescinded, ...allocateSoon(state, now)];
}
