/**
 * Pings: each agent is pinged when it registers, and again after each `--agent_ping_timeout` (Mesos 1.11
 * SlaveObserver). Pings go on while a removal waits for its turn, since an answer cancels it.
 *
 * In: agent.pong, woke(ping ...)      Out: send(Ping), wake, store
 */

import { lookUp } from '../../../model/ids';
import type { Agent } from '../state/state';
import type { Timer } from '../state/timers';
import { emit, type Turn, wake } from '../state/turn';
import { cancelUnansweredPings, scheduleMarkUnreachable } from './mark-unreachable';

const PING = 'mesos.internal.PingSlaveMessage';

/**
 * Sends the first ping, at once: so the master takes a silent agent for unreachable when the agent, which counts from
 * the last ping, gives up on the master.
 */
export function startPings(turn: Turn, agent: Agent): void {
  agent.pingsUnanswered = 1;
  const message = { connected: true };
  emit(turn, { kind: 'send', to: agent.pid, name: PING, message });
  nextPing(turn, agent);
}

function nextPing(turn: Turn, agent: Agent): void {
  const { state, now } = turn;
  wake(turn, { kind: 'ping', agentId: agent.id }, now + state.boot.settings.agentPingTimeoutMs);
}

/** The time to answer a ping is over: pings again, and after `--max_agent_ping_timeouts` removes. */
export function ping(turn: Turn, { agentId }: Timer<'ping'>): void {
  const { state } = turn;
  const agent = state.agents.get(agentId);
  if (!agent) return;
  const isLost = agent.pingsUnanswered >= state.boot.settings.maxAgentPingTimeouts;
  const removal = { agentId: agent.id, kind: 'health', reason: 'health check timed out' } as const;
  if (isLost) scheduleMarkUnreachable(turn, removal);
  agent.pingsUnanswered += 1;
  const message = { connected: agent.connected };
  emit(turn, { kind: 'send', to: agent.pid, name: PING, message });
  nextPing(turn, agent);
}

export function pong(turn: Turn, pid: string): void {
  const { state } = turn;
  const agent = lookUp(state.agents, state.agentIdByPid.get(pid));
  if (!agent) return;
  agent.pingsUnanswered = 0;
  cancelUnansweredPings(state, agent.id);
}
