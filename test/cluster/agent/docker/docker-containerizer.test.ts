/**
 * The contract of the Docker containerizer with a real engine, which is started once for all tests.
 */

import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Container } from '../../../../cluster/agent/containerizer/port';
import type { ContainerSpec } from '../../../../cluster/agent/core/state/container-spec';
import type { Resource } from '../../../../cluster/api/generated/mesos';
import { eventually } from '../../../e2e/eventually';
import { buildImage, busyboxLayer } from '../containerizer/images/image-builder';
import { basicAuthentication, RegistryServer } from '../containerizer/images/registry-server';
import { DockerPlace, scalar } from './docker-place';
import { hasEngine, IMAGE, TestEngine } from './test-engine';

jest.setTimeout(120_000);

const check = hasEngine ? it : it.skip;
let engine: TestEngine;
let place: DockerPlace;
beforeAll(async () => {
  if (hasEngine) engine = await TestEngine.start('--live-restore');
});
afterAll(async () => {
  await engine?.close();
});
beforeEach(() => {
  if (hasEngine) place = new DockerPlace(engine);
});
afterEach(() => place?.close());

const PORTS: Resource = { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 31000, end: 31010 }] } };
/** Time that an engine has for an answer in tests of one that hangs. */
const HUNG_MS = 700;
const WAIT = 'trap "exit 3" TERM; touch ready; while :; do sleep 0.1; done';

const nameOf = ({ containerId }: ContainerSpec): string => `mesos-${containerId}`;

function inspect(spec: ContainerSpec, format: string): unknown {
  return JSON.parse(engine.docker('inspect', '--format', `{{json ${format}}}`, nameOf(spec)));
}

const inSandbox = (command: string): string => `cd $MESOS_SANDBOX; ${command}`;

async function ready({ directory }: ContainerSpec): Promise<void> {
  await eventually('the program', () => existsSync(join(directory, 'ready')));
}

describe('Docker containers', () => {
  check('have the values of secrets in variables, which nobody else is told', async () => {
    const secretsDir = join(place.root, 'secrets');
    mkdirSync(secretsDir, { mode: 0o700 });
    writeFileSync(join(secretsDir, 'db'), 'hunter2', { mode: 0o600 });
    const containers = await place.agent({ secrets_dir: secretsDir });
    const reference = (name: string) => ({ type: 'REFERENCE', reference: { name } }) as const;
    const lines = { type: 'VALUE', value: { data: Buffer.from('a\nb').toString('base64') } } as const;
    const withSecrets = (name: string): Partial<ContainerSpec> => ({
      command: {
        value: inSandbox(`echo "$KEY $LINES"; ${WAIT}`),
        environment: {
          variables: [
            { name: 'KEY', type: 'SECRET', secret: reference(name) },
            { name: 'LINES', type: 'SECRET', secret: lines },
          ],
        },
      },
    });
    const spec = place.spec('', {}, withSecrets('db'));
    const container = await containers.launch(spec);
    await ready(spec);
    expect(place.output(spec)).toBe('hunter2 a\nb\n');
    const text = (await container.inspection?.()) ?? '';
    expect(text).toContain('KEY=***');
    expect(text).not.toContain('hunter2');
    await containers.destroy(spec.containerId);
    await expect(containers.launch(place.spec('', {}, withSecrets('gone')))).rejects.toThrow(
      "Secret 'gone' is not there",
    );
  });

  check('run, and tell how they ended, with plain output in the sandbox', async () => {
    const containers = await place.agent();
    const spec = place.spec('echo out; echo err >&2; exit 7');
    const container = await containers.launch(spec);
    expect(await container.ended).toEqual({ status: { code: 7 }, message: '' });
    expect(place.output(spec)).toBe('out\n');
    expect(place.output(spec, 'stderr')).toBe('err\n');
    expect(statSync(join(spec.directory, 'stdout')).mode & 0o777).toBe(0o640);
    expect(engine.containers()).toEqual([`${nameOf(spec)} exited`]);
    await containers.destroy(spec.containerId);
    expect(await containers.wait(spec.containerId)).toBeUndefined();
  });

  check('have output of the agent without --switch_user, and of their user with it', async () => {
    const owner = async (isSwitched: boolean): Promise<number> => {
      const containers = await place.agent({ switch_user: isSwitched });
      const spec = place.spec('true', {}, { user: 'nobody' });
      await (await containers.launch(spec)).ended;
      await containers.destroy(spec.containerId);
      await eventually('its removal', () => engine.containers().length === 0);
      return statSync(join(spec.directory, 'stdout')).uid;
    };
    expect(await owner(false)).toBe(process.getuid?.());
    expect(await owner(true)).toBe(65_534);
  });

  check('run the command of their image, with arguments, or one of their own without a shell', async () => {
    const containers = await place.agent();
    const ofImage = place.spec(undefined);
    const ofTask = place.spec(
      '',
      {},
      { command: { shell: false, value: 'echo', arguments: ['a b', '$HOME'] } },
    );
    for (const spec of [ofImage, ofTask]) {
      expect((await (await containers.launch(spec)).ended).status).toEqual({ code: 0 });
      await containers.destroy(spec.containerId);
    }
    expect([place.output(ofImage), place.output(ofTask)]).toEqual(['of the image\n', 'a b $HOME\n']);
  });

  check('have their variables, limits, host name and any option of docker run', async () => {
    const containers = await place.agent({ cgroups_enable_cfs: true });
    const variables = [
      { name: 'PLAIN', value: 'a "b" $c' },
      { name: 'LINES', value: 'x\ny' },
    ];
    const parameters = Object.entries({
      label: 'who=me',
      env: 'ADDED=1',
      ulimit: 'nofile=100:200',
      'cap-drop': 'NET_RAW',
      workdir: '/bin',
      rm: 'false',
    }).map(([key, value]) => ({ key, value }));
    const script = 'echo "$PLAIN|$LINES|$ADDED|$MESOS_SANDBOX|$PATH"; pwd; hostname; ulimit -n; sleep 1000';
    const spec = place.spec(
      '',
      { network: 'BRIDGE', parameters },
      {
        command: { value: script, environment: { variables } },
      },
    );
    const hosted = {
      ...spec,
      container: { ...spec.container, type: 'DOCKER', hostname: 'h1' },
    } as ContainerSpec;
    await containers.launch(hosted);
    const lines = await eventually('the output', () => {
      const all = place.output(spec).split('\n');
      return all.length > 4 && all;
    });
    const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    expect(lines.slice(0, 5)).toEqual(['a "b" $c|x', `y|1|/mnt/mesos/sandbox|${path}`, '/bin', 'h1', '100']);
    expect(inspect(spec, '.Config.Labels')).toMatchObject({ who: 'me', 'meseta.work_dir': place.workDir });
    const { CpuShares, CpuQuota, Memory, CapDrop } = inspect(spec, '.HostConfig') as Record<string, unknown>;
    expect([CpuShares, CpuQuota, Memory]).toEqual([102, 10_000, 64 * 1024 * 1024]);
    expect(String(CapDrop)).toContain('NET_RAW');
    await containers.destroy(spec.containerId);
  });

  check('have volumes of the host, of their sandbox and of their resources', async () => {
    const containers = await place.agent();
    const host = join(place.root, 'host');
    mkdirSync(host);
    const volume = join(place.workDir, 'volumes/roles/r/v1');
    mkdirSync(volume, { recursive: true });
    const disk = {
      persistence: { id: 'v1', principal: 'p' },
      volume: { mode: 'RW', container_path: 'data' },
    } as const;
    const spec = place.spec(
      inSandbox(
        'echo 1 > /rw/a; echo 2 > /ro/a || echo refused; echo 3 > data/a; echo 4 > /logs/a; echo 5 > own',
      ),
    );
    const volumes = [
      { mode: 'RW', container_path: '/rw', host_path: host },
      { mode: 'RO', container_path: '/ro', host_path: host },
      { mode: 'RW', container_path: '/logs', host_path: 'logs' },
    ] as const;
    const asked: ContainerSpec = {
      ...spec,
      container: { type: 'DOCKER', volumes, docker: { image: IMAGE, network: 'NONE' } },
      resources: [...spec.resources, { ...scalar('disk', 10), reservations: [{ role: 'r' }], disk }],
    };
    expect((await (await containers.launch(asked)).ended).status).toEqual({ code: 0 });
    expect(place.output(spec)).toBe('refused\n');
    const read = (...path: string[]): string => readFileSync(join(...path), 'utf8').trim();
    expect(read(host, 'a')).toBe('1');
    expect(read(volume, 'a')).toBe('3');
    expect(read(spec.directory, 'logs/a')).toBe('4');
    expect(read(spec.directory, 'own')).toBe('5');
    await containers.destroy(spec.containerId);
  });

  check('answer at ports of the host, tell their address, and what they use', async () => {
    const containers = await place.agent();
    const port_mappings = [{ host_port: 31_001, container_port: 80 }];
    const spec = place.spec(
      'mkdir /www; echo hello > /www/index.html; httpd -f -p 80 -h /www',
      { network: 'BRIDGE', port_mappings },
      { resources: [scalar('cpus', 0.2), scalar('mem', 96), PORTS] },
    );
    const container = await containers.launch(spec);
    const { network_infos = [] } = await container.status();
    const address = network_infos[0]?.ip_addresses?.[0]?.ip_address ?? '';
    expect(address).toMatch(/^172\./);
    const answer = await eventually('an answer', () => {
      try {
        return (
          engine.host.fetch('http://127.0.0.1:31001/') === 'hello\n' &&
          engine.host.fetch(`http://${address}/`)
        );
      } catch {
        return false;
      }
    });
    expect(answer).toBe('hello\n');
    expect(JSON.parse((await container.inspection?.()) ?? '')[0]).toMatchObject({ Name: `/${nameOf(spec)}` });
    const usage = await container.usage();
    expect(usage.mem_rss_bytes).toBeGreaterThan(0);
    expect(usage).toMatchObject({ cpus_soft_limit: 0.1, mem_limit_bytes: 64 * 1024 * 1024 });
    await containers.destroy(spec.containerId);
  });

  check('join a network of a user by its name', async () => {
    engine.docker('network', 'create', '--subnet', '10.253.7.0/24', 'own');
    const containers = await place.agent();
    const spec = place.spec('sleep 1000');
    const network_infos = [{ name: 'own', labels: { labels: [{ key: 'k', value: 'v' }] } }];
    const docker = { image: IMAGE, network: 'USER' } as const;
    const container = await containers.launch({
      ...spec,
      container: { type: 'DOCKER', network_infos, docker },
    });
    expect((await container.status()).network_infos).toEqual([
      { ...network_infos[0], ip_addresses: [{ ip_address: '10.253.7.2' }] },
    ]);
    await containers.destroy(spec.containerId);
    engine.docker('network', 'rm', 'own');
  });

  check('end by the signal that they want, and by force', async () => {
    const containers = await place.agent();
    const polite = place.spec(inSandbox('trap "exit 5" USR1; touch ready; while :; do sleep 0.1; done'), {
      parameters: [{ key: 'stop-signal', value: 'SIGUSR1' }],
    });
    const asked = await containers.launch(polite);
    await ready(polite);
    await asked.signal('SIGTERM');
    expect((await asked.ended).status).toEqual({ code: 5 });
    const stubborn = place.spec('trap "" TERM; while :; do sleep 1; done');
    const killed = await containers.launch(stubborn);
    await killed.signal('SIGKILL');
    expect((await killed.ended).status).toEqual({ code: 137 });
    const destroyed = place.spec('sleep 1000');
    await containers.launch(destroyed);
    expect((await containers.destroy(destroyed.containerId))?.status).toEqual({ code: 137 });
    for (const { containerId } of [polite, stubborn]) await containers.destroy(containerId);
  });

  check('run commands in them, such as for checks', async () => {
    const containers = await place.agent();
    const spec = place.spec(inSandbox('export HIDDEN=1; touch ready; sleep 1000'));
    const container = await containers.launch(spec);
    await ready(spec);
    const run = (script: string) =>
      container.exec({ file: '/bin/sh', arguments: ['sh', '-c', script], environment: { OWN: 'x' } });
    expect(await (await run('test "$OWN$MESOS_SANDBOX" = x/mnt/mesos/sandbox && exit 4')).ended).toEqual({
      code: 4,
    });
    const endless = await run('sleep 1000');
    await endless.destroy();
    expect(await endless.ended).toEqual({ code: 137 });
    await containers.destroy(spec.containerId);
  });

  check('are not launched without their image, or with a command that is not there', async () => {
    const containers = await place.agent();
    const nowhere = containers.launch(place.spec('true', { image: '127.0.0.1:1/none' }));
    await expect(nowhere).rejects.toThrow(
      /^Failed to run 'docker -H unix:.*docker.sock pull 127.0.0.1:1\/none:latest': exited with status 1; stderr='.*refused/s,
    );
    const metadata = containers.launch(place.spec('true', { image: '169.254.169.254/none' }));
    await expect(metadata).rejects.toThrow(
      "Failed to pull '169.254.169.254/none:latest': 169.254.169.254 is a link-local",
    );
    const missing = place.spec('', {}, { command: { shell: false, value: '/not/there' } });
    await expect(containers.launch(missing)).rejects.toThrow(/exited with status 127; stderr='.*not\/there/s);
    const shared = place.spec('true', {
      port_mappings: [{ host_port: 1, container_port: 1 }],
      network: 'HOST',
    });
    await expect(containers.launch(shared)).rejects.toThrow(
      'Port mappings are only supported for bridge and user-defined networks',
    );
  });

  check('that run out of memory say so', async () => {
    const containers = await place.agent();
    const spec = place.spec(
      'x=a; while :; do x=$x$x; done',
      {},
      { resources: [scalar('cpus', 1), scalar('mem', 64)] },
    );
    expect(await (await containers.launch(spec)).ended).toMatchObject({
      status: { code: 137 },
      state: 'TASK_FAILED',
      reason: 'REASON_CONTAINER_LIMITATION_MEMORY',
      message: 'Memory limit exceeded: Requested: 32MB',
    });
    await containers.destroy(spec.containerId);
  });

  check('of executors get what their tasks bring', async () => {
    const containers = await place.agent();
    const spec = place.spec('sleep 1000', {}, { taskId: undefined, environment: { MESOS_EXECUTOR_ID: 'e' } });
    await containers.launch(spec);
    const resources = [scalar('cpus', 2), scalar('mem', 256)];
    await containers.update(spec.containerId, { resources, limits: { cpus: 3 } });
    const { CpuShares, CpuQuota, Memory } = inspect(spec, '.HostConfig') as Record<string, unknown>;
    expect([CpuShares, CpuQuota, Memory]).toEqual([2048, 300_000, 256 * 1024 * 1024]);
    expect(inspect(spec, '.Config.Env')).toContain('MESOS_EXECUTOR_ID=e');
    await containers.destroy(spec.containerId);
  });
});

describe('images of a registry', () => {
  let registry: RegistryServer;
  let close: () => Promise<void>;
  beforeAll(async () => {
    if (!hasEngine) return;
    registry = await RegistryServer.start();
    registry.push(
      'own/app:latest',
      buildImage({ layers: [busyboxLayer()], config: { Cmd: ['echo', 'own'] } }),
    );
    close = await engine.passOn(Number(registry.host.split(':')[1]));
  });
  afterAll(async () => {
    await close?.();
    await registry?.close();
  });

  const credentialsFor = (credentials: string): string =>
    JSON.stringify({ auths: { [registry.host]: { auth: Buffer.from(credentials).toString('base64') } } });

  check('are pulled with the credentials of the agent, or those in the sandbox', async () => {
    registry.handler = basicAuthentication('user:password');
    const image = `${registry.host}/own/app`;
    const strangers = await place.agent({ docker_config: credentialsFor('user:wrong') });
    await expect(strangers.launch(place.spec(undefined, { image }))).rejects.toThrow(
      /pull .*exited with status 1/,
    );
    const sandboxed = place.spec(undefined, { image });
    mkdirSync(join(sandboxed.directory, '.docker'), { recursive: true });
    writeFileSync(join(sandboxed.directory, '.docker/config.json'), credentialsFor('user:password'));
    await (await strangers.launch(sandboxed)).ended;
    expect(place.output(sandboxed)).toBe('own\n');
    await strangers.destroy(sandboxed.containerId);
    const friends = await place.agent({ docker_config: credentialsFor('user:password') });
    // A container that the last agent has not removed is an orphan.
    await friends.recover([]);
    const pulls = registry.requests.length;
    const forced = place.spec(undefined, { image, force_pull_image: true });
    const present = place.spec(undefined, { image });
    for (const spec of [forced, present]) {
      expect((await (await friends.launch(spec)).ended).status).toEqual({ code: 0 });
      await friends.destroy(spec.containerId);
      if (spec === forced) expect(registry.requests.length).toBeGreaterThan(pulls);
    }
    engine.docker('rmi', '--force', `${image}:latest`);
  });

  check('that never come are given up with their container', async () => {
    registry.handler = (request) => request.url?.includes('/blobs/') === true;
    registry.requests.length = 0;
    const containers = await place.agent();
    const spec = place.spec(undefined, { image: `${registry.host}/own/app` });
    const launching = containers.launch(spec);
    const refused = expect(launching).rejects.toThrow('Container destroyed while fetching');
    await eventually('the pull', () => registry.requests.some((line) => line.includes('/blobs/')));
    await containers.destroy(spec.containerId);
    await refused;
  });
});

describe('after the end of their agent, Docker containers', () => {
  check('go on, and those that ended meanwhile tell how; orphans are ended', async () => {
    const first = await place.agent();
    const running = place.spec(inSandbox(`echo before; ${WAIT}`));
    const ended = place.spec(inSandbox('touch ready; sleep 0.5; exit 9'));
    const unwanted = place.spec('sleep 1000');
    for (const spec of [running, ended, unwanted]) await first.launch(spec);
    await ready(running);
    const [orphan, foreign] = [randomUUID(), randomUUID()].map((id) => `mesos-${id}`);
    engine.docker('run', '-d', '--name', `${orphan}`, IMAGE, 'sleep', '1000');
    engine.docker(
      'run',
      '-d',
      '--name',
      `${foreign}`,
      '--label',
      'meseta.work_dir=/other',
      IMAGE,
      'sleep',
      '1000',
    );
    const second = await place.agent();
    await eventually('the end', () => engine.containers().includes(`${nameOf(ended)} exited`));
    const adopted = await second.recover([running.containerId, ended.containerId, 'never']);
    const byId = new Map(adopted.map((container): [string, Container] => [container.id, container]));
    expect((await byId.get(ended.containerId)?.ended)?.status).toEqual({ code: 9 });
    expect(
      engine
        .containers()
        .filter((line) => !line.includes(ended.containerId))
        .toSorted(),
    ).toEqual([`${foreign} running`, `${nameOf(running)} running`].toSorted());
    expect(byId.get(running.containerId)?.pid).toBe(inspect(running, '.State.Pid'));
    await byId.get(running.containerId)?.signal('SIGTERM');
    expect((await byId.get(running.containerId)?.ended)?.status).toEqual({ code: 3 });
    expect(place.output(running)).toBe('before\n');
    for (const { containerId } of [running, ended, unwanted]) await second.destroy(containerId);
    engine.docker('rm', '-f', `${foreign}`);
  });
});

describe('while their engine is away, Docker containers', () => {
  check('go on, are not launched, and are followed again when it is back', async () => {
    const containers = await place.agent();
    const spec = place.spec(
      inSandbox('touch ready; until test -e go; do sleep 0.1; done; echo after; exit 6'),
    );
    const container = await containers.launch(spec);
    await ready(spec);
    await engine.end('SIGKILL');
    await expect(containers.launch(place.spec('true'))).rejects.toThrow('Is the docker daemon running?');
    const third = await place.agent();
    const [adopted] = await third.recover([spec.containerId]);
    expect(adopted?.pid).toBe(container.pid);
    await engine.run('--live-restore');
    writeFileSync(join(spec.directory, 'go'), '');
    expect((await adopted?.ended)?.status).toEqual({ code: 6 });
    expect(place.output(spec)).toBe('after\n');
    await third.destroy(spec.containerId);
  });

  check('are ended by their agent, and tell their end when the engine ends them', async () => {
    const containers = await place.agent();
    const parameters = [{ key: 'stop-timeout', value: '0' }];
    const [destroyed, lost] = [place.spec('sleep 1000'), place.spec('sleep 1000', { parameters })];
    await containers.launch(destroyed);
    const container = await containers.launch(lost);
    await engine.end('SIGKILL');
    expect((await containers.destroy(destroyed.containerId))?.status).toEqual({ code: 137 });
    // Without live-restore an engine ends at its start what it finds.
    await engine.run();
    expect((await container.ended).status).toEqual({ code: 137 });
    await containers.destroy(lost.containerId);
    await eventually('the removal', () => engine.containers().length === 0);
  });

  check('end by signals and by force while it hangs, and are removed when it goes on', async () => {
    const patient = await place.agent();
    const signalled = place.spec('sleep 1000');
    const destroyed = place.spec('sleep 1000');
    const adopted = place.spec('sleep 1000');
    const ids = [signalled, destroyed, adopted].map(({ containerId }) => containerId);
    for (const spec of [signalled, destroyed, adopted]) await patient.launch(spec);
    const hung = await place.agent({}, HUNG_MS);
    engine.signal('SIGSTOP');
    try {
      const containers = await hung.recover(ids);
      const container = containers.find(({ id }) => id === signalled.containerId);
      const refused = expect(hung.launch(place.spec('true'))).rejects.toThrow(
        'Is the docker daemon running?',
      );
      const killed = hung.destroy(destroyed.containerId);
      await container?.signal('SIGKILL');
      expect((await container?.ended)?.status).toEqual({ code: 137 });
      expect((await killed)?.status).toEqual({ code: 137 });
      await refused;
      await hung.destroy(signalled.containerId);
    } finally {
      engine.signal('SIGCONT');
    }
    await eventually('the removal', () => engine.containers().length === 1);
    const next = await place.agent();
    expect((await next.recover(ids))[0]?.pid).toBe(inspect(adopted, '.State.Pid'));
    await next.destroy(adopted.containerId);
  });
});
