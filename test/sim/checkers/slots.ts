/**
 * The promises about slots, by what is durable and by the processes that ran: no slot without an outcome, none twice, no
 * count exceeded, no second process beside one of a job that does not allow it, no start after epsilon.
 */

import { isDeepStrictEqual } from 'node:util';
import { isTerminal } from '../../../cluster/model/task-state';
import type { HistoryEntry } from '../../../frameworks/chronos/core/runs/history';
import { runNumberOf } from '../../../frameworks/chronos/core/runs/run';
import type { Progress } from '../../../frameworks/chronos/core/schedule/progress';
import { countSlots, slotAfter, type Timetable } from '../../../frameworks/chronos/core/schedule/timetable';
import type { ZoneRules } from '../../../frameworks/chronos/core/schedule/zone';
import type { ModelTask } from '../chronos/model-cluster';

/** A schedule of a job, from its definition to the next one. */
export interface Epoch {
  readonly timetable: Timetable;
  readonly begin: Progress;
  /** The number of its first run. */
  readonly firstRun: number;
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

interface JobKinds {
  /** The job never allows several runs. */
  readonly isSingle: (jobName: string) => boolean;
  /** The success of a task may be that of a launcher only. */
  readonly isAsync: (jobName: string) => boolean;
}

export class SlotChecker {
  private readonly epochs = new Map<string, Epoch[]>();
  private readonly outcomes = new Map<string, Map<string, Outcome>>();
  private readonly processes = new Map<string, ModelTask[]>();
  private readonly live = new Map<string, Set<ModelTask>>();

  constructor(
    private readonly rules: ZoneRules,
    private readonly jobs: JobKinds,
  ) {}

  begin(jobName: string, epoch: Epoch): void {
    const epochs = this.epochs.get(jobName) ?? [];
    this.epochs.set(jobName, [...epochs, epoch]);
  }

  epochOf(jobName: string): Epoch | undefined {
    return this.epochs.get(jobName)?.at(-1);
  }

  /** A process has started from the store: definitions that a crash lost before they were durable promise nothing. */
  restored(jobName: string, timetable: Timetable | undefined): void {
    const epochs = this.epochs.get(jobName) ?? [];
    const isStored = (epoch: Epoch): boolean => isDeepStrictEqual(epoch.timetable, timetable);
    if (timetable === undefined || !epochs.some(isStored)) return;
    const durable = epochs.slice(0, epochs.findLastIndex(isStored) + 1);
    const last = durable.at(-1);
    if (last) last.end = undefined;
    this.epochs.set(jobName, durable);
  }

  stored(changes: readonly { readonly name: string; readonly value: string | undefined }[]): void {
    for (const { name, value } of changes) {
      if (!name.startsWith('run_')) continue;
      const id = name.slice('run_'.length);
      const jobName = id.slice(0, id.lastIndexOf(':'));
      const outcomes = this.outcomes.get(jobName) ?? new Map<string, Outcome>();
      this.outcomes.set(jobName, outcomes);
      if (value !== undefined) outcomes.set(id, outcomeOf(JSON.parse(value) as HistoryEntry));
      else if (outcomes.get(id)?.isEnded === false) outcomes.delete(id);
    }
  }

  started(task: ModelTask): void {
    const { runId, jobName } = task;
    const earlier = this.processes.get(runId) ?? [];
    for (const other of earlier) {
      if (!isTerminal(other.state)) throw new Error(`${task.id} runs beside ${other.id} of the same run`);
      if (other.state === 'TASK_FINISHED' && !this.jobs.isAsync(jobName))
        throw new Error(`${task.id} runs after ${other.id} has succeeded`);
    }
    this.processes.set(runId, [...earlier, task]);
    const live = this.live.get(jobName) ?? new Set();
    this.live.set(jobName, live.add(task));
    if (live.size > 1 && this.jobs.isSingle(jobName))
      throw new Error(`${jobName} has ${live.size} processes: ${[...live].map(({ id }) => id).join(', ')}`);
  }

  ended(task: ModelTask): void {
    this.live.get(task.jobName)?.delete(task);
  }

  /** All slots up to `decided` have one outcome. */
  check(jobName: string, final: Progress | undefined): void {
    const outcomes = [...(this.outcomes.get(jobName) ?? [])];
    const slots = outcomes.flatMap(([, { slot }]) => (slot === undefined ? [] : [slot]));
    if (new Set(slots).size < slots.length) throw new Error(`a slot of ${jobName} has two runs`);
    const cycles = outcomes.flatMap(([, { cycle }]) => (cycle === undefined ? [] : [cycle]));
    if (new Set(cycles).size < cycles.length) throw new Error(`a cycle of ${jobName} has two runs`);
    const decided = outcomes.reduce(
      (sum, [, { slot, count }]) => sum + count + (slot === undefined ? 0 : 1),
      0,
    );
    const epochs = this.epochs.get(jobName) ?? [];
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
    if (decided !== expected)
      throw new Error(`${decided} of ${expected} slots of ${jobName} have an outcome`);
  }

  private slotsOf({ timetable, begin, end }: Epoch, final: Progress | undefined): number {
    const upTo = end?.at ?? final?.decided ?? begin.decided;
    return this.count(timetable, begin.decided, upTo) - (end?.shared ?? 0);
  }

  /** Also of more slots than the product counts. */
  private count(timetable: Timetable, after: number, upTo: number): number {
    if (timetable.pattern.kind === 'interval' && timetable.excludedDays.length === 0)
      return countSlots(this.rules, timetable, { after, upTo });
    let count = 0;
    for (let slot = slotAfter(this.rules, timetable, after); slot !== undefined && slot <= upTo; count++)
      slot = slotAfter(this.rules, timetable, slot);
    return count;
  }
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
