/** The upper limits of a task's resources, as Mesos takes them. */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type { Limit, ResourceLimits } from '../../api/app';

export function limitsOf(resourceLimits: ResourceLimits | undefined): mesos.TaskInfo['limits'] {
  if (!resourceLimits) return undefined;
  const entries = Object.entries(resourceLimits).flatMap(([name, limit]) =>
    limit === undefined ? [] : [[name, { value: limitValue(limit) }] as const],
  );
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function limitValue(limit: Limit): number {
  return limit === 'unlimited' ? Number.POSITIVE_INFINITY : limit;
}
