/**
 * The form of operations: its errors, and the normal form that the checks of conversions expect, in which resources
 * have the role of the offer (Mesos 1.11 Master::accept, protobuf::injectAllocationInfo).
 */

import type * as mesos from '../../../api/generated/mesos';
import { formError } from '../../../model/resource-errors';

type Wire = readonly mesos.Resource[] | undefined;
type Operation = mesos.Offer.Operation;

/** The error in the form of an operation's resources, or undefined. */
export function shapeError(operation: Operation): string | undefined {
  const { launch, launch_group: group } = operation;
  const tasks = [...(launch?.task_infos ?? []), ...(group?.task_group.tasks ?? [])];
  const executors = [...tasks.flatMap(({ executor }) => executor ?? []), ...(group ? [group.executor] : [])];
  const lists: Wire[] = [
    ...[...tasks, ...executors].map(({ resources }) => resources),
    operation.reserve?.source,
    ...listsOf(operation),
  ];
  for (const list of lists) {
    const error = formError(list);
    if (error) return error;
  }
  return undefined;
}

function listsOf({ reserve, unreserve, create, destroy, grow_volume, shrink_volume }: Operation): Wire[] {
  return [
    reserve?.resources,
    unreserve?.resources,
    create?.volumes,
    destroy?.volumes,
    grow_volume && [grow_volume.volume, grow_volume.addition],
    shrink_volume && [shrink_volume.volume],
  ];
}

/**
 * The operation with the offer's role as allocation of every resource that has none: frameworks without MULTI_ROLE
 * set none. Launches get theirs when they are read (read/task.ts).
 */
export function injectRole(operation: Operation, role: string): Operation {
  return withEach(operation, (resource) =>
    resource.allocation_info ? resource : { ...resource, allocation_info: { role } },
  );
}

/** The operation with each of its resources changed. */
function withEach(operation: Operation, change: (resource: mesos.Resource) => mesos.Resource): Operation {
  const all = (wire: Wire): Wire => wire?.map(change);
  const { reserve, unreserve, create, destroy, grow_volume: grow, shrink_volume: shrink } = operation;
  return {
    ...operation,
    reserve: reserve && { ...reserve, resources: all(reserve.resources) },
    unreserve: unreserve && { ...unreserve, resources: all(unreserve.resources) },
    create: create && { ...create, volumes: all(create.volumes) },
    destroy: destroy && { ...destroy, volumes: all(destroy.volumes) },
    grow_volume: grow && { ...grow, volume: change(grow.volume), addition: change(grow.addition) },
    shrink_volume: shrink && { ...shrink, volume: change(shrink.volume) },
  };
}

/** The operation without allocation roles: the resources of an agent have none. */
export function stripRole(operation: Operation): Operation {
  return withEach(operation, ({ allocation_info: _role, ...resource }) => resource);
}
