/** Why a job does not run, or what it waits for, in sentences. */

import { QUEUE_MAX } from '../core/dispatch/admission';
import { waitingFor } from '../core/graph/join';
import type { Job } from '../core/jobs/job';
import { hasProgram } from '../core/jobs/read-job';
import { shapeOf } from '../core/jobs/shape';
import { hasLiveTask, type Run } from '../core/runs/run';
import { nextSlot } from '../core/schedule/progress';
import type { ZoneRules } from '../core/schedule/zone';
import type { MesosState } from '../core/state/mesos-state';
import { type ChronosState, endedRuns, type JobEntry } from '../core/state/state';
import { stateOf } from './job-state';

/** The answer of `job/NAME/explain`. */
export function explainJob(state: ChronosState, entry: JobEntry, rules: ZoneRules): string {
  const { name } = entry.record.job;
  const quarantine = state.quarantined.get(name);
  const reasons = [
    ...(quarantine === undefined ? [] : [`The job is quarantined: ${quarantine}.`]),
    ...(hasProgram(entry.record.job)
      ? []
      : ['It has no command, no container and no executor: its runs fail.']),
    ...offReasons(entry),
    ...Object.values(entry.active).map((run) => runReason(run, entry, state)),
    ...queueReasons(entry),
    ...killReasons(entry),
    ...originReasons(entry, rules),
  ];
  return JSON.stringify({ name, state: stateOf(entry), reasons });
}

function offReasons({ record: { job } }: JobEntry): readonly string[] {
  const { disabled, pausedReason } = job;
  return [
    ...(disabled ? ['The job is disabled.'] : []),
    ...(pausedReason === '' ? [] : [`The job is paused: ${pausedReason}.`]),
  ];
}

function runReason(run: Run, { record }: JobEntry, { mesos }: ChronosState): string {
  const { id, attempts, nextAttemptAt } = run;
  const attempt = attempts.at(-1);
  if (attempt !== undefined && hasLiveTask(run))
    return `Run ${id} has had a task on ${attempt.hostname ?? 'an agent'} since ${iso(attempt.launchedAt)}.`;
  if (attempt !== undefined && nextAttemptAt !== undefined)
    return `Run ${id} has attempt ${attempts.length + 1} at ${iso(nextAttemptAt)}, or as soon as an offer fits.`;
  const wait = `Run ${id} has waited for an offer that fits since ${iso(run.createdAt)}`;
  return `${wait}${lackText(mesos, record.job)}.`;
}

/** The lacks of the last offers; a wait without offers is told, too. */
function lackText(mesos: MesosState | undefined, job: Job): string {
  if (mesos === undefined) return '';
  if (!mesos.session.connected) return ', and the master is not connected';
  const lacks = [...(mesos.waiting.lacks.get(shapeOf(job)) ?? [])].map(([lack, count]) =>
    count === 1 ? `one ${lack}` : `each of ${count} ${lack}`,
  );
  return lacks.length === 0 ? '' : `: of the last offers, ${lacks.join(', ')}`;
}

/** A queue of this length grows faster than it is worked off, so its bound is of interest. */
const SHOWN_QUEUE = 10;

function queueReasons({ queue }: JobEntry): readonly string[] {
  if (queue.length === 0) return [];
  const bound = queue.length < SHOWN_QUEUE ? '' : `; beyond ${QUEUE_MAX}, further ones are skipped`;
  return [
    `${queue.length} ${queue.length === 1 ? 'run waits' : 'runs wait'} for an earlier run to end${bound}.`,
  ];
}

/** A kill is the end of a run, though nobody may have asked Chronos for it. */
function killReasons(entry: JobEntry): readonly string[] {
  const [last] = Object.keys(entry.active).length > 0 ? [] : endedRuns(entry);
  if (last?.end?.kind !== 'killed') return [];
  return [`Its last run ${last.id} was killed, and is not tried again: ${last.end.reason}.`];
}

/** The origin of the next run: a slot, or the ends of the parents. */
function originReasons({ record, join }: JobEntry, rules: ZoneRules): readonly string[] {
  const { job, timing } = record;
  if (job.kind === 'dependent')
    return waitingFor(join, job.parents).map((clause) => `It waits for its parents: ${clause}.`);
  if (timing === undefined) return [];
  if (timing.progress.remaining === 0) return ['No repetitions of its schedule are left.'];
  const slot = nextSlot(rules, timing.timetable, timing.progress);
  return [slot === undefined ? 'Its schedule has no further slot.' : `Its next slot is ${iso(slot)}.`];
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
