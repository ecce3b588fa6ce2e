/**
 * Garbage collection of the registry: agents that are unreachable or gone for long are removed (Mesos 1.11
 * Master::doRegistryGc).
 *
 * In: woke(prune)      Out: store, wake
 */

import type { Millis } from '../../../model/time';
import { change } from '../registrar/registrar';
import type { MasterEffect } from '../state/effects';
import type { MasterState } from '../state/state';
import { takeUnreachable } from '../tasks/unreachable';

const TIMER = 'prune';

export function pruneLater(state: MasterState, now: Millis): MasterEffect {
  return { kind: 'wake', timer: TIMER, at: now + state.boot.settings.registryGcIntervalMs };
}

/** Removes overdue agents every `--registry_gc_interval`. The timer is named `prune`. */
export function prune(state: MasterState, now: Millis): MasterEffect[] {
  const unreachable = overdue(state, state.registry.unreachable, now);
  const gone = overdue(state, state.registry.gone, now);
  const again = pruneLater(state, now);
  if (unreachable.length === 0 && gone.length === 0) return [again];
  const agents = { unreachable, gone };
  return [
    again,
    ...change(state, { change: { kind: 'prune', ...agents }, next: { kind: 'pruned', ...agents } }),
  ];
}

/** Agents above `--registry_max_agent_count`, oldest first, and all above `--registry_max_agent_age`. */
function overdue(state: MasterState, since: ReadonlyMap<string, Millis>, now: Millis): string[] {
  const { registryMaxAgentAgeMs, registryMaxAgentCount } = state.boot.settings;
  const ids: string[] = [];
  for (const [id, lostAt] of since) {
    if (since.size - ids.length > registryMaxAgentCount || now - lostAt > registryMaxAgentAgeMs) ids.push(id);
  }
  return ids;
}

/** Continues after `prune` is stored: the unreachable tasks of these agents are forgotten, too. */
export function pruned(
  state: MasterState,
  { unreachable, gone }: { unreachable: readonly string[]; gone: readonly string[] },
): MasterEffect[] {
  for (const agentId of unreachable) takeUnreachable(state, agentId);
  const fields = { unreachable: unreachable.length, gone: gone.length };
  return [
    {
      kind: 'note',
      level: 'info',
      text: 'removed old unreachable and gone agents from the registry',
      fields,
    },
  ];
}
