/**
 * Each daemon by itself: `meseta master`, `agent`, `executor`, `marathon`, `dns`, `lb`. They log to standard error.
 */

import { join } from 'node:path';
import { agentFlags } from '../../cluster/agent/config';
import { startAgent } from '../../cluster/agent/main';
import { executorConfig, startExecutor } from '../../cluster/executor/main';
import { masterFlags } from '../../cluster/master/config';
import { startMaster } from '../../cluster/master/main';
import { systemClock } from '../../cluster/runtime/clock';
import { logOptions } from '../../cluster/runtime/config/log-flags';
import type { Running } from '../../cluster/runtime/lifecycle';
import { createLogger } from '../../cluster/runtime/log';
import { MESETA_VERSION } from '../../cluster/runtime/version';
import { LocalStore } from '../../cluster/state/local';
import { MemoryStore } from '../../cluster/state/memory';
import type { StateStore } from '../../cluster/state/store';
import { dnsFlags, readDnsConfig } from '../../dns/config';
import { startDns } from '../../dns/main';
import { MARATHON_FLAGS, marathonConfig } from '../../frameworks/marathon/config';
import { startMarathon } from '../../frameworks/marathon/main';
import { expandLbArgs, lbFlags, readLbConfig } from '../../lb/config';
import { referencePage } from '../../lb/edge/reference/main';
import { startLb } from '../../lb/main';
import { hostedExecutors } from '../cluster/launcher';
import { recorderFor } from '../cluster/recorders';
import { type Command, flagCommand } from '../command';
import { runDaemon } from '../daemon';

const clock = systemClock();

/** Closes the store after what uses it. */
function withStore(running: Running, state: StateStore): Running {
  const stop = async (): Promise<void> => {
    await running.stop();
    await state.close();
  };
  return { stop };
}

/** Starts with a store; when that fails the store is closed again. */
async function startWith(state: StateStore, start: () => Promise<Running>): Promise<Running> {
  try {
    return withStore(await start(), state);
  } catch (error) {
    await state.close();
    throw error;
  }
}

export const master = flagCommand({
  flags: masterFlags,
  run: ({ flags }, terminal) =>
    runDaemon(terminal, async ({ fail }) => {
      const log = createLogger(logOptions(flags, 'mesos-master'));
      const isLocal = flags.zk === undefined && !flags.in_memory && flags.registry !== 'in_memory';
      const state = isLocal ? await LocalStore.open(join(flags.work_dir, 'state')) : new MemoryStore();
      const record = recorderFor(flags.record);
      const start = async (): Promise<Running> => {
        const running = await startMaster(flags, { log, clock, state, record, onResign: fail });
        log.info({ url: running.http.url }, 'the master listens');
        return running;
      };
      return { running: await startWith(state, start) };
    }),
});

export const agent = flagCommand({
  flags: agentFlags,
  run: ({ flags }, terminal) =>
    runDaemon(terminal, async ({ fail }) => {
      const log = createLogger(logOptions(flags, 'mesos-agent'));
      const launcher = hostedExecutors({ log, clock });
      const running = await startAgent(flags, {
        log,
        clock,
        launcher,
        record: recorderFor(flags.record),
        onEnd: fail,
      });
      log.info({ url: running.http.url }, 'the agent listens');
      return { running };
    }),
});

export const executor: Command = (_args, terminal) =>
  runDaemon(terminal, async () => {
    const running = startExecutor(executorConfig(terminal.env), { log: createLogger(), clock });
    return { running: { stop: () => running.destroy() }, finished: running.exited.then(() => 0) };
  });

export const marathon = flagCommand({
  flags: MARATHON_FLAGS,
  run: ({ flags }, terminal) =>
    runDaemon(terminal, async ({ fail }) => {
      const log = createLogger();
      const config = marathonConfig(flags);
      const state = await LocalStore.open(join(flags.work_dir, 'state'));
      const start = async (): Promise<Running> => {
        const running = await startMarathon(config, { log, clock, state, onResign: fail });
        log.info({ url: running.http.url }, 'Marathon listens');
        return running;
      };
      return { running: await startWith(state, start) };
    }),
});

export const dns = flagCommand({
  flags: dnsFlags,
  run: ({ flags }, terminal) =>
    runDaemon(terminal, async ({ fail }) => {
      const log = createLogger({ level: flags['log-level'] });
      const config = readDnsConfig(flags, { version: MESETA_VERSION });
      return { running: await startDns(config, { log, clock, onEnd: fail }) };
    }),
});

const lbCommand = flagCommand({
  flags: lbFlags,
  run: ({ flags }, terminal) =>
    runDaemon(terminal, async () => {
      const config = readLbConfig(flags, terminal.env);
      const running = await startLb(config, { log: createLogger({ level: flags['log-level'] }), clock });
      if (!config.sse || config.dry) return { running, finished: Promise.resolve(0) };
      // As marathon-lb: SIGHUP reads the apps again, SIGUSR1 loads the configuration again.
      process.on('SIGHUP', running.regenerate).on('SIGUSR1', running.reload);
      return { running };
    }, ['SIGINT', 'SIGTERM']),
});

/** `--longhelp` is all there is to know: flags, labels, templates and their texts. */
export const lb: Command = async (args, terminal, row) => {
  if (!args.includes('--longhelp')) return await lbCommand(expandLbArgs(args), terminal, row);
  await lbCommand(['--help'], terminal, row);
  terminal.out(`\n${referencePage()}`);
  return 0;
};
