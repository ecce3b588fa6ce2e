/**
 * Agents that are removed: they unregister, or an operator or another agent takes their place.
 *
 * In: agent.unregister, registry.stored(remove)      Out: store, send, event(RESCIND, UPDATE, FAILURE),
 * publish(AGENT_REMOVED), wake
 * Always true: the registry is told first.
 */

import type { AgentId } from '../../../model/ids';
import { removeAgent } from '../allocator/agents';
import { forgetAnswers, rescindInverseOffers } from '../offers/inverse-offers';
import { rescind } from '../offers/rescind';
import { allocateSoon } from '../offers/schedule';
import { forgetOperations } from '../operations/lost';
import { change } from '../registrar/registrar';
import type { RemovalCause } from '../registry/changes';
import { sendEvent } from '../scheduler-events/send-event';
import type { EventOf } from '../state/events';
import { type Agent, count } from '../state/state';
import { emit, type Turn } from '../state/turn';
import { removeExecutor } from '../tasks/executors';
import { lose } from './lost-tasks';
import { cancelMarkUnreachable } from './mark-unreachable';

const SHUTDOWN = 'mesos.internal.ShutdownMessage';

/** An agent unregisters: it shuts down in order. */
export function unregister(turn: Turn, event: EventOf<'agent.unregister'>): void {
  const { state } = turn;
  count(state, 'master/messages_unregister_slave');
  const agent = state.agents.get(event.agentId);
  if (!agent || agent.pid !== event.pid) return;
  removeFromRegistry(turn, agent, 'the agent unregistered', 'unregistered');
}

/** Removes an agent from the registry, unless it is leaving already. */
export function removeFromRegistry(turn: Turn, agent: Agent, reason: string, cause: RemovalCause): void {
  const { state } = turn;
  if (state.leaving.has(agent.id)) return;
  state.leaving.set(agent.id, 'removed');
  const next = { kind: 'removed', agentId: agent.id, reason, cause } as const;
  change(turn, { change: { kind: 'remove', agentId: agent.id }, next });
}

/** Continues after `remove` is stored: removes the agent; its tasks are lost. */
export function removedFromRegistry(
  turn: Turn,
  next: { agentId: AgentId; reason: string; cause: RemovalCause },
): void {
  const { state } = turn;
  const agent = state.agents.get(next.agentId);
  if (!agent) return;
  count(state, 'master/slave_removals');
  if (next.cause !== 'operator') count(state, `master/slave_removals/reason_${next.cause}`);
  const message = `Agent ${agent.info.hostname} removed: ${next.reason}`;
  for (const task of [...agent.tasks.values()]) {
    lose(turn, task, { state: 'TASK_LOST', reason: 'REASON_AGENT_REMOVED', message });
  }
  rescindOffersOfAgent(turn, agent);
  forgetOperations(state, agent);
  removeFromState(turn, agent);
  allocateSoon(turn);
}

/** Removes a registered agent from the state; frameworks and followers are told. */
export function removeFromState(turn: Turn, agent: Agent): void {
  const { state } = turn;
  state.agents.delete(agent.id);
  state.emptied.delete(agent.id);
  forgetAnswers(state, agent.id);
  if (state.agentIdByPid.get(agent.pid) === agent.id) state.agentIdByPid.delete(agent.pid);
  for (const executor of [...agent.executors.values()]) removeExecutor(state, agent, executor);
  removeAgent(state.allocator, agent.id);
  cancelMarkUnreachable(state, agent.id);
  const gone = { type: 'AGENT_REMOVED', agent_removed: { agent_id: { value: agent.id } } } as const;
  tellLost(turn, agent.id);
  emit(turn, { kind: 'publish', event: gone });
}

/** Sends FAILURE about an agent to all connected frameworks, as in the original also to those without tasks on it. */
export function tellLost(turn: Turn, agentId: AgentId): void {
  const { state } = turn;
  const event = { type: 'FAILURE', failure: { agent_id: { value: agentId } } } as const;
  for (const id of [...state.frameworkByStream.values()]) sendEvent(turn, state.frameworks.get(id), event);
}

/** Rescinds all offers and inverse offers of an agent. */
export function rescindOffersOfAgent(turn: Turn, agent: Agent): void {
  for (const offerId of [...agent.offers]) rescind(turn, offerId);
  rescindInverseOffers(turn, agent.id);
}

/** Shuts down and removes an agent whose machine goes down, whether it gets the message or not. */
export function shutdownForMaintenance(turn: Turn, agent: Agent): void {
  const text = "Operator initiated 'Machine DOWN'";
  const shutdown = { kind: 'send', to: agent.pid, name: SHUTDOWN, message: { message: text } } as const;
  emit(turn, shutdown);
  removeFromRegistry(turn, agent, text, 'operator');
}
