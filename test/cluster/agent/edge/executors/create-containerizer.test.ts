import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentFlags } from '../../../../../cluster/agent/config';
import {
  createContainerizer,
  runtimeFolder,
} from '../../../../../cluster/agent/edge/executors/create-containerizer';
import { systemClock } from '../../../../../cluster/runtime/clock';
import { parseFlags } from '../../../../../cluster/runtime/config/flags';
import { silentLogger } from '../../../../../cluster/runtime/log';

const workDir = mkdtempSync(join(tmpdir(), 'meseta-create-'));
afterAll(() => rmSync(workDir, { recursive: true, force: true }));

const create = (...args: string[]) => {
  const { flags } = parseFlags(agentFlags, {
    command: 'test',
    about: '',
    args: ['--master=127.0.0.1:1', ...args],
    env: {},
  });
  const runtimeDir = runtimeFolder(flags, workDir);
  const place = {
    workDir,
    runtimeDir,
    clock: systemClock(),
    log: silentLogger,
    sandboxEnded: () => undefined,
  };
  return createContainerizer(flags, place);
};

test('a runtime folder that cannot be made stops the start with the name of its flag', async () => {
  await expect(create('--runtime_dir=/proc/nothing/here')).rejects.toThrow(
    '--runtime_dir: /proc/nothing/here cannot be used',
  );
});

test('without a flag the runtime folder is in the work folder', async () => {
  const { containerizer, stop } = await create();
  expect(await containerizer.recover([])).toEqual([]);
  stop();
});

test('the metrics of its parts have the names of the original', async () => {
  const { metrics, stop } = await create();
  expect(metrics()).toEqual({
    'containerizer/fetcher/cache_size_total_bytes': 2 * 1024 ** 3,
    'containerizer/fetcher/cache_size_used_bytes': 0,
    'containerizer/fetcher/task_fetches_failed': 0,
    'containerizer/fetcher/task_fetches_succeeded': 0,
    'containerizer/mesos/container_destroy_errors': 0,
  });
  stop();
});

test('a program of Docker that is not there stops the start', async () => {
  await expect(create('--containerizers=docker', '--docker=/not/there')).rejects.toThrow(
    "--containerizers: Could not create DockerContainerizer: the program '/not/there' (--docker) cannot be run",
  );
});

test('a Docker container is for nobody where its containerizer is not on', async () => {
  const { containerizer, stop } = await create();
  const spec = {
    containerId: 'c',
    frameworkId: 'f',
    executorId: 'e',
    directory: '/nonexistent',
    user: undefined,
    command: undefined,
    environment: {},
    container: { type: 'DOCKER', docker: { image: 'i' } },
    resources: [],
    limits: {},
  } as const;
  await expect(containerizer.launch(spec)).rejects.toThrow('None of the enabled containerizers (mesos)');
  stop();
});
