/**
 * `meseta down`: stops the cluster that `meseta up` runs, with its tasks, as Ctrl-C there does.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '../../cluster/runtime/lifecycle';
import { signalAll } from '../../cluster/runtime/processes';
import { upFlags } from '../cluster/options';
import { flagCommand } from '../command';
import { readUpFile } from '../up-file';

/** Tasks get their grace periods, one agent after the other's executors. */
const LIMIT_MS = 90_000;
const POLL_MS = 100;

export const down = flagCommand({
  flags: { 'work-dir': upFlags['work-dir'] },
  run: async ({ flags }, terminal) => {
    const folder = flags['work-dir'];
    const cluster = readUpFile(folder);
    if (cluster === undefined) {
      throw new StartError(`No cluster runs in ${folder}. Name the folder of 'meseta up' with --work-dir.`);
    }
    const { pid } = cluster;
    if (!cluster.running) {
      throw new StartError(
        `No cluster runs in ${folder}: process ${pid} of its up.pid ended without a stop, as by a reboot or a kill. ` +
          "Nothing was signalled; 'meseta up' starts in that folder again.",
      );
    }
    signalAll([pid], 'SIGTERM');
    for (let waited = 0; cluster.isRunning(); waited += POLL_MS) {
      if (waited >= LIMIT_MS)
        throw new StartError(`The cluster of process ${pid} does not stop; see its log`);
      await sleep(POLL_MS);
    }
    terminal.out(`The cluster in ${folder} is stopped.\n`);
    return 0;
  },
});
