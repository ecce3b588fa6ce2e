/** One job as text: as `job/NAME` and the search show it, as the list of all jobs has it, and as a row of the summary. */

import type { ApiBase } from '../core/jobs/names';
import { type JobPrinter, mirrorUris, printSummary } from '../core/jobs/print-job';
import { type JobRecord, shownSchedule } from '../core/jobs/record';
import type { ZoneRules } from '../core/schedule/zone';
import type { JobEntry } from '../core/state/state';
import { stateOf } from './job-state';

export interface PrintContext {
  readonly rules: ZoneRules;
  readonly printers: Readonly<Record<ApiBase, JobPrinter>>;
}

export function jobText(record: JobRecord, base: ApiBase, { rules, printers }: PrintContext): string {
  return printers[base](record.job, shownSchedule(record, rules));
}

/** With `uris` and `fetch` mirrored. */
export function listedText(record: JobRecord, base: ApiBase, context: PrintContext): string {
  return jobText({ ...record, job: mirrorUris(record.job) }, base, context);
}

/** The rows of quarantined and of paused jobs have the reason. */
export function summaryText(entry: JobEntry, quarantine: string | undefined, rules: ZoneRules): string {
  const { record } = entry;
  const { pausedReason } = record.job;
  const text = printSummary(record.job, { state: stateOf(entry), schedule: shownSchedule(record, rules) });
  const reasons = [
    ...(quarantine === undefined ? [] : [`,"quarantined":${JSON.stringify(quarantine)}`]),
    ...(pausedReason === '' ? [] : [`,"pausedReason":${JSON.stringify(pausedReason)}`]),
  ];
  return reasons.length === 0 ? text : `${text.slice(0, -1)}${reasons.join('')}}`;
}
