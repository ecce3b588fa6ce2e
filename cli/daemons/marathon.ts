/** `meseta marathon`: the Marathon daemon. */

import { join } from 'node:path';
import { systemClock } from '../../cluster/runtime/clock';
import { misspeltVariables, warnMisspeltVariables } from '../../cluster/runtime/config/environment';
import { variablesOf } from '../../cluster/runtime/config/flags';
import { warnOpenFolder } from '../../cluster/runtime/files/private';
import type { Running } from '../../cluster/runtime/lifecycle';
import { createLogger } from '../../cluster/runtime/log';
import { LocalStore } from '../../cluster/state/local';
import { MARATHON_FLAGS, marathonConfig } from '../../frameworks/marathon/config';
import { startMarathon } from '../../frameworks/marathon/main';
import { recorderFor } from '../cluster/recorders';
import { flagCommand } from '../command';
import { runDaemon } from '../daemon';
import { startWith } from './with-store';

const clock = systemClock();

export const marathon = flagCommand({
  flags: MARATHON_FLAGS,
  run: ({ flags }, terminal) =>
    runDaemon(terminal, async ({ fail }) => {
      const config = marathonConfig(flags);
      const log = createLogger({ level: config.logLevel });
      warnMisspeltVariables(misspeltVariables(variablesOf(MARATHON_FLAGS), 'MARATHON_', terminal.env), log);
      const state = await LocalStore.open(join(flags.work_dir, 'state'), { log });
      warnOpenFolder('--work_dir', flags.work_dir, log);
      const record = recorderFor(flags.record);
      const start = async (): Promise<Running> => {
        const running = await startMarathon(config, { log, clock, state, record, onEnd: fail });
        log.info({ url: running.http.url }, 'Marathon listens');
        return running;
      };
      return { running: await startWith(state, start) };
    }),
});
