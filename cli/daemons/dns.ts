/** `meseta dns`: the DNS daemon. */

import { systemClock } from '../../cluster/runtime/clock';
import { createLogger } from '../../cluster/runtime/log';
import { MESETA_VERSION } from '../../cluster/runtime/version';
import { dnsFlags, dnsLogLevel, expandDnsArgs, readDnsConfig, withDefaultFile } from '../../dns/config';
import { startDns } from '../../dns/main';
import { type Command, flagCommand } from '../command';
import { runDaemon } from '../daemon';

const clock = systemClock();

const dnsCommand = flagCommand({
  flags: dnsFlags,
  run: ({ flags }, terminal) =>
    runDaemon(terminal, async ({ fail }) => {
      const log = createLogger({ level: dnsLogLevel(flags) });
      const config = readDnsConfig(withDefaultFile(flags), { version: MESETA_VERSION });
      return { running: await startDns(config, { log, clock, onEnd: fail }) };
    }),
});

const run: Command = (args, terminal, row) => dnsCommand(expandDnsArgs(args), terminal, row);
export const dns: Command = Object.assign(run, { flags: dnsFlags });
