/**
 * Values that stored jobs share: very many jobs have the same period, zone and empty lists, and each copy takes memory.
 *
 * Always true: what is shared is never changed in place.
 */

import type { Job } from '../jobs/job';
import type { Timetable } from '../schedule/timetable';

const EMPTY_LIST: readonly never[] = [];
const EMPTY_RECORD: Readonly<Record<never, never>> = {};

export function sharedList<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? EMPTY_LIST : list;
}

export function sharedRecord<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  for (const _name in record) return record;
  return EMPTY_RECORD;
}

/** Puts the shared values into a job that was just read. */
export function shareMembers(job: Job): Job {
  const members = job as { -readonly [K in keyof Job]: Job[K] };
  members.fetch = sharedList(job.fetch);
  members.uris = sharedList(job.uris);
  members.environmentVariables = sharedList(job.environmentVariables);
  members.arguments = sharedList(job.arguments);
  members.constraints = sharedList(job.constraints);
  members.excludedDays = sharedList(job.excludedDays);
  return job;
}

/** The parts of timetables that were read so far, by their texts. */
export type SharedParts = Map<string, unknown>;

/** The timetable with parts that others have, too. */
export function shareTimetable(parts: SharedParts, { pattern, excludedDays }: Timetable): Timetable {
  const zone = shared(parts, pattern.zone);
  const sharing =
    pattern.kind === 'cron'
      ? { ...pattern, zone, fields: shared(parts, pattern.fields) }
      : { ...pattern, zone, period: shared(parts, pattern.period) };
  return { pattern: sharing, excludedDays: sharedList(excludedDays) };
}

function shared<T>(parts: SharedParts, value: T): T {
  const text = JSON.stringify(value);
  const earlier = parts.get(text);
  if (earlier !== undefined) return earlier as T;
  parts.set(text, value);
  return value;
}
