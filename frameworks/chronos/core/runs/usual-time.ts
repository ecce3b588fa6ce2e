/** The time that a job usually takes, by which a run is called slow. */

import type { Millis } from '../../../../cluster/model/time';
import type { HistoryEntry, Run } from './run';

/** Successes that a usual time needs. */
const USUAL_MIN = 3;

/** The median time of the successful runs that the history has; undefined after too few. */
export function usualRunTime(history: readonly HistoryEntry[]): Millis | undefined {
  const times = history.flatMap((entry) => (entry.kind === 'run' ? runTimes(entry.run) : []));
  return times.length < USUAL_MIN ? undefined : times.sort((a, b) => a - b)[times.length >> 1];
}

function runTimes({ attempts, end }: Run): readonly Millis[] {
  const { startedAt, endedAt } = attempts.at(-1) ?? {};
  const isSuccess = end?.kind === 'success' && startedAt !== undefined && endedAt !== undefined;
  return isSuccess ? [endedAt - startedAt] : [];
}
