/** The recent tasks of a job, as `job/stat` shows them: one row for each attempt, newest start first. */

import type { Millis } from '../../../../cluster/model/time';
import { dateOf } from '../schedule/civil';
import { wallTimeAt } from '../schedule/wall-clock';
import type { Zone, ZoneRules } from '../schedule/zone';
import type { Attempt, Run } from './run';
import { type Histogram, printHistogram } from './statistics';

interface StatContext {
  readonly rules: ZoneRules;
  /** The zone of the server, which the times are in. */
  readonly serverZone: Zone;
  readonly limit: number;
  /** Data jobs show the elements that they have processed. */
  readonly isDataJob: boolean;
}

export function printJobStat(runs: readonly Run[], histogram: Histogram, context: StatContext): string {
  const rows = runs
    .flatMap((run) => run.attempts.map((attempt) => ({ run, attempt })))
    .sort((a, b) => startOf(b.attempt) - startOf(a.attempt))
    .slice(0, context.limit)
    .map(({ run, attempt }) => taskRow(run, attempt, context));
  return `{"histogram":${printHistogram(histogram)},"taskStatHistory":${JSON.stringify(rows)}}`;
}

function startOf({ startedAt, launchedAt }: Attempt): Millis {
  return startedAt ?? launchedAt;
}

function taskRow(run: Run, attempt: Attempt, { rules, serverZone, isDataJob }: StatContext): object {
  const { startedAt, endedAt } = attempt;
  const time = (instant: Millis | undefined): string =>
    instant === undefined ? 'N/A' : timeText(wallTimeAt(rules, serverZone, instant));
  return {
    taskId: attempt.taskId,
    jobName: run.jobName,
    slaveId: attempt.agentId ?? '',
    startTime: time(startedAt),
    endTime: time(endedAt),
    ...(endedAt !== undefined && { duration: durationText(endedAt - startOf(attempt)) }),
    status: statusText(attempt),
    ...(isDataJob && { numElementsProcessed: attempt.elementsProcessed }),
  };
}

function statusText({ startedAt, end }: Attempt): 'Success' | 'Fail' | 'Running' | 'Idle' {
  if (end !== undefined) return end.kind === 'success' ? 'Success' : 'Fail';
  return startedAt === undefined ? 'Idle' : 'Running';
}

/** `MM/dd/yy HH:mm:ss`. */
function timeText(time: number): string {
  const { year, month, day } = dateOf(time);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${two(month)}/${two(day)}/${two(year % 100)} ${new Date(time).toISOString().slice(11, 19)}`;
}

/** `1h2m3s`; seconds are always there, and hours are not carried over to days. */
export function durationText(duration: Millis): string {
  const seconds = Math.floor(Math.max(0, duration) / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}${seconds % 60}s`;
}
