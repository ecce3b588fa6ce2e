/**
 * DRAIN_AGENT: the agent gets no more offers and kills its tasks; without any it is DRAINED, or gone with `mark_gone`
 * (Mesos 1.11 Master::Http::drainAgent; the end is in drain/drained.ts).
 *
 * In: DRAIN_AGENT, ACKNOWLEDGE, updates      Out: store, send(DrainSlave), answer
 */

import type * as master from '../../../api/generated/master';
import type * as mesos from '../../../api/generated/mesos';
import type { Millis } from '../../../model/time';
import { rescindOffersOfAgent } from '../agents/loss';
import { sendDrain, syncActivity } from '../agents/record';
import { checkDrained, isKnownAgent } from '../drain/drained';
import { scheduledMachine } from '../maintenance/agents';
import { allocateSoon } from '../offers/schedule';
import { change } from '../registrar/registrar';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import type { MasterState } from '../state/state';

/** DRAIN_AGENT. A repeated call replaces the drain configuration. */
export function drainAgent(state: MasterState, { request, call }: EventOf<'operator.call'>): MasterEffect[] {
  const order = call.drain_agent;
  if (!order) return [];
  const agentId = order.agent_id.value;
  const refuse = (status: number, text: string): MasterEffect[] => [
    { kind: 'answer', request, status, text },
  ];
  if (!isKnownAgent(state, agentId)) return refuse(400, 'Unknown agent');
  if (state.leaving.get(agentId) === 'gone') return refuse(409, 'Agent is currently being marked gone');
  const info = { state: 'DRAINING', config: readConfig(order) } as const;
  const next = { kind: 'draining', agentId, request } as const;
  return change(state, { change: { kind: 'drain', agentId, info }, next });
}

/**
 * The error when an agent cannot be drained. The machine and capabilities of an agent that is not registered are
 * unknown.
 */
export function drainError(state: MasterState, { call }: EventOf<'operator.call'>): string | undefined {
  const agent = state.agents.get(call.drain_agent?.agent_id.value ?? '');
  if (!agent) return undefined;
  const machine = scheduledMachine(state, agent);
  if (machine !== undefined)
    return `Agent ${agent.id} is part of a maintenance schedule under Machine ${machine}`;
  const isCapable = agent.capabilities.some(({ type }) => type === 'AGENT_DRAINING');
  return isCapable ? undefined : `Agent ${agent.id} is not capable of draining`;
}

function readConfig({ mark_gone, max_grace_period: grace }: master.Call.DrainAgent): mesos.DrainConfig {
  if (!grace) return { mark_gone: mark_gone ?? false };
  const nanoseconds = BigInt(grace.seconds ?? 0) * 1_000_000_000n + BigInt(grace.nanos ?? 0);
  return { max_grace_period: { nanoseconds }, mark_gone: mark_gone ?? false };
}

/** Continues after the drain is stored: rescinds offers and tells the agent, which may have no tasks already. */
export function draining(state: MasterState, agentId: string, now: Millis): MasterEffect[] {
  const agent = state.agents.get(agentId);
  if (!agent) return [];
  agent.deactivated = true;
  agent.drainStartedAt = now;
  syncActivity(state, agent);
  const effects = [...rescindOffersOfAgent(state, agent), ...sendDrain(state, agent)];
  return [...effects, ...checkDrained(state, agentId, now), ...allocateSoon(state, now)];
}
