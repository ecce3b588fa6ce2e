/**
 * Reregistration of agents, after a broken connection, a restart or a failover of the master.
 *
 * In: agent.reregister, registry.stored(update, reachable)      Out: store, send, link, publish, wake
 * Always true: tasks and executors that the agent reports are adopted before it is told that it is registered.
 */

import type * as internal from '../../../api/generated/internal';
import { sameContent } from '../../../model/equal';
import { type AgentId, lookUp } from '../../../model/ids';
import { equalResources } from '../../../model/resources';
import { isTerminal } from '../../../model/task-state';
import { checkpointedOf } from '../../../model/volumes';
import { clearAgentFilters } from '../allocator/agents';
import { checkDrained } from '../drain/drained';
import { allocateSoon } from '../offers/schedule';
import { sendCheckpoint } from '../operations/apply';
import { isEnd, removeOperation } from '../operations/record';
import type { AgentReport, Reregistration } from '../read/agent-report';
import { change } from '../registrar/registrar';
import type { ReturnFrom } from '../registry/changes';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import { taskKey } from '../state/keys';
import { type Agent, count, type MasterState } from '../state/state';
import { collect, emit, type Turn } from '../state/turn';
import { adoptExecutors } from '../tasks/executors';
import { killEffect } from '../tasks/kill';
import { hasCapability } from '../validate/operation-context';
import { examine, refuseAgent, relocationRefusal } from './admission';
import { adoptFrameworks, endFrameworks, inOrder, updateFrameworks } from './adopt-frameworks';
import { adoptCompleted, adoptTasks, forgetShares, reconciliations } from './adopt-tasks';
import { startPings } from './pings';
import {
  type Arrival,
  connectionOf,
  createAgent,
  infoOf,
  publishAdded,
  sendDrain,
  shutdownIfDown,
  syncActivity,
  totalOf,
} from './record';
import { removeFromRegistry, rescindOffersOfAgent } from './removal';

const REREGISTERED = 'mesos.internal.SlaveReregisteredMessage';

const SHUTDOWN = 'mesos.internal.ShutdownMessage';

/** A reregistration. If the registry does not have the agent as it describes itself now, that is stored first. */
export function reregister(turn: Turn, event: EventOf<'agent.reregister'>): void {
  const { state } = turn;
  const { pid, message, at: now } = event;
  count(state, 'master/messages_reregister_slave');
  const id = message.slave.id?.value;
  if (state.electedAt === undefined || id === undefined) return;
  const { arriving } = state.registry;
  if (arriving.has(id) || arriving.has(pid) || state.leaving.has(id)) return;
  if (state.registry.gone.has(id)) return emit(turn, refuseGone(pid));
  const report = examine(state, event);
  if ('answer' in report) return refuseAgent(turn, event, report);
  const moved = relocationRefusal(state, report);
  if (moved) return refuseAgent(turn, event, moved);
  retireOther(turn, pid, id);
  const stored = state.registry.agents.get(id);
  if (stored && sameContent(stored, message.slave)) {
    return reconnect(turn, { id, report, now, from: 'registry' });
  }
  arriving.add(pid).add(id);
  const kind = stored ? 'update' : 'reachable';
  const from = stored ? 'registry' : state.registry.unreachable.has(id) ? 'unreachable' : 'unknown';
  const next = { kind: 'reregistered', agentId: id, report, from } as const;
  change(turn, { change: { kind, info: message.slave }, next });
}

/** Continues after `update` or `reachable` is stored, unless the agent was removed or moved meanwhile. */
export function readmitted(
  turn: Turn,
  { agentId: id, report, from }: { agentId: AgentId; report: Reregistration; from: ReturnFrom },
): void {
  const { state, now } = turn;
  state.registry.arriving.delete(id);
  if (state.registry.gone.has(id)) return emit(turn, refuseGone(report.pid));
  const refusal = relocationRefusal(state, report);
  if (refusal) return refuseAgent(turn, report, refusal);
  if (state.registry.agents.has(id)) reconnect(turn, { id, report, now, from });
}

function refuseGone(pid: string): MasterEffect {
  return { kind: 'send', to: pid, name: SHUTDOWN, message: { message: 'Agent has been marked gone' } };
}

/** Removes another agent that has registered from this pid: one pid is one agent. */
function retireOther(turn: Turn, pid: string, id: string): void {
  const { state } = turn;
  const other = lookUp(state.agents, state.agentIdByPid.get(pid));
  if (!other || other.id === id) return;
  removeFromRegistry(turn, other, 'a new agent registered at the same address', 'registered');
}

/**
 * Admits a returning agent: adopts its frameworks, tasks and executors, and asks about tasks that it does not report.
 */
function reconnect(
  turn: Turn,
  arrival: Arrival & { readonly report: Reregistration; readonly from: ReturnFrom },
): void {
  const { state } = turn;
  const { id, report, from, now } = arrival;
  const { pid, message } = report;
  count(state, 'master/slave_reregistrations');
  const existing = state.agents.get(id);
  // The resources of the agent may have changed: its allocations are recovered, and made anew on the new total.
  if (existing) {
    if (!isSameAgain(existing, report)) rescindOffersOfAgent(turn, existing);
    state.agentIdByPid.delete(existing.pid);
    dropUnsupportedOperations(state, existing, message);
    forgetShares(state, existing);
  }
  const agent = existing ?? createAgent(state, arrival);
  const missing = existing ? reconciliations(state, existing, { message, now }) : [];
  const isAsBefore = existing && sameContent(existing.info.attributes, message.slave.attributes);
  refresh(state, agent, arrival);
  state.recovered.delete(id);
  const updates = collect(turn, (part) => updateFrameworks(part, agent, message));
  const frameworks = collect(turn, (part) => adoptFrameworks(part, message));
  const tasks = collect(turn, (part) => adoptTasks(part, agent, { message, from, now }));
  adoptExecutors(state, agent, message.executor_infos);
  if (!existing) adoptCompleted(state, agent, message);
  if (!isAsBefore) clearAgentFilters(state.allocator, id);
  syncActivity(state, agent);
  const added = existing ? [] : collect(turn, (part) => publishAdded(part, agent));
  turn.effects.push(...inOrder({ frameworks, tasks, agent: added }));
  emit(turn, { kind: 'link', to: pid });
  emit(turn, {
    kind: 'send',
    to: pid,
    name: REREGISTERED,
    message: { slave_id: { value: id }, reconciliations: missing, connection: connectionOf(state) },
  });
  turn.effects.push(...updates);
  endFrameworks(turn, agent, message);
  killAgain(turn, agent, message);
  sendDrain(turn, agent);
  resendCheckpointed(turn, agent, report);
  startPings(turn, agent);
  checkReturned(turn, agent);
  shutdownIfDown(turn, agent);
  allocateSoon(turn);
}

/** True for an agent whose connection did not break and whose resources are the same: its offers stay. */
function isSameAgain(existing: Agent, report: AgentReport): boolean {
  return existing.connected && equalResources(existing.total, totalOf(report, existing));
}

/**
 * Removes ended operations of an agent that was downgraded and lacks operation feedback now: it passes no
 * acknowledgements on, so they would stay forever (Mesos 1.11 Master::_reregisterSlave).
 */
function dropUnsupportedOperations(
  state: MasterState,
  existing: Agent,
  { agent_capabilities }: AgentReport['message'],
): void {
  const isAble = agent_capabilities?.some(({ type }) => type === 'AGENT_OPERATION_FEEDBACK') ?? false;
  if (isAble || !hasCapability(existing, 'AGENT_OPERATION_FEEDBACK')) return;
  for (const record of [...existing.operations.values()])
    if (record.info.id && isEnd(record.latest.state)) removeOperation(state, record);
}

/** Checks the end of a drain. Agents with RESOURCE_PROVIDER report pending operations later (UpdateSlaveMessage). */
function checkReturned(turn: Turn, agent: Agent): void {
  const reportsLater = agent.capabilities.some(({ type }) => type === 'RESOURCE_PROVIDER');
  if (!reportsLater) checkDrained(turn, agent.id);
}

/** Sends reservations and volumes again to an agent without RESOURCE_PROVIDER whose checkpoint differs. */
function resendCheckpointed(turn: Turn, agent: Agent, { checkpointed }: AgentReport): void {
  if (hasCapability(agent, 'RESOURCE_PROVIDER')) return;
  if (!equalResources(checkpointedOf(agent.total), checkpointed)) sendCheckpoint(turn, agent);
}

function refresh(state: MasterState, agent: Agent, { report, now }: Arrival): void {
  const { pid, message } = report;
  agent.pid = pid;
  agent.info = infoOf(message.slave, agent.id);
  agent.version = report.version;
  agent.capabilities = message.agent_capabilities ?? agent.capabilities;
  agent.total = totalOf(report, agent);
  agent.resourceVersion = message.resource_version_uuid?.value ?? agent.resourceVersion;
  agent.connected = true;
  agent.active = true;
  agent.pingsUnanswered = 0;
  agent.reregisteredAt = now;
  state.agentIdByPid.set(pid, agent.id);
}

/** Repeats kills of tasks that the agent still runs: it may have missed them. */
function killAgain(turn: Turn, agent: Agent, { tasks }: internal.ReregisterSlaveMessage): void {
  for (const { task_id, framework_id, state } of tasks ?? []) {
    const task = agent.tasks.get(taskKey({ frameworkId: framework_id.value, id: task_id.value }));
    if (task?.killWanted && !isTerminal(state)) emit(turn, killEffect(agent, task));
  }
}
