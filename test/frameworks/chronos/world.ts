/**
 * Chronos in a test: its machine on a clock that is moved, with a store that keeps what it is given and tasks that end
 * when the test says so.
 */

import type { Unstamped } from '../../../cluster/model/event';
import type { TaskState } from '../../../cluster/model/task-state';
import type { Notice } from '../../../frameworks/chronos/core/notify/notice';
import type { ApiAnswer, ChronosEffect } from '../../../frameworks/chronos/core/state/effects';
import type { ChronosEvents } from '../../../frameworks/chronos/core/state/events';
import {
  type ChronosState,
  historyOf,
  type JobEntry,
  type Settings,
} from '../../../frameworks/chronos/core/state/state';
import { chronosMachine } from '../../../frameworks/chronos/core/step';
import { readingOf } from './jobs';
import { NOW, RULES } from './schedules';

export const SETTINGS: Settings = {
  failureRetry: 60_000,
  disableAfterFailures: 0,
  taskEpsilon: undefined,
  overdueAfter: undefined,
  slowFactor: undefined,
  countMax: 1000,
  ageMax: 1e12,
};

const MACHINE = chronosMachine(RULES);

function noticeText({ kind, job, reason }: Notice): string {
  return `${kind} ${job.name}${reason === '' ? '' : `: ${reason}`}`;
}

export class World {
  now = NOW;
  state: ChronosState;
  /** Effects other than stores, answers and timers, as words. */
  readonly log: string[] = [];
  readonly answers: ApiAnswer[] = [];
  readonly stored = new Map<string, string>();
  /** Commits are answered at once; false leaves them in flight. */
  isDurable = true;
  private readonly timers = new Map<string, number>();
  private request = 0;

  constructor(readonly settings: Settings = SETTINGS) {
    this.state = MACHINE.init(settings);
  }

  send(event: Unstamped<ChronosEvents>): ChronosEffect[] {
    const effects = MACHINE.step(this.state, { ...event, at: this.now });
    const violations = MACHINE.check?.(this.state) ?? [];
    if (violations.length > 0) throw new Error(violations.join('\n'));
    for (const effect of effects) this.perform(effect);
    return effects;
  }

  private perform(effect: ChronosEffect): void {
    switch (effect.kind) {
      case 'wake':
        this.timers.set(effect.timer, effect.at);
        return;
      case 'store':
        if (!this.isDurable) return;
        for (const { name, value } of effect.changes) {
          if (value === undefined) this.stored.delete(name);
          else this.stored.set(name, value);
        }
        this.send({ kind: 'stored', ticket: effect.ticket });
        return;
      case 'answer':
        this.answers.push(effect.answer);
        return;
      case 'launch':
        this.log.push(`launch ${effect.jobName}`);
        return;
      case 'kill':
        this.log.push(`kill ${effect.taskId.split(':')[3]}`);
        return;
      case 'notice':
        this.log.push(noticeText(effect.notice));
        return;
      default:
        this.log.push(effect.kind);
    }
  }

  /** Moves the clock, and fires the timers on the way. */
  advance(duration: number): void {
    const end = this.now + duration;
    for (;;) {
      const [next] = [...this.timers].sort(([, a], [, b]) => a - b);
      if (next === undefined || next[1] > end) break;
      this.timers.delete(next[0]);
      this.now = Math.max(this.now, next[1]);
      this.send({ kind: 'woke', timer: next[0] });
    }
    this.now = end;
  }

  /** Stops the clock of timers: an outage of the process. */
  outage(duration: number): void {
    this.now += duration;
    this.restart();
  }

  /** A new process that starts from the store. */
  restart(): void {
    this.timers.clear();
    this.state = MACHINE.init(this.settings);
    const stored = [...this.stored].map(([name, text]) => ({ name, text }));
    this.send({ kind: 'started', stored });
  }

  put(name: string, body: object): ApiAnswer | undefined {
    this.send({ kind: 'job.put', request: ++this.request, reading: readingOf({ name, ...body }, this.now) });
    return this.answers.at(-1);
  }

  command(kind: 'job.delete' | 'job.succeed' | 'job.kill', name: string): ApiAnswer | undefined {
    this.send({ kind, request: ++this.request, name });
    return this.answers.at(-1);
  }

  start(name: string, text = ''): ApiAnswer | undefined {
    this.send({ kind: 'job.start', request: ++this.request, name, arguments: text });
    return this.answers.at(-1);
  }

  callback(taskId: string, statusCode: number): ApiAnswer | undefined {
    this.send({ kind: 'task.callback', request: ++this.request, taskId, statusCode });
    return this.answers.at(-1);
  }

  /** Offers for all runs that wait for one. */
  place(): void {
    for (const runId of [...this.state.ready])
      this.send({ kind: 'run.placed', runId, offerId: 'O1', agentId: 'S1', hostname: 'host' });
  }

  /** The live tasks of a job. */
  tasks(name: string): readonly string[] {
    return [...this.state.tasks.keys()].filter((taskId) => taskId.split(':')[3] === name);
  }

  update(taskId: string, state: TaskState): void {
    this.send({ kind: 'task.update', taskId, update: { state, reason: undefined, message: undefined } });
  }

  /** An update for the first live task of a job. */
  end(name: string, state: TaskState = 'TASK_FINISHED'): void {
    this.update(this.tasks(name)[0] ?? 'none', state);
  }

  /** Places and ends a run of a job. */
  run(name: string, state: TaskState = 'TASK_FINISHED'): void {
    this.place();
    this.end(name, state);
  }

  entry(name: string): JobEntry {
    const entry = this.state.jobs.get(name);
    if (entry === undefined) throw new Error(`no job ${name}`);
    return entry;
  }

  /** The history of a job as words, newest first. */
  history(name: string): readonly string[] {
    return historyOf(this.entry(name)).map((entry) => {
      if (entry.kind === 'slots')
        return `${entry.entry.kind} ${entry.entry.slots.count}: ${entry.entry.reason}`;
      const { cause, end, attempts } = entry.run;
      return `${cause.kind} ${end?.kind} in ${attempts.length}`;
    });
  }
}
