/**
 * `meseta app logs`: the output of all tasks of an app, each line with the task it is from, and of new ones while it is
 * followed.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { errorText } from '../../cluster/model/error-text';
import { text, toggle } from '../../cluster/runtime/config/flags';
import { StartError } from '../../cluster/runtime/lifecycle';
import { findTasks, openAgent, type TaskPlace } from '../agent-api';
import type { Api } from '../api';
import { flagCommand, type Terminal } from '../command';
import { findApp, type MarathonTarget, marathonFlags, readApp, withMarathon } from '../marathon-api';
import { type MasterTarget, masterFlags } from '../master-api';
import { type LogChoice, TaskLog } from '../task-log';
import { logFlags, POLL_MS, POLLS_PER_STATE, printLog } from './task-logs';

export const logs = flagCommand({
  flags: {
    ...marathonFlags,
    master: masterFlags.master,
    'master-credentials': masterFlags.credentials,
    'master-token': masterFlags.token,
    ...logFlags,
    follow: toggle({
      help: 'go on until Ctrl-C, also with new tasks of the app',
      fallback: false,
      short: 'f',
    }),
    task: text({ help: 'the id of one task; all of the app without it', value: 'ID' }),
    prefix: toggle({ help: 'begin each line with the task it is from', fallback: true }),
  },
  positionals: ['app'],
  run: async ({ flags, positionals: [word = ''] }, terminal) => {
    const target = {
      master: flags.master,
      credentials: flags['master-credentials'],
      token: flags['master-token'],
      ca: flags.ca,
    };
    if (flags.task !== undefined) await printLog(target, flags.task, { ...flags, terminal });
    else await printAppLogs({ ...flags, marathon: flags, master: target, word, terminal });
    return 0;
  },
});

interface AppLogPlan extends LogChoice {
  readonly marathon: MarathonTarget;
  readonly master: MasterTarget;
  readonly word: string;
  readonly follow: boolean;
  readonly prefix: boolean;
  readonly terminal: Terminal;
}

async function printAppLogs(plan: AppLogPlan): Promise<void> {
  const { follow, terminal, marathon, word } = plan;
  await withMarathon(marathon, async (api) => {
    const { id, tasks = [] } = await findApp(api, word);
    if (tasks.length === 0 && !follow)
      throw new StartError(`${id} has no tasks now; 'meseta task list --all' lists ended ones`);
    const app = new AppLogs(plan);
    try {
      await app.setTasks(tasks.map((task) => task.id));
      for (let poll = 1; ; poll += 1) {
        await app.print();
        if (!follow || terminal.isClosed?.()) return;
        await sleep(POLL_MS);
        if (poll % POLLS_PER_STATE > 0) continue;
        const current = await readApp(api, id);
        if (!current) return terminal.err(`${id} was removed\n`);
        await app.setTasks((current.tasks ?? []).map((task) => task.id));
      }
    } finally {
      await app.close();
    }
  });
}

/** The logs of the tasks that an app has, which come and go. */
class AppLogs {
  private readonly logs = new Map<string, PrefixedLog>();
  /** Tasks whose agents cannot be asked, which is told once. */
  private unplaced: ReadonlySet<string> = new Set();

  constructor(private readonly plan: AppLogPlan) {}

  /** Opens the logs of new tasks, and prints the ends of those that are no longer there. */
  async setTasks(ids: readonly string[]): Promise<void> {
    const gone = [...this.logs.keys()].filter((id) => !ids.includes(id));
    for (const id of gone) {
      const log = this.logs.get(id);
      this.logs.delete(id);
      await log?.print();
      await log?.close();
      this.plan.terminal.err(`${this.plan.prefix ? `${shortId(id)} | ` : `${id} `}has ended\n`);
    }
    const added = ids.filter((id) => !this.logs.has(id));
    if (added.length === 0) return;
    for (const task of await findTasks(this.plan.master, added))
      this.logs.set(task.id, new PrefixedLog(task, this.plan));
    this.tellUnplaced(added.filter((id) => !this.logs.has(id)));
  }

  private tellUnplaced(ids: readonly string[]): void {
    for (const id of ids)
      if (!this.unplaced.has(id))
        this.plan.terminal.err(`${id} cannot be read: the master has no registered agent with it\n`);
    this.unplaced = new Set(ids);
  }

  async print(): Promise<void> {
    // One agent that does not answer must not keep the others waiting.
    if (this.plan.follow) await Promise.all([...this.logs.values()].map((log) => log.print()));
    else
      for (const log of this.logs.values()) {
        await log.print();
        log.printRest();
      }
  }

  async close(): Promise<void> {
    for (const log of this.logs.values()) await log.close();
  }
}

/** Characters after which a line is printed although its end has not come. */
const LINE_MAX = 1_000_000;

/** Whole lines of a task, each with the task it is from. */
class PrefixedLog {
  private readonly api: Api;
  private readonly log: TaskLog;
  private readonly prefix: string;
  private rest = '';
  private trouble = '';

  constructor(
    task: TaskPlace,
    private readonly plan: AppLogPlan,
  ) {
    this.api = openAgent(task.agent);
    this.log = new TaskLog(this.api, task, plan);
    this.prefix = plan.prefix ? `${shortId(task.id)} | ` : '';
    if (plan.prefix) plan.terminal.err(`${this.prefix}is ${task.id} on ${task.agent.hostname}\n`);
  }

  /** Trouble with one agent is told once, and does not end the others. */
  async print(): Promise<void> {
    try {
      for await (const part of this.log.readBegun()) this.printLines(part);
      this.trouble = '';
    } catch (error) {
      const trouble = errorText(error);
      if (trouble !== this.trouble) this.plan.terminal.err(`${this.prefix}${trouble}\n`);
      this.trouble = trouble;
    }
  }

  /** A last line without an end. */
  printRest(): void {
    if (this.rest !== '') this.plan.terminal.out(`${this.prefix}${this.rest}\n`);
    this.rest = '';
  }

  async close(): Promise<void> {
    this.printRest();
    await this.api.close();
  }

  private printLines(part: string): void {
    const lines = `${this.rest}${part}`.split('\n');
    this.rest = lines.pop() ?? '';
    if (lines.length > 0) this.plan.terminal.out(lines.map((line) => `${this.prefix}${line}\n`).join(''));
    if (this.rest.length > LINE_MAX) this.printRest();
  }
}

/** The end of the id of an instance, in which those of one app differ. */
function shortId(taskId: string): string {
  const [, instance] = /-([\da-f]{12})(?:\._app\.\d+)?$/.exec(taskId) ?? [];
  return instance ?? taskId.slice(taskId.lastIndexOf('.') + 1).slice(-12);
}
