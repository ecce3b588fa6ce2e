/**
 * The resources of each role: offered, allocated, reserved and consumed of its quota (Mesos 1.11
 * Master::RoleResourceBreakdown).
 */

import type { FrameworkId } from '../../../model/ids';
import { addQuantities, type Quantities, quantitiesOf } from '../../../model/quantities';
import { isReserved } from '../../../model/reservations';
import { type Resource, type Resources, reservedRole, unallocated } from '../../../model/resources';
import { ancestorsOf } from '../../../model/roles';
import { isShared } from '../../../model/volumes';
import type { RoleNode } from '../allocator/role-tree';
import type { AllocatorAgent } from '../allocator/state';
import type { MasterState } from '../state/state';

/** The quantities of a role and the roles below it, in milli-units by name. */
export interface Breakdown {
  readonly offered: Quantities;
  readonly allocated: Quantities;
  readonly reserved: Quantities;
  /** Quantities that count against its quota: allocated, and reserved but not allocated. */
  readonly consumed: Quantities;
}

export function breakdownOf(state: MasterState, role: string): Breakdown {
  return breakdowns(state, (name) => name === role).get(role) ?? EMPTY_BREAKDOWN;
}

export function consumedQuota(state: MasterState, role: string): Quantities {
  return breakdownOf(state, role).consumed;
}

/** The breakdown of a role without anything. */
export const EMPTY_BREAKDOWN: Breakdown = {
  offered: new Map(),
  allocated: new Map(),
  reserved: new Map(),
  consumed: new Map(),
};

/** The breakdowns of the wanted roles that have any resources. */
export function breakdowns(
  state: MasterState,
  isWanted: (role: string) => boolean = () => true,
): ReadonlyMap<string, Breakdown> {
  const sums = new Map<string, { [K in keyof Breakdown]: Map<string, number> }>();
  const add = (role: string, part: keyof Breakdown, resources: Resources, sign: 1 | -1 = 1): void => {
    const quantities = quantitiesOf(resources);
    for (const name of [role, ...ancestorsOf(role)]) {
      if (!isWanted(name)) continue;
      const entry = sums.get(name) ?? emptyBreakdown();
      sums.set(name, entry);
      addQuantities(entry[part], quantities, sign);
    }
  };
  const addReserved = (part: keyof Breakdown, resources: Resources): void => {
    for (const resource of resources) if (isReserved(resource)) add(reservedRole(resource), part, [resource]);
  };
  for (const agent of state.allocator.agents.values()) {
    addReserved('reserved', agent.total);
    addReserved('consumed', agent.free);
  }
  for (const { role, resources } of state.offers.values()) {
    const unsharedParts = resources.filter((resource) => !isShared(resource));
    add(role, 'offered', unsharedParts);
    addReserved('consumed', unsharedParts);
  }
  addAllocated(state, sums, isWanted);
  for (const agent of state.allocator.agents.values())
    if (agent.shared.length > 0) addShared(state, agent, add);
  return sums;
}

type AddToRole = (role: string, part: keyof Breakdown, resources: Resources) => void;

/**
 * Adds shared volumes: they count once for each framework that uses them, and once for each that they are offered to;
 * an unused one counts as consumed by the role of its reservation.
 */
function addShared(state: MasterState, { id, shared }: AllocatorAgent, add: AddToRole): void {
  const agent = state.agents.get(id);
  if (!agent) return;
  const offers = [...agent.offers].flatMap((offer) => state.offers.get(offer) ?? []);
  const tasks = [...agent.tasks.values()].filter(({ holdsResources }) => holdsResources);
  for (const { role, resource } of sharedBy(offers).values()) add(role, 'offered', [resource]);
  const used = sharedBy([...tasks, ...agent.executors.values()]);
  for (const { role, resource } of used.values()) {
    add(role, 'allocated', [resource]);
    add(role, 'consumed', [resource]);
  }
  const inUse = new Set([...used.values()].map(({ resource }) => resource.identity));
  for (const resource of shared.filter(({ identity }) => !inUse.has(identity)))
    add(reservedRole(resource), 'consumed', [resource]);
}

interface Holder {
  readonly frameworkId: FrameworkId;
  readonly role: string;
  readonly resources: Resources;
}

/** The shared resources of holders, each once for each framework and role. */
function sharedBy(holders: readonly Holder[]): ReadonlyMap<string, { role: string; resource: Resource }> {
  const seen = new Map<string, { role: string; resource: Resource }>();
  for (const { frameworkId, role, resources } of holders) {
    if (!resources.some(isShared)) continue;
    for (const resource of unallocated(resources).filter(isShared))
      seen.set(`${frameworkId} ${role} ${resource.identity}`, { role, resource });
  }
  return seen;
}

const emptyBreakdown = (): { [K in keyof Breakdown]: Map<string, number> } => ({
  offered: new Map(),
  allocated: new Map(),
  reserved: new Map(),
  consumed: new Map(),
});

/** Adds allocated resources by role: the usage in the role tree without what is only offered. */
function addAllocated(
  state: MasterState,
  sums: Map<string, { [K in keyof Breakdown]: Map<string, number> }>,
  isWanted: (role: string) => boolean,
): void {
  for (const [role, node] of state.allocator.roles.nodes) {
    if (!isWanted(role)) continue;
    const entry = sums.get(role) ?? emptyBreakdown();
    sums.set(role, entry);
    const shared = sharedOf(state, node);
    for (const [name, milli] of [...node.use, ...node.members]) {
      const used = milli - (shared.get(name) ?? 0) - (entry.offered.get(name) ?? 0);
      if (used <= 0) continue;
      entry.allocated.set(name, used);
      addQuantities(entry.consumed, new Map([[name, used]]));
    }
  }
}

/** The part of a role's usage that is of shared volumes, which addShared counts. */
function sharedOf({ allocator }: MasterState, { shared }: RoleNode): Quantities {
  const sums = new Map<string, number>();
  for (const key of shared.keys()) {
    const [agentId = ''] = key.split(' ', 1);
    const resource = allocator.agents
      .get(agentId)
      ?.shared.find(({ identity }) => key === `${agentId} ${identity}`);
    if (resource) addQuantities(sums, quantitiesOf([resource]));
  }
  return sums;
}
