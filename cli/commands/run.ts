/**
 * `meseta run`: a task without a framework, with the flags of mesos-execute.
 */

import { systemClock } from '../../cluster/runtime/clock';
import { runFlags } from '../../frameworks/run/config';
import { runTasks } from '../../frameworks/run/main';
import { flagCommand } from '../command';
import { warningsTo } from '../warnings';

export const run = flagCommand({
  flags: runFlags,
  run: async ({ flags }, terminal) =>
    await runTasks(flags, {
      clock: systemClock(),
      log: warningsTo(terminal),
      out: (line) => terminal.out(`${line}\n`),
    }),
});
