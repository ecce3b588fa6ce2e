/**
 * Used and offered resources by role, as endpoints show them (Mesos 1.11 Slave::usedResources,
 * Framework::totalUsedResources).
 *
 * Always true: used resources are those that tasks and executors hold.
 */

import type { FrameworkId } from '../../../model/ids';
import {
  allocateTo,
  combine,
  type Resource,
  type Resources,
  subtractResources,
} from '../../../model/resources';
import { isShared } from '../../../model/volumes';
import type { AllocatorAgent } from '../allocator/state';
import type { Agent, ExecutorRecord, Framework, MasterState, OfferRecord } from '../state/state';
import { executorsOf } from './executors';

/** A holder of resources: a task, an executor or an offer. Its resources never change, so it can be printed later. */
export interface Holding {
  readonly role: string;
  readonly resources: Resources;
}

/** The tasks and executors on an agent that use resources. */
export function holdersOn(agent: Agent): Holding[] {
  return [...heldTasks(agent), ...agent.executors.values()];
}

/** The tasks and executors of a framework that use resources. */
export function holdersOf(
  state: MasterState,
  framework: Framework,
  executors: readonly ExecutorRecord[] = executorsOf(state, framework.id),
): Holding[] {
  return [...heldTasks(framework), ...executors];
}

/** The outstanding offers among these ids. */
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
  return sharedUse.filter(({ identity }) => !used.some((volume) => volume.identity === identity));
}

/** All executors by the id of their framework. */
export function executorsByFramework(
  state: MasterState,
): ReadonlyMap<FrameworkId, readonly ExecutorRecord[]> {
  const all = new Map<FrameworkId, ExecutorRecord[]>();
  for (const { executors } of state.agents.values()) {
    for (const executor of executors.values()) {
      const executorsOfFramework = all.get(executor.frameworkId);
      if (executorsOfFramework) executorsOfFramework.push(executor);
      else all.set(executor.frameworkId, [executor]);
    }
  }
  return all;
}

function heldTasks({ tasks }: Pick<Agent, 'tasks'>): Holding[] {
  return [...tasks.values()].filter(({ holdsResources }) => holdsResources);
}

/**
 * The sum of resources, allocated to their roles. They are summed by role first: there are many holders and few
 * roles.
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
