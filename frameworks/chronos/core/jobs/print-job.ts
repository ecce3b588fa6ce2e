/** Jobs as the API shows and the store keeps them: one line of JSON, with the members in the order of the original. */

import { type Member, type Members, memberPrinter } from './codec';
import type { Job, JobCounters, JobDefaults, JobMembers } from './job';
import { jobMembers } from './members';
import type { ApiBase } from './names';

/** Prints a job; without a schedule it is that of the definition, else the one that remains. */
export type JobPrinter = (job: Job, schedule?: string) => string;

/** The printers of both bases. 2.x prints `async` always. */
export function jobPrinters(defaults: JobDefaults): Readonly<Record<ApiBase, JobPrinter>> {
  const members = jobMembers(defaults);
  return {
    v1: printerOf(members),
    legacy: printerOf({ ...members, async: { ...members.async, isHidden: false } }),
  };
}

function printerOf(members: Members<JobMembers>): JobPrinter {
  const print = memberPrinter(Object.entries(members) as [string, Member<unknown>][]);
  return (job, schedule) =>
    `{${print(job as unknown as Readonly<Record<string, unknown>>)},${printTiming(job, schedule)}}`;
}

function printTiming(job: Job, schedule: string | undefined): string {
  if (job.kind === 'dependent') return `"parents":${JSON.stringify(job.parents)}`;
  const text = JSON.stringify(schedule ?? job.schedule);
  return `"schedule":${text},"scheduleTimeZone":${JSON.stringify(job.scheduleTimeZone)}`;
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
