import { systemClock } from '../../../cluster/runtime/clock';
import { parseFlags } from '../../../cluster/runtime/config/flags';
import { silentLogger } from '../../../cluster/runtime/log';
import { runFlags } from '../../../frameworks/run/config';
import { runTasks, warningWhile } from '../../../frameworks/run/main';

const parsed = (args: readonly string[]) =>
  parseFlags(runFlags, { command: 'meseta run', about: '', args, env: {} }).flags;
const deps = { clock: systemClock(), log: silentLogger, out: () => undefined };

describe('runTasks', () => {
  test.each(['[1]', '{"A": 1}', 'null', '{"A": {"B": "c"}}'])('refuses the variables %s', async (env) => {
    const flags = parsed(['--name=a', '--command=true', `--env=${env}`]);
    await expect(runTasks(flags, deps)).rejects.toThrow('--env: expected an object of strings');
  });

  test.each(['--package=/p', '--hadoop=/h', '--hdfs=nn:9000', '--overwrite', '--appc_image=a'])(
    'refuses %s with the reason',
    async (flag) => {
      const [name] = flag.split('=');
      await expect(runTasks(parsed(['--name=a', '--command=true', flag]), deps)).rejects.toThrow(
        `${name} is not supported: `,
      );
    },
  );

  test('has every flag of mesos-execute, and those of all client commands', () => {
    const flags =
      'master task task_group name shell command env resources hadoop hdfs package overwrite checkpoint appc_image docker_image framework_capabilities containerizer effective_capabilities bounding_capabilities rlimits role kill_after networks principal secret volumes content_type tty partition_aware';
    const ofAllCommands = ['credentials', 'token', 'ca', 'insecure'];
    expect(Object.keys(runFlags).toSorted()).toEqual([...flags.split(' '), ...ofAllCommands].toSorted());
  });

  test('refuses a master in ZooKeeper', async () => {
    const flags = parsed(['--name=a', '--command=true', '--master=zk://127.0.0.1:2181/mesos']);
    await expect(runTasks(flags, deps)).rejects.toThrow('--master: expected an address');
  });
});

test('the end of the connection is no warning after the framework was torn down', () => {
  const warnings: string[] = [];
  let isTornDown = false;
  const recorder = { ...silentLogger, warn: (_fields: object, text: string) => void warnings.push(text) };
  const log = warningWhile(recorder, () => !isTornDown);
  log.warn({}, 'no connection');
  isTornDown = true;
  log.warn({}, 'no connection');
  expect(warnings).toEqual(['no connection']);
});
