/**
 * The texts of jobs in the answers about all of them, each printed once and kept until its job changes.
 *
 * Always true: records and runs are replaced and not changed, so a text is current while those it was printed from are.
 */

import type { ApiBase } from '../../core/jobs/names';
import type { JobRecord } from '../../core/jobs/record';
import type { JobEntry } from '../../core/state/state';
import { listedText, type PrintContext, summaryText } from '../../views/job-texts';

interface Summary extends Pick<JobEntry, 'record' | 'active' | 'queue'> {
  readonly quarantine: string | undefined;
  readonly text: string;
}

export class CachedTexts {
  private readonly listed = {
    v1: new WeakMap<JobRecord, string>(),
    legacy: new WeakMap<JobRecord, string>(),
  };
  private readonly summaries = new WeakMap<JobEntry, Summary>();

  constructor(private readonly context: PrintContext) {}

  /** A job as the list of all jobs has it. */
  inList({ record }: JobEntry, base: ApiBase): string {
    const cached = this.listed[base].get(record);
    if (cached !== undefined) return cached;
    const text = listedText(record, base, this.context);
    this.listed[base].set(record, text);
    return text;
  }

  /** The row of a job in the summary. */
  summary(entry: JobEntry, quarantine: string | undefined): string {
    const cached = this.summaries.get(entry);
    if (cached !== undefined && isCurrent(cached, entry, quarantine)) return cached.text;
    const { record, active, queue } = entry;
    const text = summaryText(entry, quarantine, this.context.rules);
    this.summaries.set(entry, { record, active, queue, quarantine, text });
    return text;
  }
}

function isCurrent(summary: Summary, entry: JobEntry, quarantine: string | undefined): boolean {
  const isSameJob = summary.record === entry.record && summary.quarantine === quarantine;
  return isSameJob && summary.active === entry.active && summary.queue === entry.queue;
}
