/**
 * Reregistration of agents, after a broken connection, a restart or a failover of the master.
 *
 * In: agent.reregister, registry.stored(update, reachable)      Out: store, send, link, publish, wake
 * Always true: tasks and executors that the agent reports are adopted before it is told that it is registered.
 */

import type * as internal from '../../../api/generated/internal';
import { sameContent } from '../../../model/equal';
import { equalResources, readResources } from '../../../model/resources';
import { isTerminal } from '../../../model/task-state';
import type { Millis } from '../../../model/time';
import { checkpointedOf } from '../../../model/volumes';
import { clearAgentFilters } from '../allocator/agents';
import { checkDrained } from '../drain/drained';
import { allocateSoon } from '../offers/schedule';
import { sendCheckpoint } from '../operations/apply';
import { isEnd, removeOperation } from '../operations/record';
import { change } from '../registrar/registrar';
import type { ReturnFrom } from '../registry/changes';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import { taskKey } from '../state/keys';
import { type Agent, count, type MasterState } from '../state/state';
import { adoptExecutors } from '../tasks/executors';
import { killEffect } from '../tasks/kill';
import { hasCapability } from '../validate/operation-context';
import { refusal, relocationError } from './admission';
import { adoptFrameworks, endFrameworks, inOrder, knownFrameworks } from './adopt-frameworks';
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

/** Continues after `update` or `reachable` is stored, unless the agent was removed or moved meanwhile. */
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

/** Removes another agent that has registered from this pid: one pid is one agent. */
function retireOther(state: MasterState, pid: string, id: string): MasterEffect[] {
  const other = state.agents.get(state.agentIdByPid.get(pid) ?? '');
  if (!other || other.id === id) return [];
  return removeFromRegistry(state, other, 'a new agent registered at the same address', 'registered');
}

/**
 * Admits a returning agent: adopts its frameworks, tasks and executors, and asks about tasks that it does not report.
 */
function reconnect(
  state: MasterState,
  arrival: Omit<Arrival, 'message'> & { message: internal.ReregisterSlaveMessage; from: ReturnFrom },
): MasterEffect[] {
  const { id, pid, message, from, now } = arrival;
  count(state, 'master/slave_reregistrations');
  const effects: MasterEffect[] = [];
  const existing = state.agents.get(id);
  // The resources of the agent may have changed: its allocations are recovered, and made anew on the new total.
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

/** True for an agent whose connection did not break and whose resources are the same: its offers stay. */
function isSameAgain(existing: Agent, { message }: Arrival): boolean {
  return existing.connected && equalResources(existing.total, totalOf(message, existing));
}

/**
 * Removes ended operations of an agent that was downgraded and lacks operation feedback now: it passes no
 * acknowledgements on, so they would stay forever (Mesos 1.11 Master::_reregisterSlave).
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

/** Checks the end of a drain. Agents with RESOURCE_PROVIDER report pending operations later (UpdateSlaveMessage). */
function checkReturned(state: MasterState, agent: Agent, now: Millis): MasterEffect[] {
  const reportsLater = agent.capabilities.some(({ type }) => type === 'RESOURCE_PROVIDER');
  return reportsLater ? [] : checkDrained(state, agent.id, now);
}

/** Sends reservations and volumes again to an agent without RESOURCE_PROVIDER whose checkpoint differs. */
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

/** Repeats kills of tasks that the agent still runs: it may have missed them. */
function killAgain(agent: Agent, { tasks }: internal.ReregisterSlaveMessage): MasterEffect[] {
  return (tasks ?? []).flatMap(({ task_id, framework_id, state }) => {
    const task = agent.tasks.get(taskKey({ frameworkId: framework_id.value, id: task_id.value }));
    return task?.killWanted && !isTerminal(state) ? [killEffect(agent, task)] : [];
  });
}
