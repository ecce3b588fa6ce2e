/**
 * Forgetting agents that are unreachable or gone for long, so that the registry stays small (Mesos 1.11
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

/** Time to look. The timer is named `prune`. */
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

/** The oldest above the number that is kept, and all above the age. */
function overdue(state: MasterState, since: ReadonlyMap<string, Millis>, now: Millis): string[] {
  const { registryMaxAgentAgeMs, registryMaxAgentCount } = state.boot.settings;
  const ids: string[] = [];
  for (const [id, lostAt] of since) {
    if (since.size - ids.length > registryMaxAgentCount || now - lostAt > registryMaxAgentAgeMs) ids.push(id);
  }
  return ids;
}

/** They are forgotten: nobody waits any longer for what ran on the unreachable ones. */
export function pruned(
  state: MasterState,
  { unreachable, gone }: { unreachable: readonly string[]; gone: readonly string[] },
): MasterEffect[] {
  for (const agentId of unreachable) takeUnreachable(state, agentId);
  const fields = { unreachable: unreachable.length, gone: gone.length };
  return [{ kind: 'note', level: 'info', text: 'forgot agents', fields }];
}
