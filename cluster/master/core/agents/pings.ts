/**
 * Pings: each agent is pinged when it registers, and again after each `--agent_ping_timeout` (Mesos 1.11
 * SlaveObserver). Pings go on while a removal waits for its turn, since an answer cancels it.
 *
 * In: agent.pong, woke(ping ...)      Out: send(Ping), wake, store
 */

import type { Millis } from '../../../model/time';
import type { MasterEffect } from '../state/effects';
import type { Agent, MasterState } from '../state/state';
import { cancelUnansweredPings, scheduleMarkUnreachable } from './mark-unreachable';

const PING = 'mesos.internal.PingSlaveMessage';

/**
 * Sends the first ping, at once: so the master takes a silent agent for unreachable when the agent, which counts from
 * the last ping, gives up on the master.
 */
export function startPings(state: MasterState, agent: Agent, now: Millis): MasterEffect[] {
  agent.pingsUnanswered = 1;
  const message = { connected: true };
  return [{ kind: 'send', to: agent.pid, name: PING, message }, ...nextPing(state, agent, now)];
}

function nextPing(state: MasterState, agent: Agent, now: Millis): MasterEffect[] {
  return [{ kind: 'wake', timer: `ping ${agent.id}`, at: now + state.boot.settings.agentPingTimeoutMs }];
}

/**
 * The time to answer a ping is over: pings again, and after `--max_agent_ping_timeouts` removes. The timer is named
 * `ping <agent>`.
 */
export function ping(state: MasterState, timer: string, now: Millis): MasterEffect[] {
  const agent = state.agents.get(timer.slice('ping '.length));
  if (!agent) return [];
  const isLost = agent.pingsUnanswered >= state.boot.settings.maxAgentPingTimeouts;
  const removal = { agentId: agent.id, kind: 'health', reason: 'health check timed out' } as const;
  const effects = isLost ? scheduleMarkUnreachable(state, removal, now) : [];
  agent.pingsUnanswered += 1;
  const message = { connected: agent.connected };
  return [...effects, { kind: 'send', to: agent.pid, name: PING, message }, ...nextPing(state, agent, now)];
}

export function pong(state: MasterState, pid: string): MasterEffect[] {
  const agent = state.agents.get(state.agentIdByPid.get(pid) ?? '');
  if (!agent) return [];
  agent.pingsUnanswered = 0;
  cancelUnansweredPings(state, agent.id);
  return [];
}
