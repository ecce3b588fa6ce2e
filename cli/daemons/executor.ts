/** `meseta executor`: the command executor, a process for each task. It loads nothing of other daemons. */

import { runExecutor } from '../../cluster/executor/main';
import { systemClock } from '../../cluster/runtime/clock';
import { createLogger } from '../../cluster/runtime/log';
import type { Command } from '../command';
import { runDaemon } from '../daemon';

const clock = systemClock();

export const executor: Command = (_args, terminal) =>
  runDaemon(terminal, async () => {
    const running = await runExecutor(terminal.env, { log: createLogger(), clock });
    return { running, finished: running.exited.then(() => 0) };
  });
