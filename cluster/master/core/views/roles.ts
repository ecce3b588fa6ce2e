/**
 * Roles as operators see them: who is in them, what they have, what is kept for them, and their quotas
 * (Mesos 1.11 Master::RoleResourceBreakdown).
 */

import type { QuotaConfig, QuotaStatus } from '../../../api/generated/quota';
import { addQuantities, type Quantities, quantitiesOf } from '../../../model/quantities';
import { isReserved } from '../../../model/reservations';
import { type Resources, reservedRole } from '../../../model/resources';
import { ancestorsOf, isStrictSubrole } from '../../../model/roles';
import { readScalars } from '../allocator/facts';
import { infoOf, shownConfig } from '../quota/config';
import type { MasterState } from '../state';

/** What a role and those below it have, in thousandths by name. */
export interface Breakdown {
  readonly offered: Quantities;
  readonly allocated: Quantities;
  readonly reserved: Quantities;
  /** What counts for its quota: what is used, and what is reserved and not used. */
  readonly consumed: Quantities;
}

export function breakdownOf(state: MasterState, role: string): Breakdown {
  return breakdowns(state, (one) => one === role).get(role) ?? NOTHING;
}

export function consumedQuota(state: MasterState, role: string): Quantities {
  return breakdownOf(state, role).consumed;
}

const NOTHING: Breakdown = {
  offered: new Map(),
  allocated: new Map(),
  reserved: new Map(),
  consumed: new Map(),
};

/** The numbers of all roles that are asked for and have any. */
export function breakdowns(
  state: MasterState,
  isWanted: (role: string) => boolean = () => true,
): ReadonlyMap<string, Breakdown> {
  const made = new Map<string, { [K in keyof Breakdown]: Map<string, number> }>();
  const add = (role: string, part: keyof Breakdown, resources: Resources, sign: 1 | -1 = 1): void => {
    const quantities = quantitiesOf(resources);
    for (const name of [role, ...ancestorsOf(role)]) {
      if (!isWanted(name)) continue;
      const entry = made.get(name) ?? emptyBreakdown();
      made.set(name, entry);
      addQuantities(entry[part], quantities, sign);
    }
  };
  const addReserved = (part: keyof Breakdown, resources: Resources): void => {
    for (const piece of resources) if (isReserved(piece)) add(reservedRole(piece), part, [piece]);
  };
  for (const agent of state.allocator.agents.values()) {
    addReserved('reserved', agent.total);
    addReserved('consumed', agent.free);
    const unused = agent.shared.filter(
      ({ identity }) => !agent.sharedUse.some((one) => one.identity === identity),
    );
    addReserved('consumed', unused);
  }
  for (const { role, resources } of state.offers.values()) {
    add(role, 'offered', resources);
    addReserved('consumed', resources);
  }
  addAllocated(state, made, isWanted);
  return made;
}

const emptyBreakdown = (): { [K in keyof Breakdown]: Map<string, number> } => ({
  offered: new Map(),
  allocated: new Map(),
  reserved: new Map(),
  consumed: new Map(),
});

/** What is used is what the allocator counts for the role without what is only offered. */
function addAllocated(
  state: MasterState,
  made: Map<string, { [K in keyof Breakdown]: Map<string, number> }>,
  isWanted: (role: string) => boolean,
): void {
  for (const [role, node] of state.allocator.roles.nodes) {
    if (!isWanted(role)) continue;
    const entry = made.get(role) ?? emptyBreakdown();
    made.set(role, entry);
    for (const [name, milli] of [...node.use, ...node.members]) {
      const used = milli - (entry.offered.get(name) ?? 0);
      if (used <= 0) continue;
      entry.allocated.set(name, used);
      addQuantities(entry.consumed, new Map([[name, used]]));
    }
  }
}

/**
 * The roles of `--roles`; without it those of frameworks, weights, quotas and reservations. And the roles above
 * them; sorted (Mesos 1.11 Master::knownRoles).
 */
export function knownRoles(state: MasterState): string[] {
  const { roles: allowed } = state.boot.settings;
  const names = new Set(allowed ? ['*', ...allowed] : rolesAtWork(state));
  for (const role of [...names]) for (const above of ancestorsOf(role)) names.add(above);
  return [...names].sort();
}

/** Roles that have a weight, a quota, a framework, something in use or a reservation; some more than once. */
export function* rolesAtWork({ registry, frameworks, allocator }: MasterState): Iterable<string> {
  yield* registry.weights.keys();
  yield* registry.quotas.keys();
  for (const { roles } of frameworks.values()) yield* roles;
  for (const { role, leaf } of allocator.roles.nodes.values())
    if (leaf && leaf.contenders.size > 0) yield role;
  for (const { total } of allocator.agents.values())
    for (const piece of total) if (isReserved(piece)) yield reservedRole(piece);
}

/** Frameworks that are in a role, or still have something there. */
export function frameworksIn(state: MasterState, role: string): string[] {
  const node = state.allocator.roles.nodes.get(role);
  const ids = [...(node?.leaf?.contenders.keys() ?? [])];
  const members = [...state.frameworks.values()].filter(({ roles }) => roles.includes(role));
  return [...new Set([...members.map(({ id }) => id), ...ids])].filter((id) => state.frameworks.has(id));
}

export interface RoleSummary extends Breakdown {
  readonly name: string;
  readonly weight: number;
  readonly guarantee: Quantities;
  readonly limit: Quantities;
  readonly frameworks: readonly string[];
}

export function roleSummaries(state: MasterState): RoleSummary[] {
  const parts = breakdowns(state);
  return knownRoles(state).map((name) => {
    const config: QuotaConfig | undefined = state.registry.quotas.get(name);
    return {
      name,
      weight: state.registry.weights.get(name) ?? 1,
      guarantee: readScalars(config?.guarantees),
      limit: readScalars(config?.limits),
      frameworks: frameworksIn(state, name),
      ...(parts.get(name) ?? NOTHING),
    };
  });
}

export function getQuota(state: MasterState, isSeen: (role: string) => boolean): QuotaStatus {
  const configs = [...state.registry.quotas.values()].filter(({ role }) => isSeen(role));
  return { infos: configs.map(infoOf), configs: configs.map(shownConfig) };
}

/** Whether one role is another or below it. */
export function isWithin(role: string, top: string): boolean {
  return role === top || isStrictSubrole(role, top);
}
