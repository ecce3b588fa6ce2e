/**
 * The promises about slots, by what is durable and by the processes that ran: no slot without an outcome, none twice, no
 * count exceeded, no second process beside one of a job that does not allow it, no start after epsilon.
 */

import { isDeepStrictEqual } from 'node:util';
import { isTerminal } from '../../../cluster/model/task-state';
import type { JobRecord } from '../../../frameworks/chronos/core/jobs/record';
import { type HistoryEntry, jobNameOf, runNumberOf } from '../../../frameworks/chronos/core/runs/run';
import type { Progress } from '../../../frameworks/chronos/core/schedule/progress';
import { countSlots, slotAfter, type Timetable } from '../../../frameworks/chronos/core/schedule/timetable';
import type { ZoneRules } from '../../../frameworks/chronos/core/schedule/zone';
import type { StoreChange } from '../../../frameworks/kit/core/turn/effects';
import type { ChronosTask } from '../chronos/chronos-process';

/** A schedule of a job, from its definition to the next one. */
export interface Epoch {
  readonly timetable: Timetable;
  readonly begin: Progress;
  /** The number of its first run. */
  readonly firstRun: number;
  /** The creation of its job: a job that is created again has new slots and new runs. */
  readonly createdAt: number;
  /** Slots that a later schedule took over, and the time to which all others are closed. */
  end?: { readonly at: number; readonly shared: number } | undefined;
}

interface Outcome {
  readonly slot: number | undefined;
  /** Of a series. */
  readonly count: number;
  readonly isEnded: boolean;
  readonly cycle: number | undefined;
}

/** A job from its creation to its deletion, as it is durable. */
interface JobLife {
  readonly createdAt: number;
  readonly outcomes: Map<string, Outcome>;
}

export class SlotChecker {
  private readonly epochs = new Map<string, Epoch[]>();
  private readonly lives = new Map<string, JobLife>();
  /** By the creation of the job and the id of the run. */
  private readonly processes = new Map<string, ChronosTask[]>();
  /** By the creation and the name of the job. */
  private readonly live = new Map<string, Set<ChronosTask>>();

  constructor(
    private readonly rules: ZoneRules,
    /** The last time at which the job was asynchronous: the success of a task may have been that of its launcher. */
    private readonly lastAsync: (jobName: string) => number | undefined,
  ) {}

  begin(jobName: string, epoch: Epoch): void {
    const epochs = this.epochs.get(jobName) ?? [];
    this.epochs.set(jobName, [...epochs, epoch]);
  }

  /** The last schedule of a job that was created then. */
  epochOf(jobName: string, createdAt: number): Epoch | undefined {
    const last = this.epochs.get(jobName)?.at(-1);
    return last?.createdAt === createdAt ? last : undefined;
  }

  /** A process has started from the store: definitions that a crash lost before they were durable promise nothing. */
  restored(jobName: string, { createdAt, timing }: JobRecord): void {
    const epochs = (this.epochs.get(jobName) ?? []).filter((epoch) => epoch.createdAt === createdAt);
    const isStored = (epoch: Epoch): boolean => isDeepStrictEqual(epoch.timetable, timing?.timetable);
    if (timing === undefined || !epochs.some(isStored)) return;
    const durable = epochs.slice(0, epochs.findLastIndex(isStored) + 1);
    const last = durable.at(-1);
    if (last) last.end = undefined;
    this.epochs.set(jobName, durable);
  }

  stored(changes: readonly StoreChange[]): void {
    for (const { name, value } of changes) {
      if (name.startsWith('job_')) this.defined(name.slice('job_'.length), value);
    }
    for (const { name, value } of changes) {
      if (name.startsWith('run_')) this.decided(name.slice('run_'.length), value);
    }
  }

  /** With another creation, a job is another one. */
  private defined(jobName: string, value: string | undefined): void {
    const createdAt = value === undefined ? undefined : (JSON.parse(value) as JobRecord).createdAt;
    if (createdAt === undefined) this.lives.delete(jobName);
    else if (createdAt !== this.lives.get(jobName)?.createdAt)
      this.lives.set(jobName, { createdAt, outcomes: new Map() });
  }

  private decided(id: string, value: string | undefined): void {
    const outcomes = this.lives.get(jobNameOf(id))?.outcomes;
    if (outcomes === undefined) {
      if (value !== undefined) throw new Error(`${id} is stored without its job`);
    } else if (value !== undefined) outcomes.set(id, outcomeOf(JSON.parse(value) as HistoryEntry));
    else if (outcomes.get(id)?.isEnded === false) outcomes.delete(id);
  }

  started(task: ChronosTask): void {
    const { runId, jobName, createdAt, launchedAt } = task;
    const runKey = `${createdAt} ${runId}`;
    const earlier = this.processes.get(runKey) ?? [];
    for (const other of earlier) {
      if (!isTerminal(other.state)) throw new Error(`${task.id} runs beside ${other.id} of the same run`);
      const isLauncher = (this.lastAsync(jobName) ?? 0) >= other.launchedAt;
      if (other.state === 'TASK_FINISHED' && !isLauncher)
        throw new Error(`${task.id} runs after ${other.id} has succeeded`);
      if (other.launchedAt > launchedAt) throw new Error(`${task.id} was launched before ${other.id}`);
    }
    this.processes.set(runKey, [...earlier, task]);
    const key = `${createdAt} ${jobName}`;
    const live = this.live.get(key) ?? new Set();
    this.live.set(key, live.add(task));
    const alone = [...live].filter(({ isBeside }) => !isBeside);
    if (alone.length > 1)
      throw new Error(`${jobName} has ${alone.length} processes: ${alone.map(({ id }) => id).join(', ')}`);
  }

  ended(task: ChronosTask): void {
    const key = `${task.createdAt} ${task.jobName}`;
    const live = this.live.get(key);
    live?.delete(task);
    if (live?.size === 0) this.live.delete(key);
  }

  /** All slots up to the progress of the job have one outcome. */
  check(jobName: string, { createdAt, timing }: JobRecord): void {
    const final = timing?.progress;
    const life = this.lives.get(jobName);
    if (life?.createdAt !== createdAt) throw new Error(`${jobName} is not the one that is stored`);
    const outcomes = [...life.outcomes];
    const slots = outcomes.flatMap(([, { slot }]) => (slot === undefined ? [] : [slot]));
    if (new Set(slots).size < slots.length) throw new Error(`a slot of ${jobName} has two runs`);
    const cycles = outcomes.flatMap(([, { cycle }]) => (cycle === undefined ? [] : [cycle]));
    if (new Set(cycles).size < cycles.length) throw new Error(`a cycle of ${jobName} has two runs`);
    const decided = outcomes.reduce(
      (sum, [, { slot, count }]) => sum + count + (slot === undefined ? 0 : 1),
      0,
    );
    const epochs = (this.epochs.get(jobName) ?? []).filter((epoch) => epoch.createdAt === createdAt);
    let expected = 0;
    for (const [index, epoch] of epochs.entries()) {
      expected += this.slotsOf(epoch, final);
      const next = epochs[index + 1]?.firstRun ?? Infinity;
      const runs = outcomes.filter(([id, { slot }]) => {
        const number = runNumberOf(id);
        return slot !== undefined && number >= epoch.firstRun && number < next;
      });
      if (runs.length > (epoch.begin.remaining ?? Infinity))
        throw new Error(`${jobName} ran ${runs.length} times; its count is ${epoch.begin.remaining}`);
    }
    const isRight = isCapped(epochs, outcomes) ? decided <= expected : decided === expected;
    if (!isRight) throw new Error(`${decided} of ${expected} slots of ${jobName} have an outcome`);
  }

  private slotsOf({ timetable, begin, end }: Epoch, final: Progress | undefined): number {
    const upTo = end?.at ?? final?.decided ?? begin.decided;
    return this.count(timetable, begin.decided, upTo) - (end?.shared ?? 0);
  }

  /** Also of more slots than Chronos counts. */
  private count(timetable: Timetable, after: number, upTo: number): number {
    if (isComputed(timetable)) return countSlots(this.rules, timetable, { after, upTo });
    let count = 0;
    for (let slot = slotAfter(this.rules, timetable, after); slot !== undefined && slot <= upTo; count++)
      slot = slotAfter(this.rules, timetable, slot);
    return count;
  }
}

/** The slots that Chronos counts one by one, at most, where days are excluded (`countSlots`). */
const COUNTED_MAX = 10_000;

/** True when a series may have more slots than its count says. */
function isCapped(epochs: readonly Epoch[], outcomes: readonly (readonly [string, Outcome])[]): boolean {
  return (
    epochs.some(({ timetable }) => !isComputed(timetable)) &&
    outcomes.some(([, { count }]) => count >= COUNTED_MAX)
  );
}

function isComputed({ pattern, excludedDays }: Timetable): boolean {
  return pattern.kind === 'interval' && excludedDays.length === 0;
}

function outcomeOf(entry: HistoryEntry): Outcome {
  if (entry.kind === 'slots')
    return { slot: undefined, count: entry.entry.slots.count, isEnded: true, cycle: undefined };
  const { cause, end } = entry.run;
  return {
    slot: cause.kind === 'slot' ? cause.slot : undefined,
    count: 0,
    isEnded: end !== undefined,
    cycle: cause.kind === 'parents' ? cause.cycle : undefined,
  };
}
