/** `meseta marathon`: the Marathon daemon. */

import { join } from 'node:path';
import { systemClock } from '../../cluster/runtime/clock';
import { misspeltVariables, warnMisspeltVariables } from '../../cluster/runtime/config/environment';
import { variablesOf } from '../../cluster/runtime/config/flags';
import { warnOpenFolder } from '../../cluster/runtime/files/private';
import type { Running } from '../../cluster/runtime/lifecycle';
import { createLogger, type Logger } from '../../cluster/runtime/log';
import { LocalStore } from '../../cluster/state/local';
import { MARATHON_FLAGS, type MarathonConfig, marathonConfig } from '../../frameworks/marathon/config';
import { type Marathon, startMarathon } from '../../frameworks/marathon/main';
import { recordersFor } from '../cluster/recorders';
import { flagCommand } from '../command';
import { type DaemonEnd, runDaemon } from '../daemon';
import { startWith } from './with-store';

const clock = systemClock();

export const marathon = flagCommand({
  flags: MARATHON_FLAGS,
  run: ({ flags }, terminal) =>
    runDaemon(terminal, async ({ fail }) => {
      const config = marathonConfig(flags);
      const log = createLogger({ level: config.logLevel });
      warnMisspeltVariables(misspeltVariables(variablesOf(MARATHON_FLAGS), 'MARATHON_', terminal.env), log);
      const options = { fail, record: flags.record };
      return { running: await start(config, log, options) };
    }),
});

interface StartOptions extends DaemonEnd {
  readonly record: string | undefined;
}

async function start(config: MarathonConfig, log: Logger, { fail, record }: StartOptions): Promise<Running> {
  const deps = { log, clock, record: recordersFor(record), onEnd: fail };
  if (config.ensemble) return await listening(log, () => startMarathon(config, deps));
  const state = await LocalStore.open(join(config.workDir, 'state'), { log });
  warnOpenFolder('--work_dir', config.workDir, log);
  return await startWith(state, () => listening(log, () => startMarathon(config, { ...deps, state })));
}

async function listening(log: Logger, begin: () => Promise<Marathon>): Promise<Marathon> {
  const running = await begin();
  log.info({ url: running.http.url }, 'Marathon listens');
  return running;
}
