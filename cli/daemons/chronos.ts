/** `meseta chronos`: the Chronos daemon. */

import { join } from 'node:path';
import { systemClock } from '../../cluster/runtime/clock';
import { misspeltVariables, warnMisspeltVariables } from '../../cluster/runtime/config/environment';
import { variablesOf } from '../../cluster/runtime/config/flags';
import { warnOpenFolder } from '../../cluster/runtime/files/private';
import type { Running } from '../../cluster/runtime/lifecycle';
import { createLogger, type Logger } from '../../cluster/runtime/log';
import { LocalStore } from '../../cluster/state/local';
import { CHRONOS_FLAGS, type ChronosConfig, chronosConfig } from '../../frameworks/chronos/config';
import { startChronos } from '../../frameworks/chronos/main';
import { recordersFor } from '../cluster/recorders';
import { flagCommand } from '../command';
import { type DaemonEnd, runDaemon } from '../daemon';
import { startWith } from './with-store';

const clock = systemClock();

export const chronos = flagCommand({
  flags: CHRONOS_FLAGS,
  run: ({ flags }, terminal) =>
    runDaemon(terminal, async ({ fail }) => {
      const config = chronosConfig(flags);
      const log = createLogger({ level: config.logLevel });
      warnMisspeltVariables(misspeltVariables(variablesOf(CHRONOS_FLAGS), 'CHRONOS_', terminal.env), log);
      return { running: await start(config, log, { fail, record: flags.record }) };
    }),
});

interface StartOptions extends DaemonEnd {
  readonly record: string | undefined;
}

async function start(config: ChronosConfig, log: Logger, { fail, record }: StartOptions): Promise<Running> {
  const deps = { log, clock, record: recordersFor(record), onEnd: fail };
  if (config.ensemble) return await startChronos(config, deps);
  const state = await LocalStore.open(join(config.workDir, 'state'), { log });
  warnOpenFolder('--work_dir', config.workDir, log);
  return await startWith(state, () => startChronos(config, { ...deps, state }));
}
