/**
 * `meseta emulate agents`: many agents that run nothing, for load tests of masters and frameworks.
 */

import type * as mesos from '../../cluster/api/generated/mesos';
import { startEmulatedAgents } from '../../cluster/emulator/main';
import { readResourceText } from '../../cluster/model/resource-text';
import { writeResources } from '../../cluster/model/resources';
import { systemClock } from '../../cluster/runtime/clock';
import { duration, integer, port, requiredText, text, UsageError } from '../../cluster/runtime/config/flags';
import { createLogger } from '../../cluster/runtime/log';
import { zkFlag } from '../../cluster/zookeeper/edge/flag';
import { flagCommand } from '../command';
import { runDaemon } from '../daemon';

const emulateFlags = {
  master: zkFlag(
    requiredText({
      help: 'the master as host:port, or where it is elected: zk://host:2181,.../path, or file://PATH',
      value: 'HOST:PORT|ZK_URL',
      env: 'MESOS_MASTER',
    }),
  ),
  'zk-session-timeout': duration({
    help: 'time without a word from ZooKeeper after which it is asked anew who leads',
    fallback: 10_000,
    fallbackText: '10secs',
    positive: true,
  }),
  count: integer({ help: 'how many agents', fallback: 100, min: 1, max: 1_000_000 }),
  ip: text({ help: 'IPv4 address to listen on', fallback: '127.0.0.1' }),
  port: port({ help: 'port that all of them share', fallback: 0 }),
  resources: text({
    help: 'what each offers',
    fallback: 'cpus:24;mem:65536;disk:1000000;ports:[31000-32000]',
  }),
  'task-time': duration({
    help: 'how long a task runs; 0secs for until it is killed',
    fallback: 0,
    fallbackText: '0secs',
  }),
  'task-spread': duration({ help: 'how much more or less', fallback: 0, fallbackText: '0secs' }),
  'registration-time': duration({
    help: 'time over which they register',
    fallback: 1000,
    fallbackText: '1secs',
  }),
};

const REPORT_MS = 2000;

export const emulateAgents = flagCommand({
  flags: emulateFlags,
  run: ({ flags }, terminal) =>
    runDaemon(terminal, async ({ fail }) => {
      const resources = readResourceText(flags.resources);
      if ('error' in resources) throw new UsageError(`--resources: ${resources.error}`);
      const options = {
        master: flags.master,
        sessionTimeoutMs: flags['zk-session-timeout'],
        count: flags.count,
        ip: flags.ip,
        port: flags.port,
        resources: writeResources(resources) as mesos.Resource[],
        taskMs: flags['task-time'],
        taskSpreadMs: flags['task-spread'],
        registrationBackoffMs: flags['registration-time'],
      };
      const running = await startEmulatedAgents(options, {
        log: createLogger({ level: 'warn' }),
        clock: systemClock(),
        onEnd: fail,
      });
      let last = '';
      const timer = setInterval(() => {
        const line = `${running.registered()} of ${flags.count} agents registered, ${running.tasks()} tasks\n`;
        if (line !== last) terminal.out(line);
        last = line;
      }, REPORT_MS);
      const stop = async (): Promise<void> => {
        clearInterval(timer);
        await running.stop();
      };
      return { running: { stop } };
    }),
});
