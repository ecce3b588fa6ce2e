/**
 * Agents: how they register and come back after being away.
 *
 * In: agent.register, agent.reregister, registry.stored      Out: send, link, store, event, publish, wake
 * Always true: an agent is registered (in agents) only when the registry has it; what a change leads to
 * happens after it is stored. Rules: Mesos 1.11 src/master/master.cpp.
 */

import type * as internal from '../../../api/generated/internal';
import type * as mesos from '../../../api/generated/mesos';
import { sameContent } from '../../../model/equal';
import { equalResources, type Resources, readResources } from '../../../model/resources';
import { isTerminal } from '../../../model/task-state';
import type { Millis } from '../../../model/time';
import { applyCheckpoint, checkpointedOf } from '../../../model/volumes';
import { addAgent, clearAgentFilters, setAgentActive } from '../allocator/state';
import { checkDrained } from '../drain/drained';
import { isDown } from '../maintenance/agents';
import { agentFacts } from '../offer-constraints/agent-facts';
import { allocateSoon } from '../offers/schedule';
import { sendCheckpoint } from '../operations/apply';
import { isEnd, removeOperation } from '../operations/record';
import { change } from '../registrar/registrar';
import type { ReturnFrom } from '../registry/changes';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import { taskKey } from '../state/keys';
import { type Agent, count, isOffered, type MasterState } from '../state/state';
import { adoptExecutors } from '../tasks/executors';
import { killEffect } from '../tasks/tasks';
import { hasCapability } from '../validate/operation';
import { refusal, relocationError } from './admission';
import {
  adoptCompleted,
  adoptFrameworks,
  adoptTasks,
  endFrameworks,
  forgetShares,
  inOrder,
  knownFrameworks,
  reconciliations,
} from './adopt';
import { leave, rescindOffersOfAgent, shutdownForMaintenance } from './loss';
import { startPings } from './pings';
import { printAgent } from './print-agent';

const REGISTERED = 'mesos.internal.SlaveRegisteredMessage';
const REREGISTERED = 'mesos.internal.SlaveReregisteredMessage';
const SHUTDOWN = 'mesos.internal.ShutdownMessage';

/** A new agent asks to be admitted. Repeats are normal: agents ask until they are answered. */
export function register(state: MasterState, event: EventOf<'agent.register'>): MasterEffect[] {
  const { pid, message, at: now } = event;
  count(state, 'master/messages_register_slave');
  if (state.electedAt === undefined) return [];
  if (state.registry.arriving.has(pid)) return [];
  const refused = refusal(state, event);
  if (refused) return refused;
  const existing = state.agents.get(state.agentIdByPid.get(pid) ?? '');
  if (existing?.connected) return [sendRegistered(state, existing)];
  state.registry.arriving.add(pid);
  const effects = existing
    ? leave(state, existing, 'a new agent registered at the same address', 'registered')
    : [];
  const agentId = freshId(state);
  const info = { ...message.slave, id: { value: agentId } };
  return [
    ...effects,
    { kind: 'note', level: 'info', text: 'admitting an agent', fields: { agent: agentId, pid } },
    ...change(state, {
      change: { kind: 'admit', info },
      next: { kind: 'registered', agentId, pid, message },
    }),
    ...allocateSoon(state, now),
  ];
}

/** An id nobody has: agents of the registry may claim any. */
function freshId(state: MasterState): string {
  const { agents, unreachable, gone } = state.registry.ahead;
  const { arriving } = state.registry;
  for (;;) {
    const id = `${state.boot.id}-S${state.next.agent++}`;
    if (![agents, unreachable, gone, arriving].some((ids) => ids.has(id))) return id;
  }
}

/** The registry has the new agent. */
export function admitted(
  state: MasterState,
  next: { agentId: string; pid: string; message: internal.RegisterSlaveMessage },
  now: Millis,
): MasterEffect[] {
  count(state, 'master/slave_registrations');
  const agent = createAgent(state, { ...next, id: next.agentId, now });
  const { id, total, info, capabilities } = agent;
  addAgent(state.allocator, { id, total, facts: agentFacts(info, capabilities) });
  syncActivity(state, agent);
  return [
    { kind: 'link', to: agent.pid },
    sendRegistered(state, agent),
    ...startPings(state, agent, now),
    ...publishAdded(state, agent),
    ...shutdownIfDown(state, agent),
    ...allocateSoon(state, now),
  ];
}

interface Arrival {
  readonly id: string;
  readonly pid: string;
  readonly message: internal.RegisterSlaveMessage | internal.ReregisterSlaveMessage;
  readonly now: Millis;
}

function createAgent(state: MasterState, { id, pid, message, now }: Arrival): Agent {
  const agent: Agent = {
    id,
    info: infoOf(message.slave, id),
    pid,
    version: message.version ?? '',
    capabilities: message.agent_capabilities ?? [],
    total: totalOf(message),
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
 * The total of an agent: its machine's resources with the reservations and volumes made on them. While we
 * knew the agent, our record of the latter counts; else what it kept itself.
 */
function totalOf(
  { slave, checkpointed_resources: checkpointed }: Arrival['message'],
  existing?: Agent | undefined,
): Resources {
  const machine = readResources(slave.resources);
  const isOlder = existing && !hasCapability(existing, 'RESOURCE_PROVIDER');
  const total = applyCheckpoint(
    machine,
    isOlder ? checkpointedOf(existing.total) : readResources(checkpointed),
  );
  return 'error' in total ? machine : total;
}

function infoOf(slave: internal.SlaveInfo, id: string): mesos.AgentInfo {
  return { ...slave, id: { value: id }, checkpoint: slave.checkpoint ?? false };
}

/** Tells the allocator whether the agent takes part. */
export function syncActivity(state: MasterState, agent: Agent): void {
  setAgentActive(state.allocator, agent.id, isOffered(agent));
}

function sendRegistered(state: MasterState, agent: Agent): MasterEffect {
  const message = { slave_id: { value: agent.id }, connection: connectionOf(state) };
  return { kind: 'send', to: agent.pid, name: REGISTERED, message };
}

function connectionOf({ boot: { settings } }: MasterState): internal.MasterSlaveConnection {
  const totalMs = settings.agentPingTimeoutMs * settings.maxAgentPingTimeouts;
  return { total_ping_timeout_seconds: totalMs / 1000 };
}

/** An agent that was registered before, with this master or another, comes back. */
export function reregister(state: MasterState, event: EventOf<'agent.reregister'>): MasterEffect[] {
  const { pid, message, at: now } = event;
  count(state, 'master/messages_reregister_slave');
  const id = message.slave.id?.value;
  if (state.electedAt === undefined || id === undefined) return [];
  const { arriving } = state.registry;
  if (arriving.has(id) || arriving.has(pid) || state.leaving.has(id)) return [];
  if (state.registry.gone.has(id)) return [refuseGone(pid)];
  const refused = refusal(state, event) ?? relocationError(state, event);
  if (refused) return refused;
  const effects = retireOther(state, pid, id);
  const stored = state.registry.agents.get(id);
  if (stored && sameContent(stored, message.slave)) {
    return [...effects, ...reconnect(state, { id, pid, message, now: now, from: 'registry' })];
  }
  arriving.add(pid).add(id);
  const kind = stored ? 'update' : 'reachable';
  const from = stored ? 'registry' : state.registry.unreachable.has(id) ? 'unreachable' : 'unknown';
  const next = { kind: 'reregistered', pid, message, from } as const;
  return [...effects, ...change(state, { change: { kind, info: message.slave }, next })];
}

/** The registry has the agent as it describes itself now; it may have lost it again meanwhile. */
export function readmitted(
  state: MasterState,
  { pid, message, from }: { pid: string; message: internal.ReregisterSlaveMessage; from: ReturnFrom },
  now: Millis,
): MasterEffect[] {
  const id = message.slave.id?.value ?? '';
  state.registry.arriving.delete(id);
  if (state.registry.gone.has(id)) return [refuseGone(pid)];
  const refused = relocationError(state, { pid, message });
  if (refused) return refused;
  return state.registry.agents.has(id) ? reconnect(state, { id, pid, message, now, from }) : [];
}

function refuseGone(pid: string): MasterEffect {
  return { kind: 'send', to: pid, name: SHUTDOWN, message: { message: 'Agent has been marked gone' } };
}

/** One address is one agent: who registered from it under another id is gone. */
function retireOther(state: MasterState, pid: string, id: string): MasterEffect[] {
  const other = state.agents.get(state.agentIdByPid.get(pid) ?? '');
  if (!other || other.id === id) return [];
  return leave(state, other, 'a new agent registered at the same address', 'registered');
}

/** Admits a returning agent: its tasks are adopted, and it is told which ones it should know. */
function reconnect(
  state: MasterState,
  arrival: Omit<Arrival, 'message'> & { message: internal.ReregisterSlaveMessage; from: ReturnFrom },
): MasterEffect[] {
  const { id, pid, message, from, now } = arrival;
  count(state, 'master/slave_reregistrations');
  const effects: MasterEffect[] = [];
  const existing = state.agents.get(id);
  if (existing) {
    if (!isSameAgain(existing, arrival)) effects.push(...rescindOffersOfAgent(state, existing));
    state.agentIdByPid.delete(existing.pid);
    dropUnsupportedOperations(state, existing, message);
    forgetShares(state, existing);
  }
  const agent = existing ?? createAgent(state, arrival);
  const missing = existing ? reconciliations(state, existing, arrival) : [];
  const isAsBefore = existing && sameContent(existing.info.attributes, message.slave.attributes);
  refresh(state, agent, arrival);
  state.recovered.delete(id);
  const toUpdate = knownFrameworks(state, agent, message);
  const frameworks = adoptFrameworks(state, message);
  const tasks = adoptTasks(state, agent, { message, from, now });
  adoptExecutors(state, agent, message.executor_infos);
  if (!existing) adoptCompleted(state, agent, message);
  if (!isAsBefore) clearAgentFilters(state.allocator, id);
  syncActivity(state, agent);
  effects.push(
    ...inOrder({ frameworks, tasks, agent: existing ? [] : publishAdded(state, agent) }),
    { kind: 'link', to: pid },
    {
      kind: 'send',
      to: pid,
      name: REREGISTERED,
      message: { slave_id: { value: id }, reconciliations: missing, connection: connectionOf(state) },
    },
    ...toUpdate,
    ...endFrameworks(state, agent, message),
    ...killAgain(agent, message),
    ...sendDrain(state, agent),
    ...resendCheckpointed(agent, message),
    ...startPings(state, agent, now),
    ...checkReturned(state, agent, now),
    ...shutdownIfDown(state, agent),
  );
  return [...effects, ...allocateSoon(state, now)];
}

/** An agent that was never away, for us, and has what it had: its offers stay. */
function isSameAgain(existing: Agent, { message }: Arrival): boolean {
  return existing.connected && equalResources(existing.total, totalOf(message, existing));
}

/**
 * Agents that cannot give feedback any more send no acknowledgements on: their ended operations are over
 * (Master::_reregisterSlave).
 */
function dropUnsupportedOperations(
  state: MasterState,
  existing: Agent,
  { agent_capabilities }: Arrival['message'],
): void {
  const isAble = agent_capabilities?.some(({ type }) => type === 'AGENT_OPERATION_FEEDBACK') ?? false;
  if (isAble || !hasCapability(existing, 'AGENT_OPERATION_FEEDBACK')) return;
  for (const record of [...existing.operations.values()])
    if (record.info.id && isEnd(record.latest.state)) removeOperation(state, record);
}

/** The machine may have gone down while the registry was stored. */
function shutdownIfDown(state: MasterState, agent: Agent): MasterEffect[] {
  return isDown(state, agent.info.hostname, agent.pid) ? shutdownForMaintenance(state, agent) : [];
}

/** With resource providers, what is pending is known only when the agent reports it (UpdateSlaveMessage). */
function checkReturned(state: MasterState, agent: Agent, now: Millis): MasterEffect[] {
  const reportsLater = agent.capabilities.some(({ type }) => type === 'RESOURCE_PROVIDER');
  return reportsLater ? [] : checkDrained(state, agent.id, now);
}

/** An agent that keeps what we tell it, and missed something, is told again. */
function resendCheckpointed(
  agent: Agent,
  { checkpointed_resources: checkpointed }: Arrival['message'],
): MasterEffect[] {
  if (hasCapability(agent, 'RESOURCE_PROVIDER')) return [];
  return equalResources(checkpointedOf(agent.total), readResources(checkpointed))
    ? []
    : sendCheckpoint(agent);
}

function refresh(state: MasterState, agent: Agent, { pid, message, now }: Arrival): void {
  agent.pid = pid;
  agent.info = infoOf(message.slave, agent.id);
  agent.version = message.version ?? agent.version;
  agent.capabilities = message.agent_capabilities ?? agent.capabilities;
  agent.total = totalOf(message, agent);
  agent.resourceVersion = message.resource_version_uuid?.value ?? agent.resourceVersion;
  agent.connected = true;
  agent.active = true;
  agent.pingsUnanswered = 0;
  agent.reregisteredAt = now;
  state.agentIdByPid.set(pid, agent.id);
}

/** Kills that were asked for while the agent was away, of what it says it still runs. */
function killAgain(agent: Agent, { tasks }: internal.ReregisterSlaveMessage): MasterEffect[] {
  return (tasks ?? []).flatMap(({ task_id, framework_id, state }) => {
    const task = agent.tasks.get(taskKey({ frameworkId: framework_id.value, id: task_id.value }));
    return task?.killWanted && !isTerminal(state) ? [killEffect(agent, task)] : [];
  });
}

/** Tells an agent to empty itself, when that is what its operator wants. */
export function sendDrain(state: MasterState, agent: Agent): MasterEffect[] {
  const info = state.registry.drains.get(agent.id);
  if (!info || !agent.connected) return [];
  return [
    {
      kind: 'send',
      to: agent.pid,
      name: 'mesos.internal.DrainSlaveMessage',
      message: { config: info.config },
    },
  ];
}

function publishAdded(state: MasterState, agent: Agent): MasterEffect[] {
  if (state.operators.size === 0) return [];
  const { agent_info, ...rest } = printAgent(state, agent);
  // The original's event has what its AgentInfo has.
  const { checkpoint: _checkpoint, ...info } = agent_info;
  const agent_added = { agent: { agent_info: info, ...rest } };
  return [{ kind: 'publish', event: { type: 'AGENT_ADDED', agent_added } }];
}
