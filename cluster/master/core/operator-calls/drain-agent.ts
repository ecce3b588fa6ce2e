/**
 * DRAIN_AGENT: the agent gets no more offers and kills its tasks; without any it is DRAINED, or gone with `mark_gone`
 * (Mesos 1.11 Master::Http::drainAgent; the end is in drain/drained.ts).
 *
 * Out: store, answer, event(RESCIND), send(DrainSlave)
 */

import type * as mesos from '../../../api/generated/mesos';
import { sendDrain, syncActivity } from '../agents/record';
import { rescindOffersOfAgent } from '../agents/removal';
import { needsEach } from '../authorize/operator';
import { checkDrained, isKnownAgent } from '../drain/drained';
import { scheduledMachine } from '../maintenance/agents';
import { allocateSoon } from '../offers/schedule';
import type { MasterState } from '../state/state';
import type { Part } from '../validate/operator-call';
import { type ChangingCall, refuse, store } from './call';

/** A repeated call replaces the drain configuration. */
export const drainAgent: ChangingCall<'DRAIN_AGENT'> = {
  part: 'drain_agent',
  permission: needsEach(({ mark_gone }) => [
    { list: 'drain_agents' },
    ...(mark_gone ? [{ list: 'mark_agents_gone' } as const] : []),
  ]),
  check: drainError,
  run: (turn, part, event) => {
    const { state } = turn;
    const agentId = part.agent_id.value;
    if (!isKnownAgent(state, agentId)) return refuse(turn, event, 400, 'Unknown agent');
    if (state.leaving.get(agentId) === 'gone')
      return refuse(turn, event, 409, 'Agent is currently being marked gone');
    const info = { state: 'DRAINING', config: configOf(part) } as const;
    store(turn, event, { kind: 'drain', agentId, info });
  },
  // The agent may have no tasks already.
  stored: (turn, { agent_id }) => {
    const { state, now } = turn;
    const agent = state.agents.get(agent_id.value);
    if (!agent) return;
    agent.deactivated = true;
    agent.drainStartedAt = now;
    syncActivity(state, agent);
    rescindOffersOfAgent(turn, agent);
    sendDrain(turn, agent);
    checkDrained(turn, agent.id);
    allocateSoon(turn);
  },
};

/**
 * The error when an agent cannot be drained. The machine and capabilities of an agent that is not registered are
 * unknown.
 */
function drainError(state: MasterState, { agent_id }: Part<'DRAIN_AGENT'>): string | undefined {
  const agent = state.agents.get(agent_id.value);
  if (!agent) return undefined;
  const machine = scheduledMachine(state, agent);
  if (machine !== undefined)
    return `Agent ${agent.id} is part of a maintenance schedule under Machine ${machine}`;
  const isCapable = agent.capabilities.some(({ type }) => type === 'AGENT_DRAINING');
  return isCapable ? undefined : `Agent ${agent.id} is not capable of draining`;
}

function configOf({ mark_gone = false, max_grace_period: grace }: Part<'DRAIN_AGENT'>): mesos.DrainConfig {
  if (!grace) return { mark_gone };
  const nanoseconds = BigInt(grace.seconds ?? 0) * 1_000_000_000n + BigInt(grace.nanos ?? 0);
  return { max_grace_period: { nanoseconds }, mark_gone };
}
