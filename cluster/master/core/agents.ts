/**
 * Agents: how they register, come back after being away, stop answering and leave.
 *
 * In: agent.register, agent.reregister, agent.unregister, agent.pong, agent.exited, woke(ping ...),
 * woke(absent ...)
 * Out: send, link, store, event, publish, wake
 * Always true: an agent is registered (in agents) only when the registry has it; what a change leads to
 * happens after it is stored. Rules: Mesos 1.11 src/master/master.cpp.
 */

import type * as internal from '../../api/generated/internal';
import type * as mesos from '../../api/generated/mesos';
import { sameContent } from '../../model/equal';
import { equalResources, type Resources, readResources } from '../../model/resources';
import { isTerminal, stateFor } from '../../model/task-state';
import { type Millis, printDuration } from '../../model/time';
import { applyCheckpoint, checkpointedOf } from '../../model/volumes';
import { movedRefusal, refusal } from './admission';
import {
  adoptCompleted,
  adoptFrameworks,
  adoptTasks,
  endFrameworks,
  forgetShares,
  knownFrameworks,
  reconciliations,
} from './adopt';
import { addAgent, clearAgentFilters, removeAgent, setAgentActive } from './allocator/state';
import { checkDrained } from './drained';
import type { MasterEffect } from './effects';
import type { EventOf } from './events';
import { adoptExecutors, removeExecutor } from './executors';
import { forgetAnswers, rescindInverseOffers } from './inverse-offers';
import { isDown } from './maintenance/agents';
import { agentFacts } from './offer-constraints/agent-facts';
import { rescind } from './offers';
import { sendCheckpoint } from './operations/apply';
import { loseOperations } from './operations/lost';
import type { RemovalCause, ReturnFrom } from './registry/changes';
import { change } from './registry/queue';
import { cancelRemoval, forgetRemoval, scheduleRemoval } from './removal';
import { allocateSoon } from './schedule';
import { type Agent, count, isCapable, isOffered, type MasterState, type TaskRecord } from './state';
import { addCompleted, completeTask, detachTask } from './task-record';
import { killEffect, record, tell } from './tasks';
import { keepUnreachable } from './unreachable-tasks';
import { hasCapability } from './validate/operation';
import { printAgent } from './views/operator';

const REGISTERED = 'mesos.internal.SlaveRegisteredMessage';
const REREGISTERED = 'mesos.internal.SlaveReregisteredMessage';
const PING = 'mesos.internal.PingSlaveMessage';
const SHUTDOWN = 'mesos.internal.ShutdownMessage';

/** A new agent asks to be admitted. Repeats are normal: agents ask until they are answered. */
export function register(state: MasterState, event: EventOf<'agent.register'>): MasterEffect[] {
  const { pid, message, at } = event;
  count(state, 'master/messages_register_slave');
  if (state.electedAt === undefined) return [];
  if (state.registry.arriving.has(pid)) return [];
  const refused = refusal(state, event);
  if (refused) return refused;
  const known = state.agents.get(state.agentIdByPid.get(pid) ?? '');
  if (known?.connected) return [sendRegistered(state, known)];
  state.registry.arriving.add(pid);
  const effects = known
    ? leave(state, known, 'a new agent registered at the same address', 'registered')
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
    ...allocateSoon(state, at),
  ];
}

/** An id nobody has: agents of the registry may claim any. */
function freshId(state: MasterState): string {
  const { agents, unreachable, gone } = state.registry.ahead;
  const { arriving } = state.registry;
  for (;;) {
    const id = `${state.boot.id}-S${state.next.agent++}`;
    if (![agents, unreachable, gone, arriving].some((known) => known.has(id))) return id;
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
    ...downMeanwhile(state, agent),
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
 * What an agent has: its machine's resources with what was reserved and created on them. While we knew the
 * agent, our record of the latter counts; else what it kept itself.
 */
function totalOf(
  { slave, checkpointed_resources: kept }: Arrival['message'],
  known?: Agent | undefined,
): Resources {
  const machine = readResources(slave.resources);
  const isOlder = known && !hasCapability(known, 'RESOURCE_PROVIDER');
  const total = applyCheckpoint(machine, isOlder ? checkpointedOf(known.total) : readResources(kept));
  return 'error' in total ? machine : total;
}

function infoOf(slave: internal.SlaveInfo, id: string): mesos.AgentInfo {
  const { checkpoint: _checkpoint, ...info } = slave;
  return { ...info, id: { value: id } };
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
  const { pid, message, at } = event;
  count(state, 'master/messages_reregister_slave');
  const id = message.slave.id?.value;
  if (state.electedAt === undefined || id === undefined) return [];
  const { arriving } = state.registry;
  if (arriving.has(id) || arriving.has(pid) || state.leaving.has(id)) return [];
  if (state.registry.gone.has(id)) return [goneAlready(pid)];
  const refused = refusal(state, event) ?? movedRefusal(state, event);
  if (refused) return refused;
  const effects = retireOther(state, pid, id);
  const known = state.registry.agents.get(id);
  if (known && sameContent(known, message.slave)) {
    return [...effects, ...comeBack(state, { id, pid, message, now: at, from: 'registry' })];
  }
  arriving.add(pid).add(id);
  const kind = known ? 'update' : 'reachable';
  const from = known ? 'registry' : state.registry.unreachable.has(id) ? 'unreachable' : 'unknown';
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
  if (state.registry.gone.has(id)) return [goneAlready(pid)];
  const refused = movedRefusal(state, { pid, message });
  if (refused) return refused;
  return state.registry.agents.has(id) ? comeBack(state, { id, pid, message, now, from }) : [];
}

function goneAlready(pid: string): MasterEffect {
  return { kind: 'send', to: pid, name: SHUTDOWN, message: { message: 'Agent has been marked gone' } };
}

/** One address is one agent: who registered from it under another id is gone. */
function retireOther(state: MasterState, pid: string, id: string): MasterEffect[] {
  const other = state.agents.get(state.agentIdByPid.get(pid) ?? '');
  if (!other || other.id === id) return [];
  return leave(state, other, 'a new agent registered at the same address', 'registered');
}

/** Admits a returning agent: its tasks are adopted, and it is told which ones it should know. */
function comeBack(
  state: MasterState,
  arrival: Omit<Arrival, 'message'> & { message: internal.ReregisterSlaveMessage; from: ReturnFrom },
): MasterEffect[] {
  const { id, pid, message, from, now } = arrival;
  count(state, 'master/slave_reregistrations');
  const effects: MasterEffect[] = [];
  const known = state.agents.get(id);
  if (known) {
    effects.push(...withdrawOffers(state, known));
    state.agentIdByPid.delete(known.pid);
    forgetShares(state, known);
  }
  const isNews = !known || !sameContent(known.info, infoOf(message.slave, id));
  const agent = known ?? createAgent(state, arrival);
  const missing = known ? reconciliations(state, known, message) : [];
  const isAsBefore = known && sameContent(known.info.attributes, message.slave.attributes);
  refresh(state, agent, arrival);
  state.recovered.delete(id);
  const toUpdate = knownFrameworks(state, agent, message);
  effects.push(...adoptFrameworks(state, message), ...adoptTasks(state, agent, { message, from, now }));
  adoptExecutors(state, agent, message.executor_infos);
  if (!known) adoptCompleted(state, agent, message);
  if (!isAsBefore) clearAgentFilters(state.allocator, id);
  syncActivity(state, agent);
  effects.push(
    { kind: 'link', to: pid },
    {
      kind: 'send',
      to: pid,
      name: REREGISTERED,
      message: { slave_id: { value: id }, reconciliations: missing, connection: connectionOf(state) },
    },
    ...toUpdate,
    ...endFrameworks(state, agent, message),
    ...killAgain(agent),
    ...sendDrain(state, agent),
    ...remind(agent, message),
    ...startPings(state, agent, now),
    ...(isNews ? publishAdded(state, agent) : []),
    ...checkReturned(state, agent, now),
    ...downMeanwhile(state, agent),
  );
  return [...effects, ...allocateSoon(state, now)];
}

/** The machine may have gone down while the registry was stored. */
function downMeanwhile(state: MasterState, agent: Agent): MasterEffect[] {
  return isDown(state, agent.info.hostname, agent.pid) ? takeDown(state, agent) : [];
}

/** The agent's machine goes down: it is told to end, and is removed whether it heard it or not. */
export function takeDown(state: MasterState, agent: Agent): MasterEffect[] {
  const text = "Operator initiated 'Machine DOWN'";
  const shutdown = { kind: 'send', to: agent.pid, name: SHUTDOWN, message: { message: text } } as const;
  return [shutdown, ...leave(state, agent, text, 'operator')];
}

/** With resource providers, what is pending is known only when the agent reports it (UpdateSlaveMessage). */
function checkReturned(state: MasterState, agent: Agent, now: Millis): MasterEffect[] {
  const reportsLater = agent.capabilities.some(({ type }) => type === 'RESOURCE_PROVIDER');
  return reportsLater ? [] : checkDrained(state, agent.id, now);
}

/** An agent that keeps what we tell it, and missed something, is told again. */
function remind(agent: Agent, { checkpointed_resources: kept }: Arrival['message']): MasterEffect[] {
  if (hasCapability(agent, 'RESOURCE_PROVIDER')) return [];
  return equalResources(checkpointedOf(agent.total), readResources(kept)) ? [] : sendCheckpoint(agent);
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

function killAgain(agent: Agent): MasterEffect[] {
  return [...agent.tasks.values()]
    .filter(({ killWanted }) => killWanted)
    .map((task) => killEffect(agent, task));
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

/** The first ping goes out at once: a silent agent is lost when it thinks so itself. */
function startPings(state: MasterState, agent: Agent, now: Millis): MasterEffect[] {
  agent.pingsUnanswered = 1;
  const message = { connected: true };
  return [{ kind: 'send', to: agent.pid, name: PING, message }, ...nextPing(state, agent, now)];
}

function nextPing(state: MasterState, agent: Agent, now: Millis): MasterEffect[] {
  return [{ kind: 'wake', timer: `ping ${agent.id}`, at: now + state.boot.settings.agentPingTimeoutMs }];
}

/** Time to ask an agent whether it lives, or to give it up. The timer is named `ping <agent>`. */
export function ping(state: MasterState, timer: string, now: Millis): MasterEffect[] {
  const agent = state.agents.get(timer.slice('ping '.length));
  if (!agent) return [];
  const isLost = agent.pingsUnanswered >= state.boot.settings.maxAgentPingTimeouts;
  const removal = { agentId: agent.id, kind: 'health', reason: 'health check timed out' } as const;
  const given = isLost ? scheduleRemoval(state, removal, now) : [];
  agent.pingsUnanswered += 1;
  const message = { connected: agent.connected };
  return [...given, { kind: 'send', to: agent.pid, name: PING, message }, ...nextPing(state, agent, now)];
}

export function pong(state: MasterState, pid: string): MasterEffect[] {
  const agent = state.agents.get(state.agentIdByPid.get(pid) ?? '');
  if (!agent) return [];
  agent.pingsUnanswered = 0;
  cancelRemoval(state, agent.id);
  return [];
}

/** The connection to an agent broke: no offers until it is back, and a limit for that. */
export function exited(state: MasterState, event: EventOf<'agent.exited'>): MasterEffect[] {
  const agent = state.agents.get(state.agentIdByPid.get(event.pid) ?? '');
  if (!agent?.connected) return [];
  agent.connected = false;
  agent.active = false;
  setAgentActive(state.allocator, agent.id, false);
  const effects: MasterEffect[] = [
    {
      kind: 'note',
      level: 'warn',
      text: 'an agent is disconnected',
      fields: { agent: agent.id, pid: agent.pid },
    },
    ...withdrawOffers(state, agent),
  ];
  for (const task of [...agent.tasks.values()]) {
    const framework = state.frameworks.get(task.frameworkId);
    if (framework && !framework.info.checkpoint) {
      const message = `Agent ${agent.info.hostname} disconnected`;
      effects.push(
        ...lose(state, task, {
          state: 'TASK_LOST',
          reason: 'REASON_AGENT_DISCONNECTED',
          message,
          now: event.at,
        }),
      );
    }
  }
  const at = event.at + state.boot.settings.agentReregisterTimeoutMs;
  return [...effects, { kind: 'wake', timer: `absent ${agent.id}`, at }];
}

/** `--agent_reregister_timeout` is over. The timer is named `absent <agent>`; `absent` alone is for those before us. */
export function absent(state: MasterState, timer: string, now: Millis): MasterEffect[] {
  const id = timer.slice('absent '.length);
  if (id !== '') {
    const agent = state.agents.get(id);
    if (!agent || agent.connected) return [];
    const reason = absence(state, 'disconnecting');
    return scheduleRemoval(state, { agentId: id, kind: 'absent', reason }, now);
  }
  const tooMany = removalLimitError(state);
  if (tooMany !== undefined) return [{ kind: 'resign', reason: tooMany }];
  const reason = absence(state, 'master failover');
  return [...state.recovered.keys()].flatMap((agentId) =>
    scheduleRemoval(state, { agentId, kind: 'recovered', reason }, now),
  );
}

/** Why an agent that had its time is given up. */
function absence({ boot }: MasterState, since: string): string {
  return `agent did not reregister within ${printDuration(boot.settings.agentReregisterTimeoutMs)} after ${since}`;
}

/** More agents missing than `--recovery_agent_removal_limit` allows: something else is wrong than the agents. */
function removalLimitError({
  recovered,
  expectedAgents,
  boot: { settings },
}: MasterState): string | undefined {
  const part = expectedAgents === 0 ? 0 : recovered.size / expectedAgents;
  if (part <= settings.recoveryAgentRemovalLimit) return undefined;
  return (
    `Post-recovery agent removal limit exceeded! After ${printDuration(settings.agentReregisterTimeoutMs)} there were ` +
    `${recovered.size} (${part * 100}%) agents recovered from the registry that did not reregister. The configured ` +
    `removal limit is ${settings.recoveryAgentRemovalLimit * 100}% (--recovery_agent_removal_limit). Please ` +
    'investigate or increase this limit to proceed further'
  );
}

/** The registry has the agent as unreachable: its tasks are, too, and their frameworks hear of it. */
export function unreachable(
  state: MasterState,
  next: { agentId: string; reason: string },
  now: Millis,
): MasterEffect[] {
  state.recovered.delete(next.agentId);
  count(state, 'master/slave_removals');
  count(state, 'master/slave_removals/reason_unhealthy');
  const agent = state.agents.get(next.agentId);
  if (!agent) return tellLost(state, next.agentId);
  const effects: MasterEffect[] = [
    {
      kind: 'note',
      level: 'warn',
      text: 'an agent is unreachable',
      fields: { agent: agent.id, reason: next.reason },
    },
    ...withdrawOffers(state, agent),
  ];
  effects.push(...loseOperations(state, agent, 'OPERATION_UNREACHABLE'));
  const message = next.reason;
  for (const task of [...agent.tasks.values()]) {
    effects.push(
      ...lose(state, task, { state: 'TASK_UNREACHABLE', reason: 'REASON_AGENT_REMOVED', message, now }),
    );
  }
  return [...effects, ...drop(state, agent), ...allocateSoon(state, now)];
}

/** An agent shuts down in order. */
export function unregister(state: MasterState, event: EventOf<'agent.unregister'>): MasterEffect[] {
  count(state, 'master/messages_unregister_slave');
  const agent = state.agents.get(event.agentId);
  if (!agent || agent.pid !== event.pid) return [];
  return leave(state, agent, 'the agent unregistered', 'unregistered');
}

/** Takes an agent out of the registry for good, unless it is leaving already. */
export function leave(state: MasterState, agent: Agent, reason: string, cause: RemovalCause): MasterEffect[] {
  if (state.leaving.has(agent.id)) return [];
  state.leaving.set(agent.id, 'removed');
  const next = { kind: 'removed', agentId: agent.id, reason, cause } as const;
  return change(state, { change: { kind: 'remove', agentId: agent.id }, next });
}

/** The registry has forgotten the agent. */
export function removed(
  state: MasterState,
  next: { agentId: string; reason: string; cause: RemovalCause },
  now: Millis,
): MasterEffect[] {
  const agent = state.agents.get(next.agentId);
  if (!agent) return [];
  count(state, 'master/slave_removals');
  if (next.cause !== 'operator') count(state, `master/slave_removals/reason_${next.cause}`);
  const effects = withdrawOffers(state, agent);
  const message = `Agent ${agent.info.hostname} removed: ${next.reason}`;
  for (const task of [...agent.tasks.values()]) {
    effects.push(...lose(state, task, { state: 'TASK_LOST', reason: 'REASON_AGENT_REMOVED', message, now }));
  }
  return [...effects, ...drop(state, agent), ...allocateSoon(state, now)];
}

/** Forgets a registered agent; frameworks and operators hear of it. */
export function drop(state: MasterState, agent: Agent): MasterEffect[] {
  state.agents.delete(agent.id);
  state.emptied.delete(agent.id);
  forgetAnswers(state, agent.id);
  if (state.agentIdByPid.get(agent.pid) === agent.id) state.agentIdByPid.delete(agent.pid);
  for (const executor of [...agent.executors.values()]) removeExecutor(state, agent, executor);
  removeAgent(state.allocator, agent.id);
  forgetRemoval(state, agent.id);
  const gone = { type: 'AGENT_REMOVED', agent_removed: { agent_id: { value: agent.id } } } as const;
  return [...tellLost(state, agent.id), { kind: 'publish', event: gone }];
}

/** Every framework hears of an agent that is lost, also those that have nothing there. */
function tellLost(state: MasterState, agentId: string): MasterEffect[] {
  return [...state.frameworkByStream.keys()].map((stream) => ({
    kind: 'event',
    stream,
    event: { type: 'FAILURE', failure: { agent_id: { value: agentId } } },
  }));
}

/** Takes back all offers of an agent. */
export function withdrawOffers(state: MasterState, agent: Agent): MasterEffect[] {
  const offers = [...agent.offers].flatMap((offerId) => rescind(state, offerId));
  return [...offers, ...rescindInverseOffers(state, agent.id)];
}

export interface Loss {
  readonly state: 'TASK_LOST' | 'TASK_UNREACHABLE' | 'TASK_GONE_BY_OPERATOR';
  readonly reason: mesos.TaskStatus.Reason;
  readonly message: string;
  readonly now: Millis;
}

/** Frameworks that know nothing of operators' wishes learn that the agent is removed. */
function reasonFor(aware: boolean, { state, reason }: Loss): mesos.TaskStatus.Reason {
  return state === 'TASK_GONE_BY_OPERATOR' && !aware ? 'REASON_AGENT_REMOVED' : reason;
}

/** A task goes with its agent: LOST is the end of it, UNREACHABLE may come back. */
export function lose(state: MasterState, task: TaskRecord, loss: Loss): MasterEffect[] {
  const framework = state.frameworks.get(task.frameworkId);
  if (!framework) return [];
  if (isTerminal(task.state)) {
    completeTask(state, framework, task);
    return [];
  }
  const aware = isCapable(framework, 'PARTITION_AWARE');
  const status: mesos.TaskStatus = {
    task_id: { value: task.id },
    agent_id: { value: task.agentId },
    state: stateFor(aware, loss.state),
    source: 'SOURCE_MASTER',
    reason: reasonFor(aware, loss),
    message: loss.message,
    timestamp: loss.now / 1000,
    unreachable_time:
      loss.state === 'TASK_UNREACHABLE'
        ? { nanoseconds: BigInt(Math.round(loss.now)) * 1_000_000n }
        : undefined,
  };
  const effects = [...record(state, task, status, status.state, loss.now), ...tell(framework, status)];
  detachTask(state, framework, task);
  if (loss.state === 'TASK_UNREACHABLE') keepUnreachable(state, framework, task);
  else addCompleted(state, framework, task);
  return effects;
}

function publishAdded(state: MasterState, agent: Agent): MasterEffect[] {
  if (state.operators.size === 0) return [];
  return [
    { kind: 'publish', event: { type: 'AGENT_ADDED', agent_added: { agent: printAgent(state, agent) } } },
  ];
}
