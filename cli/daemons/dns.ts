/** `meseta dns`. */

import { systemClock } from '../../cluster/runtime/clock';
import { createLogger } from '../../cluster/runtime/log';
import { MESETA_VERSION } from '../../cluster/runtime/version';
import { dnsFlags, readDnsConfig } from '../../dns/config';
import { startDns } from '../../dns/main';
import { flagCommand } from '../command';
import { runDaemon } from '../daemon';

const clock = systemClock();

export const dns = flagCommand({
  flags: dnsFlags,
  run: ({ flags }, terminal) =>
    runDaemon(terminal, async ({ fail }) => {
      const log = createLogger({ level: flags['log-level'] });
      const config = readDnsConfig(flags, { version: MESETA_VERSION });
      return { running: await startDns(config, { log, clock, onEnd: fail }) };
    }),
});
