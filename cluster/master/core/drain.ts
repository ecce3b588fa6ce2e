/**
 * Emptying an agent: no offers, its tasks are killed, and when the last one is over and known it is drained, or gone if that
 * was wished (Mesos 1.11 Master::Http::drainAgent, checkAndTransitionDrainingAgent).
 *
 * In: DRAIN_AGENT, ACKNOWLEDGE      Out: store, send(DrainSlave), answer
 */

import type { Millis } from '../../model/time';
import { sendDrain, syncActivity, withdrawOffers } from './agents';
import type { MasterEffect } from './effects';
import type { EventOf } from './events';
import { change } from './registry/queue';
import { allocateSoon } from './schedule';
import type { MasterState } from './state';

/** DRAIN_AGENT. Asking again replaces what was asked before. */
export function drainAgent(state: MasterState, { request, call }: EventOf<'operator.call'>): MasterEffect[] {
  const answer = (status: number, text: string): MasterEffect[] => [
    { kind: 'answer', request, status, text },
  ];
  const asked = call.drain_agent;
  if (!asked) return answer(400, "Failed to validate master::Call: Expecting 'drain_agent' to be present");
  const agentId = asked.agent_id.value;
  if (!state.registry.agents.has(agentId)) return answer(400, 'Unknown agent');
  if (state.agents.get(agentId)?.leaving) return answer(409, 'Agent is being removed');
  const { seconds = 0, nanos = 0 } = asked.max_grace_period ?? {};
  const config = {
    mark_gone: asked.mark_gone ?? false,
    max_grace_period: asked.max_grace_period && { nanoseconds: Number(seconds) * 1e9 + nanos },
  };
  const info = { state: 'DRAINING', config } as const;
  const next = { kind: 'draining', agentId, request } as const;
  return change(state, { change: { kind: 'drain', agentId, info }, next });
}

/** The registry knows: the agent is told, and may be empty already. */
export function draining(state: MasterState, agentId: string, now: Millis): MasterEffect[] {
  const agent = state.agents.get(agentId);
  if (!agent) return [];
  agent.deactivated = true;
  syncActivity(state, agent);
  const effects = [...withdrawOffers(state, agent), ...sendDrain(state, agent)];
  return [...effects, ...checkDrained(state, agentId), ...allocateSoon(state, now)];
}

/** Whether a draining agent is empty now: no tasks, and nothing about them unacknowledged. */
export function checkDrained(state: MasterState, agentId: string): MasterEffect[] {
  const info = state.registry.drains.get(agentId);
  const agent = state.agents.get(agentId);
  if (info?.state !== 'DRAINING' || !agent || agent.leaving || agent.tasks.size > 0) return [];
  const drainedInfo = { ...info, state: 'DRAINED' } as const;
  return change(state, {
    change: { kind: 'drain', agentId, info: drainedInfo },
    next: { kind: 'drained', agentId },
  });
}

/** The registry has the agent as drained. If it is to be gone, that comes next. */
export function drained(state: MasterState, agentId: string, now: Millis): MasterEffect[] {
  const note: MasterEffect = {
    kind: 'note',
    level: 'info',
    text: 'an agent is drained',
    fields: { agent: agentId },
  };
  const agent = state.agents.get(agentId);
  if (!state.registry.drains.get(agentId)?.config.mark_gone) return [note];
  if (agent) agent.leaving = true;
  const next = { kind: 'gone', agentId, request: undefined } as const;
  return [note, ...change(state, { change: { kind: 'gone', agentId, at: now }, next })];
}
