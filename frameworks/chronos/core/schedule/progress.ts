/**
 * The progress of a schedule: up to which slot all is decided, and how many repetitions remain.
 *
 * In: a timetable, its progress and the time      Out: slots to start, slots that were missed, and the new progress
 * Always true: no slot is decided twice, and not more repetitions are used up than there are.
 */

import type { Millis } from '../../../../cluster/model/time';
import {
  countSlots,
  lastSlot,
  nthSlotAfter,
  type Schedule,
  type Span,
  slotAfter,
  type Timetable,
} from './timetable';
import type { ZoneRules } from './zone';

export interface Progress {
  /** Every slot up to this instant has its outcome, or is none. */
  readonly decided: Millis;
  /** Repetitions that remain; undefined without an end. */
  readonly remaining: number | undefined;
}

/** The rule for slots that could not be started in time. */
export type CatchUp = 'none' | 'one' | 'all';

export interface LatenessPolicy {
  /** The start deadline after a slot; undefined without one. */
  readonly epsilon: Millis | undefined;
  /** Undefined for the original's way: without epsilon one late run, with it every slot that is still in time. */
  readonly catchUp: CatchUp | undefined;
  /** The most late slots that `all` starts. */
  readonly catchUpMax: number;
}

/** A series of slots with the same outcome. */
export interface SlotSeries {
  readonly first: Millis;
  readonly last: Millis;
  readonly count: number;
}

export interface SlotPlan {
  /** Slots to start now, oldest first. */
  readonly due: readonly Millis[];
  /** Slots whose start deadline has passed; they use up repetitions. */
  readonly missed: SlotSeries | undefined;
  /** Slots that the late run of a later slot stands for; they use up none. */
  readonly collapsed: SlotSeries | undefined;
  readonly progress: Progress;
}

/** A slot that starts within this time is not late. */
export const LATE_MS = 5000;

/** Due slots that one plan has at most; those before are collapsed. */
export const DUE_MAX = 1000;

interface Beginning {
  readonly now: Millis;
  /** The last slot that an earlier definition of the job has decided. */
  readonly decided?: Millis | undefined;
  /** The start deadline; undefined without one. */
  readonly deadline?: Millis | undefined;
}

/**
 * The progress at the creation of a job. Slots before it are no slots, but the last one is still due if its start deadline
 * allows that: a start in the past gives one late run. A cron expression has no start.
 */
export function beginProgress(
  rules: ZoneRules,
  { timetable, count }: Schedule,
  { now, decided = -1, deadline = Infinity }: Beginning,
): Progress {
  if (timetable.pattern.kind === 'cron') return { decided: Math.max(now - 1, decided), remaining: count };
  const last = lastSlot(rules, timetable, { after: decided, upTo: now });
  const isDue = last !== undefined && last >= now - deadline;
  return { decided: isDue ? last - 1 : Math.max(now, decided), remaining: count };
}

/** The next slot that is not decided. */
export function nextSlot(rules: ZoneRules, timetable: Timetable, progress: Progress): Millis | undefined {
  return progress.remaining === 0 ? undefined : slotAfter(rules, timetable, progress.decided);
}

interface PlanContext extends LatenessPolicy {
  readonly rules: ZoneRules;
  readonly timetable: Timetable;
  readonly now: Millis;
}

/** Decides all slots up to now. */
export function planSlots(context: PlanContext, progress: Progress): SlotPlan {
  const { missed, rest } = splitMissed(context, progress);
  const { due, collapsed } = chooseDue(context, rest);
  const last = due.at(-1);
  const remaining = rest.remaining === undefined ? undefined : rest.remaining - due.length;
  return { due, missed, collapsed, progress: { decided: last ?? rest.decided, remaining } };
}

/** The start deadline as a span after the slot; undefined without one. */
export function deadlineOf({ epsilon, catchUp }: LatenessPolicy): Millis | undefined {
  return epsilon ?? (catchUp === 'none' ? LATE_MS : undefined);
}

interface MissedSplit {
  readonly missed: SlotSeries | undefined;
  readonly rest: Progress;
}

function splitMissed(context: PlanContext, progress: Progress): MissedSplit {
  const { rules, timetable, now } = context;
  const deadline = deadlineOf(context);
  const none = { missed: undefined, rest: progress };
  if (deadline === undefined || progress.remaining === 0) return none;
  const span = { after: progress.decided, upTo: now - deadline - 1 };
  const series = seriesOf(rules, timetable, span);
  if (series === undefined) return none;
  const count = Math.min(series.count, progress.remaining ?? Infinity);
  const last =
    count < series.count ? (nthSlotAfter(rules, timetable, span.after, count) ?? now) : series.last;
  const remaining = progress.remaining === undefined ? undefined : progress.remaining - count;
  return { missed: { ...series, last, count }, rest: { decided: last, remaining } };
}

interface DueChoice {
  readonly due: readonly Millis[];
  readonly collapsed: SlotSeries | undefined;
}

function chooseDue(context: PlanContext, { decided, remaining }: Progress): DueChoice {
  const { rules, timetable, now } = context;
  const most = Math.min(dueMax(context), remaining ?? Infinity);
  const due: Millis[] = [];
  let upTo = now;
  while (due.length < most) {
    const slot = lastSlot(rules, timetable, { after: decided, upTo });
    if (slot === undefined) break;
    due.unshift(slot);
    upTo = slot - 1;
  }
  const collapsed = due.length === 0 ? undefined : seriesOf(rules, timetable, { after: decided, upTo });
  return { due, collapsed };
}

function dueMax({ epsilon, catchUp, catchUpMax }: LatenessPolicy): number {
  if (catchUp === 'all') return Math.min(catchUpMax, DUE_MAX);
  return catchUp === undefined && epsilon !== undefined ? DUE_MAX : 1;
}

export function seriesOf(rules: ZoneRules, timetable: Timetable, span: Span): SlotSeries | undefined {
  const last = lastSlot(rules, timetable, span);
  const first = slotAfter(rules, timetable, span.after);
  if (last === undefined || first === undefined) return undefined;
  return { first, last, count: countSlots(rules, timetable, span) };
}
