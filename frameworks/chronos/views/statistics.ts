/**
 * Run times of jobs, from their histories: `job/stat/NAME` and `stats/PERCENTILE`.
 *
 * Since they come from the history, they are there after a failover, too.
 */

import { printDouble } from '../../kit/core/values/java-double';
import type { Run } from '../core/runs/run';
import { type Histogram, histogramOf, type RunTime, statOf } from '../core/runs/statistics';
import { printJobStat } from '../core/runs/task-stat';
import type { Zone, ZoneRules } from '../core/schedule/zone';
import { endedRuns, type JobEntry } from '../core/state/state';
import { entryIn, jsonList, type Pieces, type Read } from './read';

export function histogramOfJob(entry: Pick<JobEntry, 'record' | 'history'>): Histogram {
  return histogramOf(endedRuns(entry).flatMap(runTime));
}

/** The time from the launch of the attempt that succeeded to its end. */
function runTime({ attempts, end }: Run): readonly RunTime[] {
  const last = attempts.at(-1);
  if (end?.kind !== 'success' || last?.endedAt === undefined) return [];
  return [{ duration: Math.max(0, last.endedAt - last.launchedAt), endedAt: last.endedAt }];
}

export interface StatContext {
  readonly rules: ZoneRules;
  readonly serverZone: Zone;
  /** The number of tasks that are shown. */
  readonly limit: number;
}

/** The answer of `job/stat/NAME`. */
export function jobStatText(entry: JobEntry, context: StatContext): string {
  const { record, active } = entry;
  return printJobStat([...Object.values(active), ...endedRuns(entry)], histogramOfJob(entry), {
    ...context,
    isDataJob: record.job.dataProcessingJobType,
  });
}

/** Jobs between two pauses. */
const STRIDE = 200;

/** The answer of `stats/PERCENTILE`: the longest first, in seconds; nothing for an unknown key. */
export function* statsPieces(read: Read, names: readonly string[], percentile: string): Pieces {
  const rows: { readonly name: string; readonly time: number }[] = [];
  for (const [position, name] of names.entries()) {
    if (position % STRIDE === 0) yield '';
    const entry = entryIn(read, name);
    const time = entry && statOf(histogramOfJob(entry), percentile);
    if (time !== undefined) rows.push({ name, time });
  }
  // Names are sorted, so those of equal times stay so.
  rows.sort((a, b) => b.time - a.time);
  yield* jsonList(printRows(rows));
}

function* printRows(rows: readonly { name: string; time: number }[]): Generator<string, void> {
  for (const { name, time } of rows)
    yield `{"jobNameLabel":${JSON.stringify(name)},"time":${printDouble(time)}}`;
}
