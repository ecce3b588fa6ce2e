/**
 * The labels of reserved resources: the framework and the instance that they are for (TaskLabels of Marathon).
 *
 * The second label is named for tasks, since reservations are older than instances in Marathon.
 */

import type { Reservation as ReservationLevel, Resource } from '../../../../cluster/model/resources';

const FRAMEWORK = 'marathon_framework_id';
const INSTANCE = 'marathon_task_id';

/** The instance that resources are reserved for, and the framework id at that time. */
export interface Owner {
  readonly frameworkId: string;
  readonly instanceId: string;
}

export function ownerLabels({ frameworkId, instanceId }: Owner): NonNullable<ReservationLevel['labels']> {
  return {
    labels: [
      { key: FRAMEWORK, value: frameworkId },
      { key: INSTANCE, value: instanceId },
    ],
  };
}

/** The owner of a reserved resource; undefined for one that no Marathon has reserved. */
export function ownerOf({ meta: { reservations } }: Resource): Owner | undefined {
  const labels = reservations?.at(-1)?.labels?.labels ?? [];
  const frameworkId = labels.find(({ key }) => key === FRAMEWORK)?.value;
  const label = labels.find(({ key }) => key === INSTANCE)?.value;
  return frameworkId === undefined || label === undefined
    ? undefined
    : { frameworkId, instanceId: instanceOfLabel(label) };
}

/** Reservations of older versions have the id of a task of the instance. */
function instanceOfLabel(label: string): string {
  return /^.+\.(?:instance-|marathon-)[^.]+/.exec(label)?.[0] ?? label;
}

/** True for resources that no instance has for itself (LabelMatcher.WithoutReservationLabels). */
export function isForAll({ meta: { reservations } }: Resource): boolean {
  const labels = reservations?.at(-1)?.labels?.labels ?? [];
  return !labels.some(({ key }) => key === FRAMEWORK || key === INSTANCE);
}
