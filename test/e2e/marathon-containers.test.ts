/**
 * Apps of each kind run: the examples of apps and one app with all the rest, through Marathon's API, on an agent with both
 * containerizers. Images come from the engine and the registries of the test.
 */

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isMounted } from '../../cluster/agent/containerizer/mount-points';
import { FakeDvdcli } from '../cluster/agent/containerizer/external-volumes/fake-dvdcli';
import { buildImage, busyboxLayer } from '../cluster/agent/containerizer/images/image-builder';
import { hasImages } from '../cluster/agent/containerizer/images/image-place';
import { basicAuthentication, RegistryServer } from '../cluster/agent/containerizer/images/registry-server';
import { hasPlugins, PLUGINS } from '../cluster/agent/containerizer/network/host';
import { hasEngine, TestEngine } from '../cluster/agent/docker/test-engine';
import { eventually } from './eventually';
import { AGENT, HostCluster, type Task } from './host-cluster';

jest.setTimeout(180_000);

const WAIT_MS = 60_000;
const ISOLATION =
  'filesystem/linux,docker/runtime,namespaces/ipc,volume/host_path,volume/secret,docker/volume';
const EXAMPLES = ['docker', 'image', 'network', 'volumes', 'fetch', 'secrets'];

const APPS = ['docker', 'image', 'network', 'volumes', 'fetched', 'secrets', 'everything'];

const example = (name: string): object =>
  JSON.parse(readFileSync(join(__dirname, '..', '..', 'examples', `${name}.json`), 'utf8')) as object;

/** An engine on a host, registries that the host reaches, and files for the tasks. */
class Stand {
  /** That of the cluster; all else is the engine's. */
  readonly folder = mkdtempSync(join(tmpdir(), 'meseta-apps-'));
  readonly files = join(this.folder, 'files');
  readonly dvdcli = new FakeDvdcli(join(this.folder, 'dvdcli'));

  private constructor(
    readonly engine: TestEngine,
    readonly registry: RegistryServer,
    readonly privateRegistry: RegistryServer,
    private readonly stops: readonly (() => Promise<void>)[],
  ) {
    mkdirSync(this.files);
  }

  static async start(): Promise<Stand> {
    const engine = await TestEngine.start();
    engine.docker('tag', 'busybox:test', 'busybox:1.36');
    const registries = [await RegistryServer.start(), await RegistryServer.start()] as const;
    const layers = [busyboxLayer()];
    const config = { Env: ['PATH=/bin'] };
    registries[0].push('busybox:1.36', buildImage({ layers, config }));
    registries[1].push('web:1', buildImage({ layers, config: { ...config, Entrypoint: ['/bin/sh'] } }));
    registries[1].handler = basicAuthentication('user:password');
    const stops = await Promise.all(registries.map(({ host }) => engine.passOn(Number(host.split(':')[1]))));
    return new Stand(engine, ...registries, stops);
  }

  /** A file for the agent's user alone. */
  private write(name: string, text: string): void {
    const path = join(this.files, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o600 });
  }

  /** Writes the files that the apps fetch and mount, and their secrets. */
  writeFiles(): void {
    const auth = Buffer.from('user:password').toString('base64');
    this.write('secrets/database/password', 'secret\n');
    this.write('secrets/registry', JSON.stringify({ auths: { [this.privateRegistry.host]: { auth } } }));
    this.write('text', 'a text\n');
    this.write('index/site/index.txt', 'of an archive\n');
    execFileSync('tar', ['czf', join(this.files, 'site.tar.gz'), '-C', join(this.files, 'index'), '.']);
    const sharedMemory = '$(mount | grep -c "/dev/shm.*size=16384k")';
    this.write('hello', `#!/bin/sh\necho "hello, $NAME: $PASSWORD; ${sharedMemory}"\n`);
  }

  /** A cluster whose agent has all that the apps need. */
  cluster(): HostCluster {
    const { host, socket } = this.engine;
    host.configureBridge('web', 'tst0', '10.254.5.0/24');
    return new HostCluster(host, {
      folder: this.folder,
      path: this.dvdcli.path,
      marathonFlags: ['--enable_features=secrets,external_volumes', '--hostname=127.0.0.1'],
      agentFlags: [
        '--containerizers=docker,mesos',
        `--docker_socket=${socket}`,
        '--docker_remove_delay=0secs',
        `--isolation=${ISOLATION}`,
        '--image_providers=docker',
        `--docker_registry=http://${this.registry.host}`,
        `--network_cni_config_dir=${host.configDir}`,
        `--network_cni_plugins_dir=${PLUGINS}`,
        `--secrets_dir=${join(this.files, 'secrets')}`,
        '--hostname=127.0.0.1',
        `--executor_environment_variables=${JSON.stringify({ PATH: `${dirname(process.execPath)}:/bin:/usr/bin` })}`,
      ],
      empty: ['containers', 'docker/containers', 'runc', 'isolators/network/cni'],
    });
  }

  async stop(): Promise<void> {
    for (const stop of this.stops) await stop();
    await this.registry.close();
    await this.privateRegistry.close();
    await this.engine.close();
    // An agent leaves the mount of its networks, which outlive it.
    const networks = join(this.folder, 'agent/run/isolators/network/cni');
    if (isMounted(networks)) execFileSync('umount', ['--lazy', networks]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** An app with an image that needs credentials, an archive, a program, a secret, shared memory and volumes. */
function everything({ files, privateRegistry }: Stand): object {
  const host = privateRegistry.host;
  return {
    id: '/everything',
    args: [
      '-c',
      'cat site/index.txt own/hosts mounted && echo kept > external/file && bin/hello && exec sleep 1000',
    ],
    cpus: 0.1,
    mem: 32,
    secrets: { pull: { source: 'registry' }, password: { source: 'database/password' } },
    env: { PASSWORD: { secret: 'password' }, NAME: 'world' },
    fetch: [
      { uri: `file://${files}/site.tar.gz` },
      { uri: `file://${files}/hello`, executable: true, destPath: 'bin/hello' },
      { uri: `file://${files}/text`, extract: false, cache: true, destPath: 'own/hosts' },
    ],
    container: {
      type: 'MESOS',
      docker: { image: `${host}/web:1`, forcePullImage: true, pullConfig: { secret: 'pull' } },
      linuxInfo: { ipcInfo: { mode: 'PRIVATE', shmSize: 16 } },
      volumes: [
        { containerPath: 'mounted', hostPath: `${files}/text`, mode: 'RO' },
        {
          containerPath: 'external',
          mode: 'RW',
          external: {
            name: 'vol',
            provider: 'dvdi',
            size: 5,
            options: { 'dvdi/driver': 'rexray', 'dvdi/iops': '100', 'dcos/label': 'x' },
          },
        },
      ],
    },
  };
}

const onMachine = hasEngine && hasImages && hasPlugins ? it : it.skip;

onMachine(
  'the examples of apps and an app with everything run, also over kill -9 of the agent (skipped without Docker, images and CNI)',
  async () => {
    const stand = await Stand.start();
    try {
      const { engine } = stand;
      stand.writeFiles();
      const cluster = stand.cluster();
      try {
        const agent = cluster.startAgent();
        for (const name of EXAMPLES) await cluster.createApp(example(name));
        await cluster.createApp(everything(stand));
        await expectServers(cluster);
        await expectOutputs(cluster);
        expect(stand.dvdcli.calls()).toEqual([
          'mount --volumedriver=rexray --volumename=vol --volumeopts=iops=100 --volumeopts=size=5',
        ]);
        expect(readFileSync(join(stand.dvdcli.stored('rexray', 'vol'), 'file'), 'utf8')).toBe('kept\n');

        const tasks = cluster.tasks();
        expect(tasks.map(({ state }) => state)).toEqual(APPS.map(() => 'TASK_RUNNING'));
        agent.kill('SIGKILL');
        await once(agent, 'exit');
        cluster.startAgent();
        const isBack = (): boolean => tasks.every(({ id }) => cluster.ask(`${AGENT}/state`).includes(id));
        await eventually('the agent', isBack, WAIT_MS);
        await expectServers(cluster);
        expect(cluster.tasks().map(({ id, state }) => [id, state])).toEqual(
          tasks.map(({ id }) => [id, 'TASK_RUNNING']),
        );
        expect(engine.containers()).toHaveLength(1);

        for (const app of APPS) cluster.deleteApp(app);
        await eventually('the end of all containers', () => cluster.containers().length === 0, WAIT_MS);
        await eventually('the removal', () => engine.containers().length === 0, WAIT_MS);
        expect(stand.dvdcli.isMounted('rexray', 'vol')).toBe(false);
      } finally {
        engine.clear();
        await cluster.stop();
      }
    } finally {
      await stand.stop();
    }
  },
);

/** The apps with ports answer at their own addresses and at ports of the host. */
async function expectServers(cluster: HostCluster): Promise<void> {
  const places = async (app: string): Promise<readonly [task: Task, address: string, places: string[]]> => {
    const task = await cluster.healthyTask(app);
    const [{ ipAddress = '' } = {}] = task.ipAddresses;
    return [task, ipAddress, [`${ipAddress}:80`, `127.0.0.1:${task.ports[0]}`]];
  };
  const [docker, bridged, ofDocker] = await places('docker');
  expect(bridged).toMatch(/^172\./);
  for (const place of ofDocker) expect(cluster.ask(place)).toBe(`hello from ${docker.id}\n`);
  const [, address, ofNetwork] = await places('network');
  expect(address).toMatch(/^10\.254\.5\./);
  for (const place of ofNetwork) expect(cluster.ask(place)).toBe(`hello from ${address}\n`);
  const [fetched] = await eventually('the fetched file', () => served(cluster, 'fetched'), WAIT_MS);
  expect(fetched).toBe(readFileSync('/etc/hosts', 'utf8'));
}

async function expectOutputs(cluster: HostCluster): Promise<void> {
  const output = async (app: string, text: string): Promise<string> =>
    await eventually(`${app} to print '${text}'`, () => printed(cluster, app, text), WAIT_MS);
  expect(await output('image', 'busybox from')).toMatch(/^busybox from \S+\n/);
  expect(await output('volumes', 'written by')).toContain(readFileSync('/etc/hosts', 'utf8'));
  expect(await output('secrets', 'characters')).toBe('7 characters in a variable, 6 in a file\n');
  expect(await output('everything', 'hello, ')).toBe(
    'of an archive\na text\na text\nhello, world: secret\n; 1\n',
  );
}

/** What the first task of an app has printed, once it has this text. */
function printed(cluster: HostCluster, app: string, text: string): string | undefined {
  const [task] = running(cluster, app);
  const output = task === undefined ? '' : cluster.outputOf(task.id);
  return output.includes(text) ? output : undefined;
}

/** The answer of the first task of an app, in a list; undefined while there is none. */
function served(cluster: HostCluster, app: string): readonly [string] | undefined {
  const [task] = running(cluster, app);
  const answer = task === undefined ? '' : cluster.ask(`127.0.0.1:${task.ports[0]}`);
  return answer === '' ? undefined : [answer];
}

function running(cluster: HostCluster, app: string): readonly Task[] {
  return cluster.tasks(app).filter(({ state }) => state === 'TASK_RUNNING');
}
