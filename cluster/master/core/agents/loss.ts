/**
 * Agents that are lost, leave or are taken away, and what becomes of what they had: offers come back, tasks are
 * lost, unreachable or gone, and frameworks and operators hear of it.
 *
 * In: agent.exited, agent.unregister, registry.stored, woke(absent ...)
 * Out: send(Shutdown), store, event(UPDATE, FAILURE, RESCIND), publish, wake, resign
 * Always true: an agent is forgotten only when the registry has forgotten it. Rules: Mesos 1.11
 * src/master/master.cpp.
 */

import type * as mesos from '../../../api/generated/mesos';
import { isTerminal, stateFor } from '../../../model/task-state';
import { type Millis, printDuration } from '../../../model/time';
import { removeAgent, setAgentActive } from '../allocator/state';
import { forgetAnswers, rescindInverseOffers } from '../offers/inverse-offers';
import { rescind } from '../offers/rescind';
import { allocateSoon } from '../offers/schedule';
import { forgetOperations, loseOperations } from '../operations/lost';
import { change } from '../registrar/registrar';
import type { RemovalCause } from '../registry/changes';
import { sendEvent } from '../scheduler-events/send-event';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import {
  type Agent,
  count,
  type Framework,
  isCapable,
  type MasterState,
  type TaskRecord,
} from '../state/state';
import { removeExecutor } from '../tasks/executors';
import { addCompleted, detachTask } from '../tasks/record';
import { executorOf, record, sendUpdate } from '../tasks/tasks';
import { keepUnreachable } from '../tasks/unreachable';
import { forgetRemoval, scheduleRemoval } from './removal';

const SHUTDOWN = 'mesos.internal.ShutdownMessage';

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
    ...rescindOffersOfAgent(state, agent),
  ];
  effects.push(...loseUncheckpointed(state, agent, event.at));
  const deadline = event.at + state.boot.settings.agentReregisterTimeoutMs;
  return [...effects, { kind: 'wake', timer: `absent ${agent.id}`, at: deadline }];
}

/** Removes tasks and executors of frameworks without checkpointing, which cannot outlive the connection. */
function loseUncheckpointed(state: MasterState, agent: Agent, now: Millis): MasterEffect[] {
  const isUnkept = ({ frameworkId }: { frameworkId: string }): boolean =>
    state.frameworks.get(frameworkId)?.info.checkpoint !== true;
  const message = `Agent ${agent.info.hostname} disconnected`;
  const loss = { state: 'TASK_LOST', reason: 'REASON_AGENT_DISCONNECTED', message, now } as const;
  const lost = [...agent.tasks.values()].filter(isUnkept).flatMap((task) => lose(state, task, loss));
  for (const executor of [...agent.executors.values()].filter(isUnkept))
    removeExecutor(state, agent, executor);
  return lost;
}

/** `--agent_reregister_timeout` is over for an agent that was disconnected. The timer is named `absent <agent>`. */
export function reregisterTimeout(state: MasterState, timer: string, now: Millis): MasterEffect[] {
  const id = timer.slice('absent '.length);
  const agent = state.agents.get(id);
  if (!agent || agent.connected) return [];
  return scheduleRemoval(
    state,
    { agentId: id, kind: 'absent', reason: absence(state, 'disconnecting') },
    now,
  );
}

/** The timer of all agents of the registry that have not come back to this master. */
export const RECOVERED_TIMER = 'recovered';

/** `--agent_reregister_timeout` is over since this master leads. */
export function recoveredTimeout(state: MasterState, now: Millis): MasterEffect[] {
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
    ...loseOperations(state, agent, 'OPERATION_UNREACHABLE'),
  ];
  const message = next.reason;
  for (const task of [...agent.tasks.values()]) {
    effects.push(
      ...lose(state, task, { state: 'TASK_UNREACHABLE', reason: 'REASON_AGENT_REMOVED', message, now }),
    );
  }
  return [
    ...effects,
    ...rescindOffersOfAgent(state, agent),
    ...drop(state, agent),
    ...allocateSoon(state, now),
  ];
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
  const effects: MasterEffect[] = [];
  const message = `Agent ${agent.info.hostname} removed: ${next.reason}`;
  for (const task of [...agent.tasks.values()]) {
    effects.push(...lose(state, task, { state: 'TASK_LOST', reason: 'REASON_AGENT_REMOVED', message, now }));
  }
  effects.push(...rescindOffersOfAgent(state, agent));
  forgetOperations(state, agent);
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
  const event = { type: 'FAILURE', failure: { agent_id: { value: agentId } } } as const;
  return [...state.frameworkByStream.values()].flatMap((id) =>
    sendEvent(state, state.frameworks.get(id), event),
  );
}

/** Takes back all offers of an agent. */
export function rescindOffersOfAgent(state: MasterState, agent: Agent): MasterEffect[] {
  const offers = [...agent.offers].flatMap((offerId) => rescind(state, offerId));
  return [...offers, ...rescindInverseOffers(state, agent.id)];
}

export interface TaskLoss {
  readonly state: 'TASK_LOST' | 'TASK_UNREACHABLE' | 'TASK_GONE_BY_OPERATOR';
  readonly reason: mesos.TaskStatus.Reason;
  readonly message: string;
  readonly now: Millis;
}

/** Frameworks that know nothing of operators' wishes learn that the agent is removed. */
function reasonFor(aware: boolean, { state, reason }: TaskLoss): mesos.TaskStatus.Reason {
  return state === 'TASK_GONE_BY_OPERATOR' && !aware ? 'REASON_AGENT_REMOVED' : reason;
}

/** A task goes with its agent: LOST is the end of it, UNREACHABLE may come back. */
export function lose(state: MasterState, task: TaskRecord, loss: TaskLoss): MasterEffect[] {
  const framework = state.frameworks.get(task.frameworkId);
  if (!framework) return [];
  if (isTerminal(task.state)) {
    moveLostTask(state, framework, task, loss);
    return [];
  }
  const aware = isCapable(framework, 'PARTITION_AWARE');
  const status: mesos.TaskStatus = {
    task_id: { value: task.id },
    agent_id: { value: task.agentId },
    executor_id: executorOf(task),
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
  const effects = [
    ...record(state, task, status, status.state, loss.now),
    ...sendUpdate(state, framework, status),
  ];
  moveLostTask(state, framework, task, loss);
  return effects;
}

/**
 * Tasks out of reach may come back, those that ended there and were not acknowledged included; all others
 * are over.
 */
function moveLostTask(state: MasterState, framework: Framework, task: TaskRecord, loss: TaskLoss): void {
  detachTask(state, framework, task);
  if (loss.state === 'TASK_UNREACHABLE') keepUnreachable(state, framework, task);
  else addCompleted(state, framework, task);
}

/** The agent's machine goes down: it is told to end, and is removed whether it heard it or not. */
export function shutdownForMaintenance(state: MasterState, agent: Agent): MasterEffect[] {
  const text = "Operator initiated 'Machine DOWN'";
  const shutdown = { kind: 'send', to: agent.pid, name: SHUTDOWN, message: { message: text } } as const;
  return [shutdown, ...leave(state, agent, text, 'operator')];
}
