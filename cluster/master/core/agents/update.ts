/**
 * UpdateSlaveMessage, which agents send after they registered and after changes: oversubscribed (revocable) resources,
 * operations, and the version of their resources (Mesos 1.11 Master::updateSlave). With it all pending operations are
 * known, so that a drain may turn out to have ended.
 *
 * In: agent.update      Out: store, event(RESCIND), send(ReconcileOperations)
 */

import type * as mesos from '../../../api/generated/mesos';
import { formError } from '../../../model/resource-errors';
import { combine, equalResources, readResources } from '../../../model/resources';
import { isRevocable } from '../../../model/volumes';
import { resizeAgent } from '../allocator/agents';
import { checkDrained } from '../drain/drained';
import { rescind } from '../offers/rescind';
import { allocateSoon } from '../offers/schedule';
import { adoptOperations } from '../operations/adopt';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import { type Agent, count, type MasterState } from '../state/state';

export function updateAgent(
  state: MasterState,
  { pid, message, at: now }: EventOf<'agent.update'>,
): MasterEffect[] {
  count(state, 'master/messages_update_slave');
  const agent = state.agents.get(message.slave_id.value);
  if (!agent || agent.pid !== pid) return [];
  const version = message.resource_version_uuid?.value;
  if (version !== undefined) agent.resourceVersion = version;
  const wrong = formError(message.oversubscribed_resources);
  const oversubscribed =
    (message.update_oversubscribed_resources ?? true) && !wrong
      ? (message.oversubscribed_resources ?? [])
      : undefined;
  const effects = oversubscribed ? updateOversubscribed(state, agent, oversubscribed) : [];
  return [
    ...(wrong ? [dropped(agent, wrong)] : []),
    ...effects,
    ...adoptOperations(state, agent, message.operations?.operations),
    ...(effects.length > 0 || oversubscribed ? allocateSoon(state, now) : []),
    ...checkDrained(state, agent.id, now),
  ];
}

function dropped({ id }: Agent, why: string): MasterEffect {
  const text = 'ignored oversubscribed resources of an agent';
  return { kind: 'note', level: 'warn', text, fields: { agent: id, why } };
}

/** Replaces the agent's revocable resources. Offers that have any are rescinded, since there may be less now. */
function updateOversubscribed(
  state: MasterState,
  agent: Agent,
  wire: readonly mesos.Resource[],
): MasterEffect[] {
  const lent = readResources(wire).filter(isRevocable);
  const before = agent.total.filter(isRevocable);
  if (equalResources(lent, before)) return [];
  const effects = [...agent.offers]
    .filter((id) => state.offers.get(id)?.resources.some(isRevocable))
    .flatMap((id) => rescind(state, id));
  agent.total = combine([...agent.total.filter((resource) => !isRevocable(resource)), ...lent]);
  resizeAgent(state.allocator, agent.id, agent.total);
  return effects;
}
