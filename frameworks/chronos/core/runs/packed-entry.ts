/**
 * Entries of the history as texts: most of what a process with many jobs remembers are ended runs, which are seldom
 * looked at, and as objects they take four times the memory.
 *
 * In: an entry      Out: its text, with the places of its tasks, which the runs on one agent share; and the entry again
 * Always true: what is unpacked is what was packed.
 */

import type { Millis } from '../../../../cluster/model/time';
import {
  type Attempt,
  type AttemptEnd,
  type HistoryEntry,
  type Run,
  type RunCause,
  runNumberOf,
  type SlotEntry,
} from './run';

/** The place of a task at its agent; in the address of its sandbox, MARK stands for the id of the task. */
interface Place {
  readonly agentId: string | undefined;
  readonly hostname: string | undefined;
  readonly sandbox: string | undefined;
}

export interface PackedEntry {
  /** The kind, the time and the number of the entry, and its other values in JSON. */
  readonly text: string;
  /** One for each attempt. */
  readonly places: readonly Place[];
}

/** The places of tasks so far, by their texts. */
export type Places = Map<string, readonly Place[]>;

/** Packs and unpacks the history of one job. */
export interface Packer {
  pack(entry: HistoryEntry): PackedEntry;
  unpack(packed: PackedEntry): HistoryEntry;
}

export function packerOf(jobName: string, places: Places): Packer {
  return {
    pack: (entry) => packEntry(jobName, places, entry),
    unpack: (packed) => unpackEntry(jobName, packed),
  };
}

/** No address has a line break. */
const MARK = '\n';
const RUN = 'r';
const SLOTS = 's';
const NO_PLACES: readonly Place[] = [];

export function timeOfEntry(entry: HistoryEntry): Millis {
  return entry.kind === 'run' ? (entry.run.endedAt ?? entry.run.createdAt) : entry.entry.decidedAt;
}

export function idOfEntry(entry: HistoryEntry): string {
  return entry.kind === 'run' ? entry.run.id : entry.entry.id;
}

/** The id of an entry; most of them are not unpacked for it. */
export function idOfPacked(jobName: string, packed: PackedEntry): string {
  const [, number = '0'] = packed.text.split(' ', 2);
  return number === '0' ? idOfEntry(unpackEntry(jobName, packed)) : `${jobName}:${number}`;
}

/** The time of an entry, without unpacking it. */
export function timeOfPacked({ text }: PackedEntry): Millis {
  return Number(text.slice(1, text.indexOf(' ')));
}

export function isPackedRun({ text }: PackedEntry): boolean {
  return text.startsWith(RUN);
}

function packEntry(jobName: string, places: Places, entry: HistoryEntry): PackedEntry {
  const time = timeOfEntry(entry);
  const id = idOfEntry(entry);
  const number = runNumberOf(id);
  const otherId = id === `${jobName}:${number}` ? null : id;
  const values =
    entry.kind === 'run' ? runValues(entry.run, time, otherId) : slotValues(entry.entry, time, otherId);
  const kind = entry.kind === 'run' ? RUN : SLOTS;
  // A text that is joined is one piece of memory; one that is added up is a tree of pieces.
  const text = [kind + time, otherId === null ? number : 0, JSON.stringify(values)].join(' ');
  return { text, places: entry.kind === 'run' ? sharedPlaces(places, entry.run.attempts) : NO_PLACES };
}

/** An entry of the history of a job. */
export function unpackEntry(jobName: string, { text, places }: PackedEntry): HistoryEntry {
  const afterTime = text.indexOf(' ');
  const afterNumber = text.indexOf(' ', afterTime + 1);
  const time = Number(text.slice(1, afterTime));
  const id = `${jobName}:${text.slice(afterTime + 1, afterNumber)}`;
  const values: unknown = JSON.parse(text.slice(afterNumber + 1));
  return text.startsWith(RUN)
    ? { kind: 'run', run: runFrom(values as RunValues, { id, jobName, time, places }) }
    : { kind: 'slots', entry: slotsFrom(values as SlotValues, id, time) };
}

type SlotValues = [
  isMissed: 0 | 1,
  first: number,
  last: number,
  count: number,
  reason: string,
  otherId: string | null,
];

function slotValues({ kind, slots, reason }: SlotEntry, time: Millis, otherId: string | null): SlotValues {
  const { first, last, count } = slots;
  return [kind === 'missed' ? 1 : 0, first - time, last - time, count, reason, otherId];
}

function slotsFrom(
  [isMissed, first, last, count, reason, otherId]: SlotValues,
  id: string,
  time: Millis,
): SlotEntry {
  const slots = { first: first + time, last: last + time, count };
  return { id: otherId ?? id, kind: isMissed ? 'missed' : 'skipped', slots, reason, decidedAt: time };
}

/** Times are told by their distance to that of the entry. */
type Time = number | null;
type PackedCause = null | [slot: number, isCaughtUp: 0 | 1] | [cycle: number, runIds: readonly string[]];
/** A success, or the reason of a failure or a kill. */
type PackedEnd = null | 0 | [isKilled: 0 | 1, reason: string];

type RunValues = [
  createdAt: number,
  cause: PackedCause,
  attempts: AttemptValues[],
  end: PackedEnd,
  hasEnded: 0 | 1,
  args: string,
  isBeside: 0 | 1,
  nextAttemptAt: Time,
  otherId: string | null,
];

function runValues(run: Run, time: Millis, otherId: string | null): RunValues {
  const { createdAt, cause, attempts, end, endedAt, isBeside, nextAttemptAt } = run;
  return [
    createdAt - time,
    packCause(cause, time),
    attempts.map((attempt) => attemptValues(attempt, run, time)),
    packEnd(end),
    endedAt === undefined ? 0 : 1,
    run.arguments,
    isBeside ? 1 : 0,
    since(nextAttemptAt, time),
    otherId,
  ];
}

interface EntryParts {
  readonly id: string;
  readonly jobName: string;
  readonly time: Millis;
  readonly places: readonly Place[];
}

function runFrom(values: RunValues, { id, jobName, time, places }: EntryParts): Run {
  const [createdAt, cause, attempts, end, hasEnded, args, isBeside, nextAttemptAt, otherId] = values;
  return {
    id: otherId ?? id,
    jobName,
    cause: unpackCause(cause, time),
    createdAt: createdAt + time,
    arguments: args,
    attempts: attempts.map((attempt, index) =>
      attemptFrom(attempt, { jobName, time, arguments: args, place: places[index] }),
    ),
    nextAttemptAt: after(nextAttemptAt, time),
    end: unpackEnd(end),
    endedAt: hasEnded ? time : undefined,
    isBeside: isBeside === 1,
  };
}

function packCause(cause: RunCause, time: Millis): PackedCause {
  if (cause.kind === 'slot') return [cause.slot - time, cause.isCaughtUp ? 1 : 0];
  return cause.kind === 'parents' ? [cause.cycle, cause.runIds] : null;
}

function unpackCause(cause: PackedCause, time: Millis): RunCause {
  if (cause === null) return { kind: 'manual' };
  const [first, second] = cause;
  if (typeof second === 'number') return { kind: 'slot', slot: first + time, isCaughtUp: second === 1 };
  return { kind: 'parents', cycle: first, runIds: second };
}

function packEnd(end: AttemptEnd | undefined): PackedEnd {
  if (end === undefined) return null;
  return end.kind === 'success' ? 0 : [end.kind === 'killed' ? 1 : 0, end.reason];
}

const SUCCESS: AttemptEnd = { kind: 'success' };

function unpackEnd(end: PackedEnd): AttemptEnd | undefined {
  if (end === null) return undefined;
  return end === 0 ? SUCCESS : { kind: end[0] === 1 ? 'killed' : 'failure', reason: end[1] };
}

type AttemptValues = [
  /** The time in the id of the task, or the whole id where it has another form. */
  task: number | string,
  number: number,
  launchedAt: number,
  startedAt: Time,
  endedAt: Time,
  end: PackedEnd,
  exitCode: number | null,
  /** Timed out is 1, killed is 2. */
  flags: number,
  elementsProcessed: number,
  launcherEndedAt: Time,
  output: string | null,
];

/** The id of most tasks; with arguments, it has them at its end, as far as a task id may have them. */
const taskStart = (millis: Millis, number: number, jobName: string): string =>
  `ct:${millis}:${number}:${jobName}:`;

function attemptValues(attempt: Attempt, run: Run, time: Millis): AttemptValues {
  const { taskId, number, launchedAt, end, exitCode, elementsProcessed, output } = attempt;
  const millis = Number(/^ct:(\d+):/.exec(taskId)?.[1]);
  const isUsual = taskId === taskStart(millis, number, run.jobName) + run.arguments;
  return [
    isUsual ? millis - time : taskId,
    number,
    launchedAt - time,
    since(attempt.startedAt, time),
    since(attempt.endedAt, time),
    packEnd(end),
    exitCode ?? null,
    (attempt.isTimedOut ? 1 : 0) + (attempt.isKilled ? 2 : 0),
    elementsProcessed,
    since(attempt.launcherEndedAt, time),
    output ?? null,
  ];
}

interface AttemptParts extends Pick<Run, 'jobName' | 'arguments'> {
  readonly time: Millis;
  readonly place: Place | undefined;
}

function attemptFrom(values: AttemptValues, { jobName, time, place, ...run }: AttemptParts): Attempt {
  const [task, number, launchedAt, startedAt, endedAt, end, exitCode, flags, elements, launcher, output] =
    values;
  const taskId = typeof task === 'string' ? task : taskStart(task + time, number, jobName) + run.arguments;
  return {
    taskId,
    number,
    launchedAt: launchedAt + time,
    startedAt: after(startedAt, time),
    endedAt: after(endedAt, time),
    end: unpackEnd(end),
    agentId: place?.agentId,
    hostname: place?.hostname,
    exitCode: exitCode ?? undefined,
    sandbox: place?.sandbox?.replace(MARK, () => encodeURIComponent(taskId)),
    output: output ?? undefined,
    isTimedOut: flags % 2 === 1,
    isKilled: flags >= 2,
    elementsProcessed: elements,
    launcherEndedAt: after(launcher, time),
  };
}

function since(instant: Millis | undefined, time: Millis): Time {
  return instant === undefined ? null : instant - time;
}

function after(distance: Time | undefined, time: Millis): Millis | undefined {
  return distance === null || distance === undefined ? undefined : distance + time;
}

function sharedPlaces(places: Places, attempts: readonly Attempt[]): readonly Place[] {
  if (attempts.length === 0) return NO_PLACES;
  const placesOfTasks = attempts.map(placeOf);
  const text = JSON.stringify(
    placesOfTasks.flatMap(({ agentId, hostname, sandbox }) => [agentId, hostname, sandbox]),
  );
  const shared = places.get(text);
  if (shared !== undefined) return shared;
  places.set(text, placesOfTasks);
  return placesOfTasks;
}

function placeOf({ agentId, hostname, sandbox, taskId }: Attempt): Place {
  return { agentId, hostname, sandbox: sandbox?.replace(encodeURIComponent(taskId), MARK) };
}
