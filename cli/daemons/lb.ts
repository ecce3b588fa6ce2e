/** `meseta lb`: the load balancer daemon. */

import { systemClock } from '../../cluster/runtime/clock';
import { misspeltVariables, warnMisspeltVariables } from '../../cluster/runtime/config/environment';
import { createLogger } from '../../cluster/runtime/log';
import { expandLbArgs, LB_VARIABLES, lbFlags, readLbConfig } from '../../lb/config';
import { referencePage } from '../../lb/edge/reference/main';
import { type RunningLb, startLb } from '../../lb/main';
import { recorderFor } from '../cluster/recorders';
import { type Command, flagCommand } from '../command';
import { runDaemon } from '../daemon';

const clock = systemClock();

const lbCommand = flagCommand({
  flags: lbFlags,
  run: ({ flags }, terminal) =>
    runDaemon(
      terminal,
      async ({ fail }) => {
        const config = readLbConfig(flags, terminal.env);
        const log = createLogger({ level: flags['log-level'] });
        warnMisspeltVariables(misspeltVariables(LB_VARIABLES, 'HAPROXY_', terminal.env), log);
        const once = !config.sse || config.dry;
        let running: RunningLb | undefined;
        // As marathon-lb: SIGHUP reads the apps again, SIGUSR1 loads the configuration again. Neither ends it while it starts.
        if (!once) process.on('SIGHUP', () => running?.regenerate()).on('SIGUSR1', () => running?.reload());
        running = await startLb(config, { log, clock, onEnd: fail, record: recorderFor(flags.record) });
        return once ? { running, finished: Promise.resolve(0) } : { running };
      },
      ['SIGINT', 'SIGTERM'],
    ),
});

/** The command; `--longhelp` prints the flags and the reference of labels and templates. */
export const lb: Command = async (args, terminal, row) => {
  if (!args.includes('--longhelp')) return await lbCommand(expandLbArgs(args), terminal, row);
  await lbCommand(['--help'], terminal, row);
  terminal.out(`\n${referencePage()}`);
  return 0;
};
