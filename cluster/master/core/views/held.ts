/**
 * Used and offered resources by role, as endpoints show them (Mesos 1.11 Slave::usedResources,
 * Framework::totalUsedResources).
 *
 * Always true: what is used is what tasks and executors hold; whoever asks, it is counted from all of them, as in
 * the original, which hides pieces by their roles and not by whose they are.
 */

import type * as mesos from '../../../api/generated/mesos';
import {
  allocateTo,
  combine,
  type Resource,
  type Resources,
  subtractResources,
  type WireResource,
  writeShownResources,
} from '../../../model/resources';
import { isShared } from '../../../model/volumes';
import type { AllocatorAgent } from '../allocator/state';
import { executorsOf } from '../executors';
import type { Agent, ExecutorRecord, Framework, MasterState, OfferRecord } from '../state';

/** Something that has resources: a task, an executor, an offer. None of it changes while it has them. */
export interface Holding {
  readonly role: string;
  readonly resources: Resources;
}

/** The tasks and executors on an agent, with their resources. */
export function holdersOn(agent: Agent): Holding[] {
  return [...heldTasks(agent), ...agent.executors.values()];
}

/** A framework's tasks and executors that use something. */
export function holdersOf(
  state: MasterState,
  framework: Framework,
  executors: readonly ExecutorRecord[] = executorsOf(state, framework.id),
): Holding[] {
  return [...heldTasks(framework), ...executors];
}

/** Those of these offers that are still out. */
export function offersOf(state: MasterState, ids: Iterable<string>): OfferRecord[] {
  return [...ids].flatMap((id) => state.offers.get(id) ?? []);
}

/** The shared volumes of an agent that are offered and that nothing uses. */
export function sharedOnlyOffered(state: MasterState, { id, sharedUse }: AllocatorAgent): Resources {
  const offers = [...(state.agents.get(id)?.offers ?? [])].flatMap((offer) => state.offers.get(offer) ?? []);
  const used = subtractResources(
    sharedUse,
    offers.flatMap(({ resources }) => resources.filter(isShared)),
  );
  return sharedUse.filter(({ identity }) => !used.some((one) => one.identity === identity));
}

/** All executors by the id of their framework. */
export function executorsByFramework(state: MasterState): ReadonlyMap<string, readonly ExecutorRecord[]> {
  const all = new Map<string, ExecutorRecord[]>();
  for (const { executors } of state.agents.values()) {
    for (const executor of executors.values()) {
      const own = all.get(executor.frameworkId);
      if (own) own.push(executor);
      else all.set(executor.frameworkId, [executor]);
    }
  }
  return all;
}

function heldTasks({ tasks }: Pick<Agent, 'tasks'>): Holding[] {
  return [...tasks.values()].filter(({ holdsResources }) => holdsResources);
}

/**
 * The sum by role; resources are added before they are marked, since there are many holders and few roles.
 */
export function sumByRole(holdings: readonly Holding[]): Resources {
  const byRole = new Map<string, Resource[]>();
  for (const { role, resources } of holdings) {
    const reserved = byRole.get(role);
    if (reserved) reserved.push(...resources);
    else byRole.set(role, [...resources]);
  }
  return [...byRole].flatMap(([role, reserved]) => allocateTo(combine(reserved), role));
}

/** Resources as endpoints show them. */
export function printResources(resources: Resources): mesos.Resource[] {
  return writeShownResources(resources) as mesos.Resource[];
}

/** The resources all of whose roles may be seen (Mesos 1.11 ObjectApprovers::approved<VIEW_ROLE>). */
export function onlySeen<R extends WireResource>(
  resources: readonly R[] | undefined,
  seesRole: (role: string) => boolean,
): R[] {
  return (resources ?? []).filter(({ role, reservations, allocation_info }) => {
    const roles = (reservations ?? []).map((one) => one.role ?? '*');
    if (role !== undefined && role !== '*') roles.push(role);
    if (allocation_info) roles.push(allocation_info.role ?? '*');
    return roles.every(seesRole);
  });
}
