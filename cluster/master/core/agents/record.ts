/**
 * The record of an agent, made of its registration.
 *
 * Out: send(SlaveRegistered, DrainSlave), publish(AGENT_ADDED)
 */

import type * as internal from '../../../api/generated/internal';
import type * as mesos from '../../../api/generated/mesos';
import type { AgentId } from '../../../model/ids';
import type { Resources } from '../../../model/resources';
import type { Millis } from '../../../model/time';
import { applyCheckpoint, checkpointedOf } from '../../../model/volumes';
import { setAgentActive } from '../allocator/agents';
import { isDown } from '../maintenance/agents';
import type { AgentReport } from '../read/agent-report';
import type { MasterEffect } from '../state/effects';
import { type Agent, isOffered, type MasterState } from '../state/state';
import { emit, type Turn } from '../state/turn';
import { hasCapability } from '../validate/operation-context';
import { printAgent } from './print-agent';
import { shutdownForMaintenance } from './removal';

const REGISTERED = 'mesos.internal.SlaveRegisteredMessage';

/** A registration that is admitted, with the id of its agent. */
export interface Arrival {
  readonly id: AgentId;
  readonly report: AgentReport;
  readonly now: Millis;
}

export function createAgent(state: MasterState, { id, report, now }: Arrival): Agent {
  const { pid, message } = report;
  const agent: Agent = {
    id,
    info: infoOf(message.slave, id),
    pid,
    version: report.version,
    capabilities: message.agent_capabilities ?? [],
    total: totalOf(report),
    connected: true,
    active: true,
    deactivated: state.registry.deactivated.has(id),
    registeredAt: now,
    reregisteredAt: undefined,
    pingsUnanswered: 0,
    drainStartedAt: undefined,
    tasks: new Map(),
    executors: new Map(),
    operations: new Map(),
    resourceVersion: message.resource_version_uuid?.value,
    offers: new Set(),
  };
  state.agents.set(id, agent);
  state.agentIdByPid.set(pid, id);
  return agent;
}

/**
 * The total resources of an agent: those of its machine, with reservations and volumes. For an agent without
 * RESOURCE_PROVIDER that this master knows already, the master's record of reservations and volumes counts, since it
 * may have missed the last message about them; otherwise what the agent has checkpointed.
 */
export function totalOf({ machine, checkpointed }: AgentReport, existing?: Agent | undefined): Resources {
  const countsOurs = existing && !hasCapability(existing, 'RESOURCE_PROVIDER');
  const total = applyCheckpoint(machine, countsOurs ? checkpointedOf(existing.total) : checkpointed);
  return 'error' in total ? machine : total;
}

export function infoOf(slave: internal.SlaveInfo, id: string): mesos.AgentInfo {
  return { ...slave, id: { value: id }, checkpoint: slave.checkpoint ?? false };
}

/** Tells the allocator whether the agent may be offered. */
export function syncActivity(state: MasterState, agent: Agent): void {
  setAgentActive(state.allocator, agent.id, isOffered(agent));
}

export function sendRegistered(state: MasterState, agent: Agent): MasterEffect {
  const message = { slave_id: { value: agent.id }, connection: connectionOf(state) };
  return { kind: 'send', to: agent.pid, name: REGISTERED, message };
}

export function connectionOf({ boot: { settings } }: MasterState): internal.MasterSlaveConnection {
  const totalMs = settings.agentPingTimeoutMs * settings.maxAgentPingTimeouts;
  return { total_ping_timeout_seconds: totalMs / 1000 };
}

/** Shuts the agent down if its machine went DOWN while its admission was stored. */
export function shutdownIfDown(turn: Turn, agent: Agent): void {
  const { state } = turn;
  if (isDown(state, agent.info.hostname, agent.pid)) shutdownForMaintenance(turn, agent);
}

/** Sends the drain order to an agent that is to be drained: it may have missed it. */
export function sendDrain(turn: Turn, agent: Agent): void {
  const { state } = turn;
  const info = state.registry.drains.get(agent.id);
  if (!info || !agent.connected) return;
  emit(turn, {
    kind: 'send',
    to: agent.pid,
    name: 'mesos.internal.DrainSlaveMessage',
    message: { config: info.config },
  });
}

export function publishAdded(turn: Turn, agent: Agent): void {
  const { state } = turn;
  if (state.operators.size === 0) return;
  const { agent_info, ...rest } = printAgent(state, agent);
  // `checkpoint` is left out: the AgentInfo in the original's event has none.
  const { checkpoint: _checkpoint, ...info } = agent_info;
  const agent_added = { agent: { agent_info: info, ...rest } };
  emit(turn, { kind: 'publish', event: { type: 'AGENT_ADDED', agent_added } });
}
