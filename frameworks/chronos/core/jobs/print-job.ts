/** Jobs as the API shows and the store keeps them: one line of JSON, with the members in the order of the original. */

import { printMembers } from './codec';
import type { Job, JobCounters, JobDefaults } from './job';
import { jobMembers } from './members';
import type { ApiBase } from './names';

interface JobView {
  readonly base: ApiBase;
  readonly defaults: JobDefaults;
  /** The schedule with the repetitions and the start that remain; undefined for that of the definition. */
  readonly schedule?: string | undefined;
}

/** 2.x prints `async` always. */
export function printJob(job: Job, { base, defaults, schedule }: JobView): string {
  const rows = Object.entries(jobMembers(defaults)).map(([name, member]) => {
    const isShown = base === 'legacy' && name === 'async';
    return [name, isShown ? { ...member, isHidden: false } : member, job[name as keyof Job]] as const;
  });
  return `{${[...printMembers(rows), ...printTiming(job, schedule)].join(',')}}`;
}

function printTiming(job: Job, schedule: string | undefined): readonly string[] {
  if (job.kind === 'dependent') return [`"parents":${JSON.stringify(job.parents)}`];
  return [
    `"schedule":${JSON.stringify(schedule ?? job.schedule)}`,
    `"scheduleTimeZone":${JSON.stringify(job.scheduleTimeZone)}`,
  ];
}

/** GET jobs shows in `uris` and in `fetch` what the job has in either. */
export function mirrorUris<J extends Job>(job: J): J {
  if (job.fetch.length > 0) return { ...job, uris: job.fetch.map(({ uri }) => uri) };
  const fetch = job.uris.map((uri) => ({
    uri,
    executable: false,
    cache: false,
    extract: true,
    output_file: '',
  }));
  return { ...job, fetch };
}

export type JobStatus = 'fresh' | 'success' | 'failure';

/** The status by the later of the two dates. */
export function statusOf({ lastSuccess, lastError }: JobCounters): JobStatus {
  if (lastSuccess === '' && lastError === '') return 'fresh';
  if (lastError === '') return 'success';
  if (lastSuccess === '') return 'failure';
  return Date.parse(lastSuccess) > Date.parse(lastError) ? 'success' : 'failure';
}

/** A row of `jobs/summary`; the state is `idle`, `queued` or `2 running`. */
export function printSummary(job: Job, { state, schedule }: { state: string; schedule?: string }): string {
  const isScheduled = job.kind === 'scheduled';
  return JSON.stringify({
    name: job.name,
    status: statusOf(job),
    state,
    schedule: isScheduled ? (schedule ?? job.schedule) : '',
    parents: isScheduled ? [] : job.parents,
    disabled: job.disabled,
  });
}
