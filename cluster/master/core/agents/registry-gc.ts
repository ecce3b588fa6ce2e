/**
 * Garbage collection of the registry: agents that are unreachable or gone for long are removed (Mesos 1.11
 * Master::doRegistryGc).
 *
 * In: woke(prune)      Out: store, wake
 */

import type { AgentId } from '../../../model/ids';
import { note } from '../../../model/machine';
import type { Millis } from '../../../model/time';
import { change } from '../registrar/registrar';
import type { MasterState } from '../state/state';
import { type Turn, wake } from '../state/turn';
import { takeUnreachable } from '../tasks/unreachable';

export function pruneLater(turn: Turn): void {
  wake(turn, { kind: 'prune' }, turn.now + turn.state.boot.settings.registryGcIntervalMs);
}

/** The timer `prune`: removes overdue agents every `--registry_gc_interval`. */
export function prune(turn: Turn): void {
  const { state, now } = turn;
  const unreachable = overdue(state, state.registry.unreachable, now);
  const gone = overdue(state, state.registry.gone, now);
  pruneLater(turn);
  if (unreachable.length === 0 && gone.length === 0) return;
  const agents = { unreachable, gone };
  change(turn, { change: { kind: 'prune', ...agents }, next: { kind: 'pruned', ...agents } });
}

/** Agents above `--registry_max_agent_count`, oldest first, and all above `--registry_max_agent_age`. */
function overdue(state: MasterState, since: ReadonlyMap<AgentId, Millis>, now: Millis): AgentId[] {
  const { registryMaxAgentAgeMs, registryMaxAgentCount } = state.boot.settings;
  const ids: string[] = [];
  for (const [id, lostAt] of since) {
    if (since.size - ids.length > registryMaxAgentCount || now - lostAt > registryMaxAgentAgeMs) ids.push(id);
  }
  return ids;
}

/** Continues after `prune` is stored: the unreachable tasks of these agents are forgotten, too. */
export function pruned(
  turn: Turn,
  { unreachable, gone }: { unreachable: readonly string[]; gone: readonly string[] },
): void {
  const { state } = turn;
  for (const agentId of unreachable) takeUnreachable(state, agentId);
  const fields = { unreachable: unreachable.length, gone: gone.length };
  note(turn, 'info', 'removed old unreachable and gone agents from the registry', fields);
}
