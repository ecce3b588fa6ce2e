/**
 * Errors in the form of an operation's resources, before they are read (Mesos 1.11 Resources::validate).
 */

import type * as mesos from '../../../api/generated/mesos';
import { formError } from '../../../model/resource-errors';

type Wire = readonly mesos.Resource[] | undefined;
type Operation = mesos.Offer.Operation;

/** The tasks of a LAUNCH or LAUNCH_GROUP as received; none of other operations. */
export function tasksOf({ launch, launch_group: group }: Operation): readonly mesos.TaskInfo[] {
  return [...(launch?.task_infos ?? []), ...(group?.task_group.tasks ?? [])];
}

/** The error in the form of an operation's resources, or undefined. */
export function operationFormError(operation: Operation): string | undefined {
  const tasks = tasksOf(operation);
  const { launch_group: group, reserve } = operation;
  return (
    firstFormError(tasks.map(({ resources }) => resources)) ??
    firstFormError(tasks.map(({ executor }) => executor?.resources)) ??
    firstFormError([group?.executor.resources, reserve?.source, ...listsOf(operation)])
  );
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

function firstFormError(lists: readonly Wire[]): string | undefined {
  for (const list of lists) {
    const error = formError(list);
    if (error) return error;
  }
  return undefined;
}
