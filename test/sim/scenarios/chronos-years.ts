/**
 * Years of Chronos: random jobs on a clock that jumps, a process that crashes and stands still, a cluster that loses
 * launches and tells late, and people who start, kill, pause and change jobs.
 */

import { readResources } from '../../../cluster/model/resources';
import type { TaskState } from '../../../cluster/model/task-state';
import { slotDeadline } from '../../../frameworks/chronos/core/dispatch/admission';
import { recordAfterDeletion } from '../../../frameworks/chronos/core/graph/deletion';
import { childrenOf, parentFault } from '../../../frameworks/chronos/core/graph/graph';
import { readJob } from '../../../frameworks/chronos/core/jobs/read-job';
import {
  createRecord,
  type JobRecord,
  replaceRecord,
  shownSchedule,
} from '../../../frameworks/chronos/core/jobs/record';
import { isRefusal } from '../../../frameworks/chronos/core/jobs/refusal';
import { jobNameOf } from '../../../frameworks/chronos/core/runs/run';
import { nextSlot } from '../../../frameworks/chronos/core/schedule/progress';
import { slotAfter } from '../../../frameworks/chronos/core/schedule/timetable';
import { UTC } from '../../../frameworks/chronos/core/schedule/zone';
import type { ChronosState, JobEntry, Settings } from '../../../frameworks/chronos/core/state/state';
import type { ChronosMachine } from '../../../frameworks/chronos/core/step';
import { tzRules } from '../../../frameworks/chronos/edge/zone-rules';
import { SlotChecker } from '../checkers/slots';
import { ChronosProcess, type ChronosTask, type RunFacts } from '../chronos/chronos-process';
import { MACHINES, type Machines } from '../machines';
import type { AgentShape, Faults } from '../model/agents';
import { Chance } from '../model/chance';
import { ModelMaster } from '../model/master';
import { Timeline } from '../model/timeline';

const START = Date.UTC(2026, 0, 1);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FAILOVER_MS = 7 * DAY;

export const RULES = tzRules();

const SETTINGS: Settings = {
  failureRetry: MINUTE,
  disableAfterFailures: 0,
  taskEpsilon: undefined,
  overdueAfter: undefined,
  slowFactor: undefined,
  countMax: 20,
  ageMax: 400 * DAY,
  mesos: {
    frameworkName: 'chronos',
    user: 'root',
    role: '*',
    hostname: 'h',
    failoverTimeoutSeconds: FAILOVER_MS / SECOND,
    checkpoint: true,
    seed: 1,
    declineOfferMs: 5 * SECOND,
    minReviveOffersMs: 5 * SECOND,
    suppressOffers: true,
    killRetryMs: 30 * SECOND,
    killChunkSize: 100,
    reconciliationInitialMs: 15 * SECOND,
    reconciliationIntervalMs: 5 * DAY,
  },
};

const ZONES = ['', 'UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia'];
const PERIODS = ['PT7H30M', 'P1D', 'P1DT1H', 'P3D', 'P4DT5H', 'P1W', 'P1M', 'P1M1DT1H', 'P1Y'];
const CRONS = ['30 2 * * *', '0 9 * * MON-FRI', '15 3,9 * * TUE', '0 0 L * *', '45 1,2,3 * * SUN'];

const FAULTS: Faults = {
  lostLaunches: 0.02,
  lostForMs: 30 * MINUTE,
  cuts: 0.008,
  lateUpdates: 0.04,
  lateForMs: 30 * MINUTE,
  repeatedUpdates: 0.08,
  repeatedForMs: 20 * MINUTE,
  anyOrder: true,
  reregisterMs: 10 * MINUTE,
  lostAnswers: 0.004,
};
/** A task of ours takes one cpu. */
const AGENT: AgentShape = {
  resources: readResources([
    { name: 'cpus', type: 'SCALAR', scalar: { value: 6 } },
    { name: 'mem', type: 'SCALAR', scalar: { value: 1000 } },
    { name: 'disk', type: 'SCALAR', scalar: { value: 1000 } },
  ]),
};

/** The longest that a start may be later than its epsilon. */
const LATE_MS = 5000;

/** Plays so many years, with all the checks. */
export function playYears(seed: number, years: number, machines: Machines = MACHINES): ChronosYears {
  const world = new ChronosYears(seed, machines.chronos);
  world.play(years);
  return world;
}

type Body = Readonly<Record<string, unknown>>;

export class ChronosYears {
  readonly timeline = new Timeline(START);
  readonly chance: Chance;
  readonly checker: SlotChecker;
  readonly chronos: ChronosProcess;
  readonly master: ModelMaster<RunFacts>;
  readonly bodies = new Map<string, Body>();
  launches = 0;
  /** The last time at which a job was asynchronous. */
  private readonly lastAsync = new Map<string, number>();
  private readonly durations = new Map<string, number>();
  private isQuiet = false;

  constructor(seed: number, machine: ChronosMachine) {
    const { timeline } = this;
    const chance = new Chance(seed);
    this.chance = chance;
    this.checker = new SlotChecker(RULES, (name) =>
      this.isAsync(name) ? Infinity : this.lastAsync.get(name),
    );
    const settings: Settings = {
      ...SETTINGS,
      disableAfterFailures: seed % 2 === 0 ? 4 : 0,
      taskEpsilon: seed % 5 === 0 ? 3 * HOUR : undefined,
    };
    this.chronos = new ChronosProcess(machine, settings, {
      timeline,
      chance,
      stored: (changes) => this.checker.stored(changes),
      framework: (info) => this.master.setFramework(info),
      call: (call) => this.master.call(call),
      crashed: () => {
        this.master.processDied();
        this.startAgain();
      },
    });
    this.master = new ModelMaster<RunFacts>({
      timeline,
      chance,
      scheduler: this.chronos,
      failoverMs: FAILOVER_MS,
      shapes: [AGENT, AGENT, AGENT],
      faults: FAULTS,
      duration: ({ jobName }) => this.someDuration(jobName),
      endOf: () => this.someEnd(),
      launching: ({ task_id }) => this.launch(task_id.value),
      started: (task) => this.checker.started(task),
      ended: (task) => {
        this.checker.ended(task);
        if (task.state === 'TASK_FINISHED') this.callBack(task);
      },
    });
  }

  /** Plays the years, then lets all come to rest, and checks. */
  play(years: number): void {
    this.chronos.start(0);
    for (const name of ['a', 'b', 'c']) this.put(name, this.someScheduled());
    this.put('child', { parents: ['a', 'b'], ...this.someMembers() });
    this.chronos.crashes = 0.001;
    this.disturb();
    this.timeline.runUntil(START + years * 365 * DAY);
    this.rest();
    this.check();
  }

  private get state(): ChronosState {
    if (this.chronos.state === undefined) throw new Error('Chronos is down');
    return this.chronos.state;
  }

  /** A supervisor: it starts what has crashed, mostly soon. */
  private startAgain(): void {
    const pause = this.chance.is(0.2) && !this.isQuiet ? this.chance.between(HOUR, 40 * DAY) : HOUR;
    this.timeline.after(this.chance.between(SECOND, pause), () => {
      this.chronos.start(this.isQuiet ? 0 : this.chance.between(-10 * MINUTE, 10 * MINUTE));
      for (const [name, { record }] of this.chronos.state?.jobs ?? []) {
        this.checker.restored(name, record);
        // A crash loses definitions that were not durable.
        if (record.job.async) this.bodies.set(name, { ...this.bodies.get(name), async: true });
      }
    });
  }

  private disturb(): void {
    this.timeline.after(this.chance.between(MINUTE, 60 * DAY), () => {
      if (this.isQuiet) return;
      if (this.chronos.isUp) this.chance.pick(this.disturbances)();
      this.disturb();
    });
  }

  private readonly disturbances: readonly (() => void)[] = [
    () => this.chronos.crash(),
    () => this.chronos.stand(this.chance.between(SECOND, 5 * HOUR)),
    () => this.chronos.jump(this.chance.between(SECOND, 3 * HOUR)),
    () => this.master.fill(this.chance.between(MINUTE, 20 * DAY)),
    () => this.master.breakConnection(),
    () => this.master.failOver(this.chance.between(SECOND, HOUR)),
    () => this.tellProgress(),
    () => this.delete(this.someName()),
    () => this.rewire(),
    () => this.chronos.post({ kind: 'job.start', request: 0, name: this.someName(), arguments: '' }),
    () => this.chronos.post({ kind: 'job.kill', request: 0, name: this.someName() }),
    () => this.chronos.post({ kind: 'job.succeed', request: 0, name: this.someName() }),
    () => this.chronos.post({ kind: 'runs.drop', request: 0 }),
    () => this.pause(this.someName()),
    () => this.change(this.someName()),
    () => this.change(this.someName()),
    () => this.put(this.chance.pick(['a', 'b', 'c']), this.someScheduled()),
  ];

  private someName(): string {
    return this.chance.pick(['a', 'b', 'c', 'child']);
  }

  /** A task has processed elements; it may have ended meanwhile. */
  private tellProgress(): void {
    const tasks = [...this.master.agents.tasks.values()];
    if (tasks.length === 0) return;
    const { id, jobName } = this.chance.pick(tasks);
    this.chronos.post({ kind: 'task.elements', request: 0, name: jobName, taskId: id, elements: 5 });
  }

  private pause(name: string): void {
    this.chronos.post({ kind: 'job.pause', request: 0, name, reason: 'a test' });
    const resume = (): void => {
      if (this.chronos.isUp) this.chronos.post({ kind: 'job.resume', request: 0, name });
      else this.timeline.after(HOUR, resume);
    };
    this.timeline.after(this.chance.between(MINUTE, 30 * DAY), resume);
  }

  /** The same schedule as it is shown, with other members. */
  private change(name: string): void {
    const record = this.state.jobs.get(name)?.record;
    if (record === undefined) return;
    const { job } = record;
    const timing =
      job.kind === 'scheduled'
        ? {
            schedule: shownSchedule(record, RULES),
            scheduleTimeZone: job.scheduleTimeZone,
            excludedDays: job.excludedDays,
          }
        : { parents: job.parents };
    this.put(name, { ...this.someMembers(), ...timing, disabled: this.chance.is(0.1) });
  }

  private put(name: string, body: Body): void {
    const { chronos } = this;
    if (!chronos.isUp || !chronos.canSee) return;
    const now = chronos.clock;
    const base = { base: 'v1', defaults: { cpus: 1, mem: 1, disk: 1, runAsUser: '' } } as const;
    const reading = readJob({ name, ...body }, { rules: RULES, serverZone: UTC, now, ...base });
    if (isRefusal(reading)) throw new Error(reading.message);
    const parents = reading.job.kind === 'dependent' ? reading.job.parents : [];
    if (parentFault(this.state.graph, name, parents) !== undefined) return;
    if (this.isAsync(name)) this.lastAsync.set(name, this.timeline.now);
    this.bodies.set(name, body);
    this.durations.set(name, this.chance.is(0.2) ? 9 * HOUR : 20 * MINUTE);
    this.noteEpoch(name, reading, now);
    chronos.post({ kind: 'job.put', request: 0, reading });
  }

  private isAsync(name: string): boolean {
    return this.bodies.get(name)?.['async'] === true;
  }

  /** The child of the other jobs gets other parents. */
  private rewire(): void {
    const parents = ['a', 'b', 'c'].filter((name) => this.state.jobs.has(name) && this.chance.is(0.6));
    if (parents.length > 0) this.put('child', { parents, ...this.someMembers() });
  }

  /** Deletes a job; its children get their parents or its schedule. Mostly it is created again, at once or later. */
  private delete(name: string): void {
    const { chronos, chance, timeline } = this;
    const deleted = this.state.jobs.get(name);
    if (deleted === undefined || !chronos.canSee) return;
    for (const child of childrenOf(this.state.graph, name)) {
      const entry = this.state.jobs.get(child);
      if (entry) this.replaceEpoch(child, entry, recordAfterDeletion(deleted.record, entry.record));
    }
    chronos.post({ kind: 'job.delete', request: 0, name });
    const create = (): void => {
      if (this.isQuiet || (chronos.isUp && this.state.jobs.has(name))) return;
      if (chronos.isUp && chronos.canSee) this.put(name, this.someScheduled());
      else timeline.after(HOUR, create);
    };
    timeline.after(chance.is(0.3) ? chance.between(0, SECOND) : chance.between(SECOND, 30 * DAY), create);
  }

  /** Notes what the new definition promises, before the machine gets it. */
  private noteEpoch(name: string, reading: Parameters<typeof createRecord>[0], now: number): void {
    const entry = this.state.jobs.get(name);
    const context = { rules: RULES, now, deadline: slotDeadline(this.state, reading.job) };
    if (entry) this.replaceEpoch(name, entry, replaceRecord(entry.record, reading, context));
    else this.beginEpoch(name, createRecord(reading, context), 1);
  }

  private beginEpoch(name: string, { timing, createdAt }: JobRecord, firstRun: number): void {
    if (timing) this.checker.begin(name, { ...timing, begin: timing.progress, firstRun, createdAt });
  }

  private replaceEpoch(name: string, { record, nextRun }: JobEntry, next: JobRecord): void {
    const now = this.chronos.clock;
    const previous = record.timing;
    const { timing, createdAt } = next;
    if (timing === previous) return;
    const last = this.checker.epochOf(name, createdAt);
    if (last?.end === undefined && last !== undefined && previous !== undefined) {
      const late = timing && nextSlot(RULES, timing.timetable, timing.progress);
      const isShared =
        late !== undefined && late <= now && slotAfter(RULES, previous.timetable, late - 1) === late;
      const isOpen = previous.progress.remaining !== 0;
      last.end = isOpen
        ? { at: Math.max(now, previous.progress.decided), shared: isShared ? 1 : 0 }
        : { at: previous.progress.decided, shared: 0 };
    }
    this.beginEpoch(name, next, nextRun);
  }

  private someScheduled(): Body {
    const { chance } = this;
    const zone = {
      scheduleTimeZone: chance.pick(ZONES),
      excludedDays: chance.is(0.2) ? ['SUN', '12-25'] : [],
    };
    if (chance.is(0.2)) return { ...this.someMembers(), ...zone, schedule: chance.pick(CRONS) };
    const offset = chance.between(-400 * DAY, 40 * DAY);
    const start = new Date(Math.floor((this.chronos.clock + offset) / MINUTE) * MINUTE);
    const count = chance.pick(['', '', '', '1', '3', '300']);
    const isDense = chance.is(0.2);
    const schedule = isDense
      ? `R200/${start.toISOString()}/PT7M`
      : `R${count}/${start.toISOString().slice(0, 19)}${chance.pick(['', 'Z', '+05:30'])}/${chance.pick(PERIODS)}`;
    return { ...this.someMembers(), ...zone, schedule };
  }

  private someMembers(): Body {
    const { chance } = this;
    return {
      epsilon: chance.pick(['', '', 'PT10M', 'PT2H', 'P2D']),
      catchUp: chance.pick([undefined, undefined, 'none', 'one', 'all']),
      concurrency: chance.pick([undefined, undefined, undefined, 'allow', 'forbid', 'queue', 'replace']),
      concurrent: chance.is(0.1),
      retries: chance.between(0, 3),
      retryBackoffFactor: chance.pick([1, 2]),
      async: chance.is(0.1),
      softError: chance.is(0.1),
      dataProcessingJobType: chance.is(0.2),
      runTimeout: chance.is(0.2) ? 3600 : 0,
    };
  }

  private someEnd(): TaskState {
    const { chance } = this;
    if (chance.is(0.85)) return 'TASK_FINISHED';
    return this.master.agents.hasFaults && chance.is(0.2)
      ? chance.pick(['TASK_GONE', 'TASK_LOST', 'TASK_ERROR'])
      : 'TASK_FAILED';
  }

  private someDuration(name: string): number {
    return this.chance.between(SECOND, this.durations.get(name) ?? MINUTE);
  }

  /** Checks a launch against the state, which has the run of the task and its job, and returns its facts. */
  private launch(taskId: string): RunFacts {
    this.launches += 1;
    const runId = this.state.tasks.get(taskId) ?? '';
    const jobName = jobNameOf(runId);
    const entry = this.state.jobs.get(jobName);
    const run = entry?.active[runId];
    if (!entry || !run) throw new Error(`${taskId} is launched without its run`);
    const { job, createdAt } = entry.record;
    const epsilon = slotDeadline(this.state, job);
    if (run.cause.kind === 'slot' && run.attempts.length === 1 && epsilon !== undefined) {
      const late = this.chronos.clock - run.cause.slot - epsilon;
      if (late > LATE_MS) throw new Error(`${taskId} is launched ${late / 1000} s after its epsilon`);
    }
    return { runId, jobName, createdAt, isBeside: run.isBeside };
  }

  /** The work of an asynchronous job has ended: it tells so until the job has ended, too. */
  private callBack({ id, jobName }: ChronosTask): void {
    const { timeline, chance, chronos } = this;
    const call = (): void => {
      if (chronos.isUp)
        chronos.post({
          kind: 'task.callback',
          request: 0,
          taskId: id,
          statusCode: chance.is(0.1) ? 1 : 0,
        });
      again();
    };
    const again = (): void =>
      timeline.after(HOUR, () => {
        if (chronos.state?.tasks.has(id) !== false) call();
      });
    if (this.isAsync(jobName)) timeline.after(chance.between(MINUTE, 20 * MINUTE), call);
    else again();
  }

  /** No more faults: within some days all that is open comes to its end. */
  private rest(): void {
    this.isQuiet = true;
    this.chronos.crashes = 0;
    this.master.agents.hasFaults = false;
    this.master.fill(0);
    this.timeline.after(50 * DAY, () => this.put('c', { ...this.someMembers(), parents: ['a'] }));
    this.timeline.runUntil(this.timeline.now + 55 * DAY);
  }

  private check(): void {
    const now = this.chronos.clock;
    for (const [name, { record, active, queue }] of this.state.jobs) {
      for (const run of [...Object.values(active), ...queue]) {
        if (now - run.createdAt > 4 * DAY) throw new Error(`${run.id} is stuck: ${JSON.stringify(run)}`);
      }
      const { job, timing } = record;
      const isIdle = Object.keys(active).length === 0 && !job.disabled && job.pausedReason === '';
      const next = timing && nextSlot(RULES, timing.timetable, timing.progress);
      if (isIdle && next !== undefined && next < now) throw new Error(`a slot of ${name} is open`);
      this.checker.check(name, record);
    }
    this.checkSession();
  }

  /** Nothing waits for the master, and the master waits for nothing. */
  private checkSession(): void {
    const { mesos, tasks } = this.state;
    const { session, kills, unconfirmed } = mesos ?? {};
    if (!session?.connected) throw new Error('Chronos is not subscribed');
    for (const taskId of kills?.keys() ?? []) throw new Error(`the kill of ${taskId} has no end`);
    for (const taskId of unconfirmed ?? []) {
      if (tasks.has(taskId)) throw new Error(`the reconciliation of ${taskId} has no answer`);
    }
    for (const { id, updates } of this.master.agents.tasks.values()) {
      if (!tasks.has(id)) throw new Error(`${updates.length} updates of ${id} are not acknowledged`);
    }
  }
}
