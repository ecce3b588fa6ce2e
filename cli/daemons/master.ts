/** `meseta master`: the master daemon. It logs to standard error, as every daemon here. */

import { masterFlags, stateFolder } from '../../cluster/master/config';
import { startMaster } from '../../cluster/master/main';
import { systemClock } from '../../cluster/runtime/clock';
import { misspeltVariables, warnMisspeltVariables } from '../../cluster/runtime/config/environment';
import { variablesOf } from '../../cluster/runtime/config/flags';
import { logOptions } from '../../cluster/runtime/config/log-flags';
import { warnOpenFolder } from '../../cluster/runtime/files/private';
import type { Running } from '../../cluster/runtime/lifecycle';
import { createLogger } from '../../cluster/runtime/log';
import { LocalStore } from '../../cluster/state/local';
import { MemoryStore } from '../../cluster/state/memory';
import { recorderFor } from '../cluster/recorders';
import { flagCommand } from '../command';
import { runDaemon } from '../daemon';
import { startWith } from './with-store';

const clock = systemClock();

export const master = flagCommand({
  flags: masterFlags,
  run: ({ flags }, terminal) =>
    runDaemon(terminal, async ({ fail }) => {
      const log = createLogger(logOptions(flags, 'mesos-master'));
      warnMisspeltVariables(misspeltVariables(variablesOf(masterFlags), 'MESOS_', terminal.env), log);
      const isLocal = flags.zk === undefined && !flags.in_memory && flags.registry !== 'in_memory';
      const state = isLocal ? await LocalStore.open(stateFolder(flags), { log }) : new MemoryStore();
      if (isLocal) warnOpenFolder('--work_dir', flags.work_dir, log);
      const record = recorderFor(flags.record);
      const start = async (): Promise<Running> => {
        const running = await startMaster(flags, { log, clock, state, record, onEnd: fail });
        log.info({ url: running.http.url }, 'the master listens');
        return running;
      };
      return { running: await startWith(state, start) };
    }),
});
