/**
 * The commands of Chronos' scripts: jobs are put and started, tasks end, time passes. Each command shows what it brought
 * about, in its order; times are those of the script's clock.
 */

import type * as scheduler from '../../../cluster/api/generated/scheduler';
import type { TaskState } from '../../../cluster/model/task-state';
import { shownSchedule } from '../../../frameworks/chronos/core/jobs/record';
import type { ApiAnswer } from '../../../frameworks/chronos/core/state/effects';
import type { Interpreter } from '../../scripts/run';
import { MasterWorld } from './master-world';
import { iso, RULES } from './schedules';
import { SETTINGS, World } from './world';

type Commands = Record<string, (words: readonly string[], rest: string) => string | undefined>;

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function durationOf(text = ''): number {
  const match = /^(\d+)([smhd])$/.exec(text);
  if (match === null) throw new Error(`no duration: ${text}`);
  return Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0);
}

function answerText(answer: ApiAnswer | undefined): string {
  if (answer === undefined) return 'no answer';
  return answer.ok ? `ok ${answer.text}`.trim() : `${answer.refusal.status} ${answer.refusal.message}`;
}

/** A call as words: what it is about, by the names of jobs. */
function callText({ type, accept, decline, kill, reconcile, acknowledge }: scheduler.Call): string {
  const tasks = [
    ...(accept?.operations?.[0]?.launch?.task_infos ?? []).map(({ task_id }) => task_id),
    ...(reconcile?.tasks ?? []).map(({ task_id }) => task_id),
    ...[kill, acknowledge].flatMap((call) => call?.task_id ?? []),
  ].map(({ value }) => value.split(':')[3] ?? value);
  const offers = (accept ?? decline)?.offer_ids?.map(({ value }) => value) ?? [];
  const refusal = decline?.filters ? [`for ${decline.filters.refuse_seconds} s`] : [];
  return [type ?? '', ...offers, ...refusal, ...tasks].join(' ');
}

export class ChronosScript {
  private world = new World();
  /** Set by the command `master`: from then on there is one. */
  private master: MasterWorld | undefined;

  readonly interpret: Interpreter = (words, line) => {
    const [command = '', ...rest] = words;
    if (command === 'master') this.master = new MasterWorld();
    if (this.master) return command === 'master' ? [] : this.tellMaster(this.master, words, line);
    const run = this.commands[command];
    if (!run) throw new Error(`no command ${command}`);
    const before = this.world.log.length;
    const text = run(rest, line.slice(command.length).trim());
    return [...this.world.log.slice(before), ...(text ? text.split('\n') : [])];
  };

  private tellMaster(master: MasterWorld, words: readonly string[], line: string): string[] {
    const [command = '', ...rest] = words;
    const run = this.masterCommands[command];
    if (!run) throw new Error(`no command ${command} with a master`);
    run(rest, line.slice(command.length).trim());
    return master.calls().map(callText);
  }

  private readonly commands: Commands = {
    settings: (_words, rest) => {
      this.world = new World({ ...SETTINGS, ...(JSON.parse(rest) as object) });
      return undefined;
    },
    put: ([name = ''], rest) =>
      answerText(this.world.put(name, JSON.parse(rest.slice(name.length)) as object)),
    delete: ([name = '']) => answerText(this.world.command('job.delete', name)),
    start: ([name = '', ...words]) => answerText(this.world.start(name, words.join(' '))),
    succeed: ([name = '']) => answerText(this.world.command('job.succeed', name)),
    kill: ([name = '']) => answerText(this.world.command('job.kill', name)),
    callback: ([name = '', status]) =>
      answerText(this.world.callback(this.world.tasks(name)[0] ?? 'none', Number(status))),
    place: () => this.world.place() as undefined,
    task: ([name = '', state = '']) => this.world.end(name, state as TaskState) as undefined,
    end: ([name = '', state = 'TASK_FINISHED']) => this.world.end(name, state as TaskState) as undefined,
    run: ([name = '', state = 'TASK_FINISHED']) => this.world.run(name, state as TaskState) as undefined,
    advance: ([duration]) => {
      this.world.advance(durationOf(duration));
      return `it is ${iso(this.world.now)}`;
    },
    outage: ([duration]) => {
      this.world.outage(durationOf(duration));
      return `it is ${iso(this.world.now)}`;
    },
    restart: () => this.world.restart() as undefined,
    show: ([name = '']) => this.show(name),
    history: ([name = '']) => this.world.history(name).join('\n'),
  };

  /** The commands of a Chronos with a master: each shows the calls that it brought about. */
  private readonly masterCommands: Commands = {
    subscribe: () => void this.master?.subscribe(),
    disconnect: () => this.master?.send({ kind: 'scheduler.disconnected', reason: 'reset' }) as undefined,
    put: ([name = ''], rest) =>
      this.master?.put(name, JSON.parse(rest.slice(name.length)) as object) as undefined,
    offer: (_words, rest) => this.master?.offer(rest) as undefined,
    kill: ([name = '']) => this.master?.send({ kind: 'job.kill', request: 1, name }) as undefined,
    update: ([state = '']) => this.master?.update(this.master.task, state as TaskState, 'u') as undefined,
    advance: ([duration]) => this.master?.advance(durationOf(duration)) as undefined,
    hold: () => {
      if (this.master) this.master.isDurable = false;
      return undefined;
    },
    stored: () => {
      if (this.master) this.master.isDurable = true;
      return this.master?.commit() as undefined;
    },
  };

  private show(name: string): string {
    const { record, active, queue } = this.world.entry(name);
    const { job } = record;
    const schedule =
      job.kind === 'scheduled' ? shownSchedule(record, RULES) : `after ${job.parents.join(', ')}`;
    const counts = `${job.successCount} successes, ${job.errorCount} errors`;
    const runs = `${Object.keys(active).length} active, ${queue.length} waiting`;
    return `${schedule}; ${counts}; ${runs}${job.disabled ? '; disabled' : ''}`;
  }
}
