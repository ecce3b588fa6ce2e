/**
 * Registration of new agents: checked, stored in the registry, then admitted.
 *
 * In: agent.register, registry.stored(admit)      Out: store, send, link, publish, wake
 * Always true: an agent is told that it is registered only when the registry has it.
 */

import type * as internal from '../../../api/generated/internal';
import type { Millis } from '../../../model/time';
import { addAgent } from '../allocator/agents';
import { agentFacts } from '../offer-constraints/agent-facts';
import { allocateSoon } from '../offers/schedule';
import { change } from '../registrar/registrar';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import { count, type MasterState } from '../state/state';
import { refusal } from './admission';
import { startPings } from './pings';
import { createAgent, publishAdded, sendRegistered, shutdownIfDown, syncActivity } from './record';
import { removeFromRegistry } from './removal';

/** A registration. Agents repeat it until they are answered, so repeated ones are answered or ignored. */
export function register(state: MasterState, event: EventOf<'agent.register'>): MasterEffect[] {
  const { pid, message, at: now } = event;
  count(state, 'master/messages_register_slave');
  if (state.electedAt === undefined) return [];
  if (state.registry.arriving.has(pid)) return [];
  const refused = refusal(state, event);
  if (refused) return refused;
  const existing = state.agents.get(state.agentIdByPid.get(pid) ?? '');
  if (existing?.connected) return [sendRegistered(state, existing)];
  // Repeated registrations of this pid are ignored until the change is stored.
  state.registry.arriving.add(pid);
  const effects = existing
    ? removeFromRegistry(state, existing, 'a new agent registered at the same address', 'registered')
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

/** An id that no agent of the registry has: agents of earlier masters keep the ids that these gave them. */
function freshId(state: MasterState): string {
  const { agents, unreachable, gone } = state.registry.ahead;
  const { arriving } = state.registry;
  for (;;) {
    const id = `${state.boot.id}-S${state.next.agent++}`;
    if (![agents, unreachable, gone, arriving].some((ids) => ids.has(id))) return id;
  }
}

/** Continues after `admit` is stored. */
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
