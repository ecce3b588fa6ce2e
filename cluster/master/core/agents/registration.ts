/**
 * Registration of new agents: checked, stored in the registry, then admitted.
 *
 * In: agent.register, registry.stored(admit)      Out: store, send, link, publish, wake
 * Always true: an agent is told that it is registered only when the registry has it.
 */

import { type AgentId, lookUp } from '../../../model/ids';
import { note } from '../../../model/machine';
import { addAgent } from '../allocator/agents';
import { agentFacts } from '../offer-constraints/agent-facts';
import { allocateSoon } from '../offers/schedule';
import type { Registration } from '../read/agent-report';
import { change } from '../registrar/registrar';
import type { EventOf } from '../state/events';
import { count, type MasterState } from '../state/state';
import { emit, type Turn } from '../state/turn';
import { examine, refuseAgent } from './admission';
import { startPings } from './pings';
import { createAgent, publishAdded, sendRegistered, shutdownIfDown, syncActivity } from './record';
import { removeFromRegistry } from './removal';

/** A registration. Agents repeat it until they are answered, so repeated ones are answered or ignored. */
export function register(turn: Turn, event: EventOf<'agent.register'>): void {
  const { state } = turn;
  const { pid, message } = event;
  count(state, 'master/messages_register_slave');
  if (state.electedAt === undefined) return;
  if (state.registry.arriving.has(pid)) return;
  const report = examine(state, event);
  if ('answer' in report) return refuseAgent(turn, event, report);
  const existing = lookUp(state.agents, state.agentIdByPid.get(pid));
  if (existing?.connected) return emit(turn, sendRegistered(state, existing));
  // Repeated registrations of this pid are ignored until the change is stored.
  state.registry.arriving.add(pid);
  if (existing)
    removeFromRegistry(turn, existing, 'a new agent registered at the same address', 'registered');
  const agentId = freshId(state);
  const info = { ...message.slave, id: { value: agentId } };
  note(turn, 'info', 'admitting an agent', { agent: agentId, pid });
  change(turn, {
    change: { kind: 'admit', info },
    next: { kind: 'registered', agentId, report },
  });
  allocateSoon(turn);
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
export function admitted(turn: Turn, { agentId, report }: { agentId: AgentId; report: Registration }): void {
  const { state, now } = turn;
  count(state, 'master/slave_registrations');
  const agent = createAgent(state, { id: agentId, report, now });
  const { id, total, info, capabilities } = agent;
  addAgent(state.allocator, { id, total, facts: agentFacts(info, capabilities) });
  syncActivity(state, agent);
  emit(turn, { kind: 'link', to: agent.pid });
  emit(turn, sendRegistered(state, agent));
  startPings(turn, agent);
  publishAdded(turn, agent);
  shutdownIfDown(turn, agent);
  allocateSoon(turn);
}
