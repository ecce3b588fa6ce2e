/**
 * The allocator's frameworks: their roles, and their clients in the role tree.
 */

import { considerAll } from './agents';
import { type FrameworkFacts, PLAIN_FRAMEWORK } from './facts';
import { dropFilters } from './filters';
import { type Client, clientOf, removeClient, setActive } from './role-tree';
import type { AllocatorFramework, AllocatorState } from './state';

/** Adds or changes a framework. Its allocations stay, and so do its filters in roles that neither left nor revived. */
export function setFramework(
  state: AllocatorState,
  id: string,
  change: {
    readonly active: boolean;
    readonly roles: readonly string[];
    readonly suppressed: ReadonlySet<string>;
    readonly facts?: FrameworkFacts;
  },
): void {
  const { facts = PLAIN_FRAMEWORK, ...rest } = change;
  const existing = state.frameworks.get(id);
  const framework: AllocatorFramework = existing ?? {
    id,
    facts,
    ...rest,
    clients: new Map(),
    filters: new Map(),
  };
  const wanted = new Set(existing?.active ? wantedRoles(existing) : []);
  const left = framework.roles.filter((role) => !rest.roles.includes(role));
  const revived = rest.roles.filter((role) => framework.suppressed.has(role) && !rest.suppressed.has(role));
  if (existing) state.ownMinima -= hasMinima(framework);
  Object.assign(framework, rest, { facts });
  state.ownMinima += hasMinima(framework);
  state.frameworks.set(id, framework);
  dropFilters(framework, new Set([...left, ...revived]));
  syncClients(state, framework);
  const isMore = change.active && (wantedRoles(framework).some((role) => !wanted.has(role)) || existing);
  if (isMore) considerAll(state);
}

function hasMinima({ facts }: AllocatorFramework): number {
  return facts.minima.size > 0 ? 1 : 0;
}

/** The roles in which a framework wants offers: those not suppressed. */
export function wantedRoles({ roles, suppressed }: AllocatorFramework): readonly string[] {
  return roles.filter((role) => !suppressed.has(role));
}

function syncClients(state: AllocatorState, framework: AllocatorFramework): void {
  for (const role of framework.roles) clientFor(state, framework, role);
  for (const [role, client] of framework.clients) {
    const isMember = framework.roles.includes(role);
    setActive(state.roles, client, framework.active && isMember && !framework.suppressed.has(role));
    if (!isMember && client.use.size === 0) forgetClient(state, framework, role, client);
  }
}

export function forgetClient(
  state: AllocatorState,
  framework: AllocatorFramework,
  role: string,
  client: Client,
): void {
  removeClient(state.roles, client);
  framework.clients.delete(role);
}

export function clientFor(state: AllocatorState, framework: AllocatorFramework, role: string): Client {
  const existing = framework.clients.get(role);
  if (existing) return existing;
  const client = clientOf(state.roles, framework.id, role);
  framework.clients.set(role, client);
  return client;
}

/** Stops offers to a framework and removes its filters, as the original does when it disconnects. */
export function deactivateFramework(state: AllocatorState, id: string): void {
  const framework = state.frameworks.get(id);
  if (!framework) return;
  framework.active = false;
  framework.filters.clear();
  syncClients(state, framework);
}

export function removeFramework(state: AllocatorState, id: string): void {
  const framework = state.frameworks.get(id);
  if (!framework) return;
  for (const client of framework.clients.values()) removeClient(state.roles, client);
  state.ownMinima -= hasMinima(framework);
  state.frameworks.delete(id);
}
