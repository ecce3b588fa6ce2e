/**
 * `meseta task logs`: what a task has printed, and what comes to it until the task ends.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { integer, toggle } from '../../cluster/runtime/config/flags';
import { findTask, hasTaskEnded, withAgent } from '../agent-api';
import { flagCommand, type Terminal } from '../command';
import { type MasterTarget, masterFlags } from '../master-api';
import { type LogChoice, TaskLog } from '../task-log';

export const POLL_MS = 500;
/** Reads of a file for each question to the master, who has many tasks and many askers. */
export const POLLS_PER_STATE = 5;

export const logFlags = {
  stderr: toggle({ help: 'standard error instead of standard output', fallback: false }),
  follow: toggle({ help: 'go on until the task ends', fallback: false, short: 'f' }),
  tail: integer({
    help: 'print the last N lines alone, and with -f what comes',
    short: 'n',
    min: 0,
    max: 1_000_000,
    fallback: undefined,
  }),
};

export const logs = flagCommand({
  flags: { ...masterFlags, ...logFlags },
  positionals: ['task'],
  run: async ({ flags, positionals: [word = ''] }, terminal) => {
    await printLog(flags, word, { ...flags, terminal });
    return 0;
  },
});

interface LogPlan extends LogChoice {
  readonly follow: boolean;
  readonly terminal: Terminal;
}

/** Prints the output of a task, and what comes to it until the task ends. */
export async function printLog(target: MasterTarget, word: string, plan: LogPlan): Promise<void> {
  const { follow, terminal } = plan;
  const task = await findTask(target, word);
  await withAgent(task.agent, async (api) => {
    const log = new TaskLog(api, task, plan);
    for (let poll = 0; ; poll += 1) {
      const isLast =
        !follow || task.hasEnded || (poll % POLLS_PER_STATE === 0 && (await hasTaskEnded(target, task)));
      for await (const text of isLast ? log.readNew() : log.readBegun()) terminal.out(text);
      if (isLast || terminal.isClosed?.()) return;
      await sleep(POLL_MS);
    }
  });
}
