/** Slots that are due: runs, and entries in the history for those that are missed or collapsed. */

import type { Millis } from '../../../../cluster/model/time';
import { earliest, setTime, takeDue } from '../../../../cluster/model/time-heap';
import { type Timing, withProgress } from '../jobs/record';
import { jobNameOf, type SlotEntry } from '../runs/run';
import type { SlotSeries } from '../schedule/progress';
import { nextSlot, planSlots, seriesOf } from '../schedule/progress';
import { slotAfter } from '../schedule/timetable';
import type { JobEntry } from '../state/state';
import { newRunId, saveRun, saveState, type Turn, wake } from '../state/turn';
import { admitRun, deadlineFor, isOff, latenessOf, recordSlots, remember, removeRun } from './admission';
import { tellOwners } from './notices';

/** Decides the slots of all jobs that are due. */
export function decideDueSlots(turn: Turn): void {
  const { state, now } = turn;
  state.slotsWakeAt = undefined;
  for (let name = takeDue(state.slots, now); name !== undefined; name = takeDue(state.slots, now)) {
    const entry = state.jobs.get(name);
    if (entry) decideSlots(turn, entry);
  }
}

/**
 * Decides the slots of a job up to now. Without epsilon and without a policy, a job that is running decides them at the
 * end of its run, so that slots that it overran collapse into one.
 */
export function decideSlots(turn: Turn, entry: JobEntry): void {
  const { record } = entry;
  const { job, timing } = record;
  if (timing === undefined || isOff(job) || mustWait(turn, entry)) return scheduleNext(turn, entry);
  const lateness = latenessOf(turn.state, job);
  const { timetable, progress } = timing;
  const plan = planSlots({ rules: turn.rules, timetable, now: turn.now, ...lateness }, progress);
  if (plan.progress !== progress && plan.progress.decided !== progress.decided) {
    entry.record = withProgress(record, plan.progress);
    saveState(turn, job.name);
  }
  if (plan.missed) {
    recordSeries(turn, entry, {
      kind: 'missed',
      slots: plan.missed,
      reason: 'the start deadline has passed',
    });
    tellOwners(turn, job, { kind: 'missed', reason: 'the start deadline has passed' });
  }
  if (plan.collapsed)
    recordSeries(turn, entry, { kind: 'skipped', slots: plan.collapsed, reason: 'a later slot runs for it' });
  for (const slot of plan.due) {
    const isCaughtUp = plan.due.length > 1 && slot !== plan.due.at(-1);
    admitRun(turn, job.name, {
      cause: { kind: 'slot', slot, isCaughtUp },
      arguments: job.arguments.join(' '),
    });
  }
  scheduleNext(turn, entry);
}

interface Series {
  readonly kind: SlotEntry['kind'];
  readonly slots: SlotSeries;
  readonly reason: string;
}

function recordSeries(turn: Turn, entry: JobEntry, series: Series): void {
  const id = newRunId(turn, entry);
  remember(turn, entry, { kind: 'slots', entry: { ...series, id, decidedAt: turn.now } });
}

function mustWait({ state }: Turn, { record: { job }, active }: JobEntry): boolean {
  if (job.concurrency !== undefined || job.concurrent || Object.keys(active).length === 0) return false;
  return latenessOf(state, job).epsilon === undefined;
}

/** Puts the next slot of a job into the heap; while it must wait, the end of its run comes first. */
function scheduleNext(turn: Turn, entry: JobEntry): void {
  const { job, timing } = entry.record;
  const isWaiting = timing === undefined || isOff(job) || mustWait(turn, entry);
  const slot = isWaiting ? undefined : nextSlot(turn.rules, timing.timetable, timing.progress);
  setTime(turn.state.slots, job.name, slot);
}

/** Sets the timer for the earliest slot, if it is not set for then. */
export function wakeForSlots(turn: Turn): void {
  const next = earliest(turn.state.slots)?.at;
  if (next === undefined || next === turn.state.slotsWakeAt) return;
  turn.state.slotsWakeAt = next;
  wake(turn, { kind: 'slots' }, next);
}

/** The slot of a run without a launch is missed if its deadline has passed; false if it has not. */
export function missRun(turn: Turn, runId: string): boolean {
  const { state, now } = turn;
  const entry = state.jobs.get(jobNameOf(runId));
  const run = entry?.active[runId] ?? entry?.queue.find(({ id }) => id === runId);
  if (entry === undefined || run === undefined || run.attempts.length > 0) return false;
  const deadline = deadlineFor(state, entry.record.job, run);
  if (deadline === undefined || deadline >= now) return false;
  const reason = entry.active[runId] ? 'no offer fitted within epsilon' : 'an earlier run took too long';
  recordSlots(turn, entry, { kind: 'missed', run, reason });
  tellOwners(turn, entry.record.job, { kind: 'missed', reason });
  if (entry.active[runId]) removeRun(turn, run);
  else entry.queue = entry.queue.filter(({ id }) => id !== runId);
  saveRun(turn, runId);
  saveState(turn, run.jobName);
  decideSlots(turn, entry);
  return true;
}

/** Slots of an earlier definition that are open; one that the new definition has, too, is left to it. */
export function closeSlots(turn: Turn, entry: JobEntry, { timetable, progress }: Timing): void {
  const { rules, now } = turn;
  const { timing } = entry.record;
  if (progress.remaining === 0) return;
  const close = (after: Millis, upTo: Millis): void => {
    const slots = seriesOf(rules, timetable, { after, upTo });
    if (slots) recordSeries(turn, entry, { kind: 'skipped', slots, reason: 'the schedule was replaced' });
  };
  const late = timing && nextSlot(rules, timing.timetable, timing.progress);
  const isShared = late !== undefined && late <= now && slotAfter(rules, timetable, late - 1) === late;
  close(progress.decided, isShared ? late - 1 : now);
  if (isShared) close(Math.max(late, progress.decided), now);
}
