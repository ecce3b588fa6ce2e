/**
 * UpdateSlaveMessage, which agents send after they registered and after changes: oversubscribed (revocable) resources,
 * operations, and the version of their resources (Mesos 1.11 Master::updateSlave). With it all pending operations are
 * known, so that a drain may turn out to have ended.
 *
 * In: agent.update      Out: store, event(RESCIND), send(ReconcileOperations)
 */

import { combine, equalResources, type Resources } from '../../../model/resources';
import { isRevocable } from '../../../model/volumes';
import { resizeAgent } from '../allocator/agents';
import { checkDrained } from '../drain/drained';
import { rescind } from '../offers/rescind';
import { allocateSoon } from '../offers/schedule';
import { adoptOperations } from '../operations/adopt';
import { readOversubscribed } from '../read/agent-report';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import { type Agent, count } from '../state/state';
import { emit, type Turn } from '../state/turn';

export function updateAgent(turn: Turn, { pid, message }: EventOf<'agent.update'>): void {
  const { state } = turn;
  count(state, 'master/messages_update_slave');
  const agent = state.agents.get(message.slave_id.value);
  if (!agent || agent.pid !== pid) return;
  const version = message.resource_version_uuid?.value;
  if (version !== undefined) agent.resourceVersion = version;
  const oversubscribed = readOversubscribed(message);
  if (oversubscribed && 'error' in oversubscribed) emit(turn, dropped(agent, oversubscribed.error));
  else if (oversubscribed) updateOversubscribed(turn, agent, oversubscribed);
  adoptOperations(turn, agent, message.operations?.operations);
  if (oversubscribed && !('error' in oversubscribed)) allocateSoon(turn);
  checkDrained(turn, agent.id);
}

function dropped({ id }: Agent, why: string): MasterEffect {
  const text = 'ignored oversubscribed resources of an agent';
  return { kind: 'note', level: 'warn', text, fields: { agent: id, why } };
}

/** Replaces the agent's revocable resources. Offers that have any are rescinded, since there may be less now. */
function updateOversubscribed(turn: Turn, agent: Agent, lent: Resources): void {
  const { state } = turn;
  const before = agent.total.filter(isRevocable);
  if (equalResources(lent, before)) return;
  for (const id of [...agent.offers].filter((id) => state.offers.get(id)?.resources.some(isRevocable))) {
    rescind(turn, id);
  }
  agent.total = combine([...agent.total.filter((resource) => !isRevocable(resource)), ...lent]);
  resizeAgent(state.allocator, agent.id, agent.total);
}
