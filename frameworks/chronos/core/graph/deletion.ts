/**
 * The deletion of a job: what becomes of its children.
 *
 * A child keeps its other parents and all of its members. In a chain it gets the grandparents. A child whose only parent
 * had a schedule takes over that schedule and its zone. The original turns each child of a scheduled parent into a
 * scheduled job, whatever other parents it has, and loses half of its members.
 */

import type { DependentJob, Job, ScheduledJob } from '../jobs/job';
import type { JobRecord } from '../jobs/record';

/** A child as it is after the deletion; with the schedule it takes over the progress, and so the anchor. */
export function recordAfterDeletion(deleted: JobRecord, child: JobRecord): JobRecord {
  if (child.job.kind !== 'dependent') return child;
  const job = childAfterDeletion(deleted.job, child.job);
  return { ...child, job, timing: job.kind === 'scheduled' ? deleted.timing : undefined };
}

export function childAfterDeletion(deleted: Job, child: DependentJob): Job {
  const others = child.parents.filter((parent) => parent !== deleted.name);
  const grandparents = deleted.kind === 'dependent' ? deleted.parents : [];
  const parents = [...new Set([...others, ...grandparents])].sort();
  if (parents.length > 0) return { ...child, parents };
  return deleted.kind === 'scheduled' ? takeOver(child, deleted) : child;
}

/** The excluded days are part of the schedule. */
function takeOver({ parents: _parents, ...child }: DependentJob, parent: ScheduledJob): ScheduledJob {
  const { schedule, scheduleTimeZone, excludedDays } = parent;
  return { ...child, kind: 'scheduled', schedule, scheduleTimeZone, excludedDays };
}
