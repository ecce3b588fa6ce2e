/**
 * Containers with images on this machine, as root, from a registry of the test's own. Without root, a runtime, skopeo, umoci
 * or busybox these tests are skipped.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MesosContainerizer } from '../../../../../cluster/agent/containerizer/containerizer';
import type { ContainerSpec } from '../../../../../cluster/agent/core/state/container-spec';
import type { CommandInfo, Resource, Secret, Volume } from '../../../../../cluster/api/generated/mesos';
import { startTime } from '../../../../../cluster/runtime/processes';
import { Host, hasPlugins } from '../network/host';
import { buildImage, busyboxLayer, layer } from './image-builder';
import { hasImages, ImagePlace } from './image-place';
import { basicAuthentication, RegistryServer } from './registry-server';

const check = hasImages ? it : it.skip;
const busybox = hasImages ? busyboxLayer() : Buffer.alloc(0);
const PATH = 'PATH=/bin';
let place: ImagePlace;
let registry: RegistryServer;

beforeEach(async () => {
  place = new ImagePlace();
  registry = await RegistryServer.start();
  registry.push('app:1', buildImage({ layers: [busybox], config: { Env: [PATH] } }));
});
afterEach(async () => {
  await registry.close();
  await place.close();
});

const agent = (...args: readonly string[]): Promise<MesosContainerizer> =>
  place.agent(`--docker_registry=http://${registry.host}`, ...args);

/** Runs a shell command in an image, and gives its output. */
async function output(containers: MesosContainerizer, spec: ContainerSpec): Promise<string> {
  const { status, message } = await place.run(containers, spec);
  expect([status, message, place.output(spec, 'stderr')]).toEqual([{ code: 0 }, '', '']);
  return place.output(spec);
}

const upper = (): Buffer => layer({ 'bin/.wh.pwd': '', 'd/.wh..wh..opq': '', 'd/b': '2' });

describe.each(['overlay', 'copy'])('the backend %s', (backend) => {
  check('runs a program in the file system of its image, of which nothing changes', async () => {
    const config = { Env: [PATH, 'HELLO=image', 'OWN=image', 'MESOS_SANDBOX=/'], WorkingDir: '/d' };
    const layers = [busybox, layer({ 'd/a': '1', 'bin/pwd': 'old' }), upper()];
    registry.push('team/app:1', buildImage({ layers, config }));
    const containers = await agent(`--image_provisioner_backend=${backend}`);
    const variables = [{ name: 'OWN', value: 'task' }];
    for (const round of [1, 2]) {
      const value = `echo $HELLO $OWN $MESOS_SANDBOX ${round}; ls; ls /bin/pwd 2>&1; echo b > b; echo kept > /mnt/mesos/sandbox/file`;
      const spec = place.imageSpec('team/app:1', value, {
        command: { value, environment: { variables } },
        environment: { PATH: '/usr/bin', OWN: 'task' },
      });
      expect(await output(containers, spec)).toBe(
        `image task /mnt/mesos/sandbox ${round}\nb\nls: /bin/pwd: No such file or directory\n`,
      );
      expect(place.output(spec, 'file')).toBe('kept\n');
    }
  });

  check('opens no device of an image', async () => {
    const devices = layer({}, (folder) => {
      execFileSync('mknod', [join(folder, 'zero'), 'c', '1', '5']);
    });
    registry.push('devices:1', buildImage({ layers: [busybox, devices], config: { Env: [PATH] } }));
    const containers = await agent(`--image_provisioner_backend=${backend}`);
    const spec = place.imageSpec('devices:1', 'head -c 1 /zero; head -c 1 /dev/zero | wc -c');
    await place.run(containers, spec);
    expect(place.output(spec, 'stderr')).toMatch(/zero: Permission denied/);
  });
});

describe('the program of a container with an image', () => {
  const config = { Env: [PATH], Entrypoint: ['/bin/echo', 'entry'], Cmd: ['default'] };

  check('is what task and image say, and nothing of the image with --docker_ignore_runtime', async () => {
    registry.push('entry:1', buildImage({ layers: [busybox], config }));
    const containers = await agent();
    const outputOf = (command: CommandInfo) =>
      output(containers, place.imageSpec('entry:1', '', { command }));
    expect(await outputOf({ shell: false })).toBe('entry default\n');
    expect(await outputOf({ shell: false, arguments: ['own'] })).toBe('entry own\n');
    expect(await outputOf({ shell: false, value: '/bin/echo', arguments: ['echo', 'value'] })).toBe(
      'value\n',
    );
    expect(await outputOf({ value: 'echo shell' })).toBe('shell\n');
    const spec = place.imageSpec('entry:1', '', { command: { shell: false } });
    await expect((await agent('--docker_ignore_runtime')).launch(spec)).rejects.toThrow(
      'No executable is found',
    );
  });

  check('runs as the user that the image asks for, who owns the sandbox', async () => {
    registry.push('user:1', buildImage({ layers: [busybox], config: { Env: [PATH], User: 'app:team' } }));
    const spec = place.imageSpec('user:1', 'id; touch $MESOS_SANDBOX/own', { user: 'root' });
    expect(await output(await agent(), spec)).toBe('uid=1234(app) gid=1300(team) groups=1300(team)\n');
  });

  check('runs as a user that only the image knows, but not as its root', async () => {
    const containers = await agent();
    const named = place.imageSpec('app:1', 'id', { command: { value: 'id', user: 'app' }, user: 'app' });
    expect(await output(containers, named)).toBe(
      'uid=1234(app) gid=1235(apps) groups=1235(apps),1300(team)\n',
    );
    const evil = place.imageSpec('app:1', 'id', { command: { value: 'id', user: 'evil' }, user: 'evil' });
    await expect(containers.launch(evil)).rejects.toThrow("the image makes 'evil' root");
  });

  check('has the files of the network, whatever is at their place in the image', async () => {
    const links = layer({
      'etc/hosts': { to: '../../../../../../tmp/x' },
      'etc/resolv.conf': { to: '/run/no' },
    });
    registry.push('links:1', buildImage({ layers: [busybox, links], config: { Env: [PATH] } }));
    const spec = place.imageSpec(
      'links:1',
      'cat /etc/hosts; ls /dev/null /dev/pts/ptmx /proc/self/exe > /dev/null',
    );
    expect(await output(await agent(), spec)).toBe(readFileSync('/etc/hosts', 'utf8'));
  });

  check('is one that checks run beside, in its file system', async () => {
    const containers = await agent();
    const spec = place.imageSpec('app:1', 'while ! [ -e checked ]; do sleep 0.05; done');
    const container = await containers.launch(spec);
    const command = { file: 'touch', arguments: ['touch', 'checked'], environment: {} };
    expect(await (await container.exec(command)).ended).toEqual({ code: 0 });
    expect((await container.ended).status).toEqual({ code: 0 });
    await containers.destroy(spec.containerId);
  });
});

describe('an image with credentials of its own', () => {
  check('is pulled with them, from the message or from --secrets_dir', async () => {
    registry.handler = basicAuthentication('user:password');
    const auth = Buffer.from('user:password').toString('base64');
    const text = JSON.stringify({ auths: { [registry.host]: { auth } } });
    const secretsDir = join(place.root, 'secrets');
    mkdirSync(secretsDir, { mode: 0o700 });
    writeFileSync(join(secretsDir, 'registry'), text, { mode: 0o600 });
    const containers = await agent(`--secrets_dir=${secretsDir}`);
    const outputWith = (config: Secret, command: string): Promise<string> => {
      const image = { type: 'DOCKER', cached: false, docker: { name: 'app:1', config } } as const;
      const container = { type: 'MESOS', mesos: { image } } as const;
      return output(containers, place.spec(command, { container }));
    };
    const value: Secret = { type: 'VALUE', value: { data: Buffer.from(text).toString('base64') } };
    expect(await outputWith(value, 'echo value')).toBe('value\n');
    const reference = (name: string): Secret => ({ type: 'REFERENCE', reference: { name } });
    expect(await outputWith(reference('registry'), 'echo reference')).toBe('reference\n');
    await expect(outputWith(reference('gone'), 'true')).rejects.toThrow("Secret 'gone' is not there");
  });
});

describe('volumes in an image', () => {
  const container = (...volumes: readonly Volume[]) => ({ container: { type: 'MESOS', volumes } }) as const;

  check('are folders of the host, of the sandbox, and of images', async () => {
    const data = join(place.root, 'data');
    mkdirSync(data);
    writeFileSync(join(data, 'file'), 'host\n');
    registry.push('data:1', buildImage({ layers: [layer({ file: 'image\n' })] }));
    const image = { type: 'DOCKER', docker: { name: 'data:1' } } as const;
    const shared = { type: 'SANDBOX_PATH', sandbox_path: { type: 'SELF', path: 'own' } } as const;
    const value = [
      'cat /new/place/file host/file /image/file image/file',
      'echo own > /own/file; cat /mnt/mesos/sandbox/own/file',
      'echo w > /image/w; (echo w > image/w) 2>&1',
    ].join('; ');
    const spec = place.imageSpec('app:1', value, {
      command: { value: `${value}; true` },
      ...container(
        { mode: 'RO', container_path: '/new/place', host_path: data },
        { mode: 'RO', container_path: 'host', host_path: data },
        { mode: 'RW', container_path: '/image', image },
        { mode: 'RO', container_path: 'image', image },
        { mode: 'RW', container_path: '/own', source: shared },
      ),
    });
    expect(await output(await agent(), spec)).toBe(
      "host\nhost\nimage\nimage\nown\nsh: can't create image/w: Read-only file system\n",
    );
  });

  check('are images in the file system of the host, too', async () => {
    registry.push('data:1', buildImage({ layers: [layer({ file: 'image\n' })] }));
    const image = { type: 'DOCKER', docker: { name: 'data:1' } } as const;
    const spec = place.spec('cat data/file', container({ mode: 'RO', container_path: 'data', image }));
    expect(await output(await agent(), spec)).toBe('image\n');
  });

  check('are persistent ones, which outlive the container', async () => {
    const volume: Resource = {
      name: 'disk',
      type: 'SCALAR',
      scalar: { value: 64 },
      reservations: [{ type: 'DYNAMIC', role: 'web' }],
      disk: { persistence: { id: 'v1' }, volume: { mode: 'RW', container_path: 'data' } },
    };
    const path = join(place.workDir, 'volumes/roles/web/v1');
    mkdirSync(path, { recursive: true });
    const containers = await agent();
    const spec = place.imageSpec('app:1', 'echo kept > data/file', { resources: [volume] });
    expect(await output(containers, spec)).toBe('');
    expect(readFileSync(join(path, 'file'), 'utf8')).toBe('kept\n');
  });
});

check('containers of a group have images of their own, and share folders', async () => {
  const containers = await agent();
  registry.push(
    'other:1',
    buildImage({ layers: [busybox, layer({ name: 'other\n' })], config: { Env: [PATH] } }),
  );
  const parent = place.spec(undefined);
  await containers.launch(parent);
  const source = { type: 'SANDBOX_PATH', sandbox_path: { type: 'PARENT', path: 'shared' } } as const;
  const volumes = [{ mode: 'RW', container_path: 'shared', source }] as const;
  const nested = (id: string, image: string, value: string): ContainerSpec =>
    place.imageSpec(image, value, {
      containerId: `${parent.containerId}.${id}`,
      parent: parent.containerId,
      directory: join(parent.directory, 'containers', id),
      container: { type: 'MESOS', volumes },
    });
  const writer = nested('a', 'other:1', 'cat /name > shared/file');
  const reader = nested('b', 'app:1', 'cat shared/file; ls /name 2>&1 | cat');
  for (const spec of [writer, reader]) await (await containers.launch(spec)).ended;
  expect(place.output(reader)).toBe('other\nls: /name: No such file or directory\n');
  await containers.destroy(parent.containerId);
});

check('a session is in the file system of the container around it', async () => {
  const containers = await agent();
  registry.push(
    'other:1',
    buildImage({ layers: [busybox, layer({ name: 'other\n' })], config: { Env: [PATH] } }),
  );
  const parent = place.imageSpec('other:1', 'sleep 1000');
  await containers.launch(parent);
  const session = place.spec('cat /name; pwd; env | grep SANDBOX', {
    containerId: `${parent.containerId}.s`,
    parent: parent.containerId,
    directory: join(parent.directory, 'containers/s'),
    environment: {},
    isSession: true,
  });
  const container = await containers.launch(session);
  const io = await container.attach?.();
  let text = '';
  await new Promise<void>((resolve) => {
    const write = (_name: string, data: Buffer): boolean => {
      text += data.toString();
      return true;
    };
    io?.read({ write, ended: () => resolve() });
  });
  expect(text).toBe('other\n/mnt/mesos/sandbox\nMESOS_SANDBOX=/mnt/mesos/sandbox\n');
  await containers.destroy(parent.containerId);
});

check('a container whose run folder is lost is ended, with its file system', async () => {
  const containers = await agent();
  const spec = place.imageSpec('app:1', 'sleep 1000 & wait');
  const { pid = 0 } = await containers.launch(spec);
  const nested = { ...place.imageSpec('app:1', 'sleep 1000'), parent: spec.containerId };
  await containers.launch({
    ...nested,
    containerId: `${spec.containerId}.n`,
    directory: `${spec.directory}/n`,
  });
  const lost = `${place.runtimeDir}-lost`;
  renameSync(place.runtimeDir, lost);
  const next = await agent();
  expect(await next.recover([spec.containerId])).toEqual([]);
  expect(startTime(pid)).toBeUndefined();
  expect(place.leftovers()).toEqual([]);
  rmSync(lost, { recursive: true });
});

check('a container that is destroyed while its image is pulled waits for nobody', async () => {
  registry.handler = (_request, _reply, url) => url.pathname.includes('/blobs/');
  const containers = await agent();
  const spec = place.imageSpec('app:1', 'true');
  const launched = containers.launch(spec);
  while (registry.pulled.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  const begun = Date.now();
  const destroyed = containers.destroy(spec.containerId);
  await expect(launched).rejects.toThrow('Container destroyed while provisioning');
  await destroyed;
  // It would be given up after a minute.
  expect(Date.now() - begun).toBeLessThan(20_000);
});

const checkNetworks = hasPlugins ? check : it.skip;
checkNetworks('an image is in networks, with files of its own for them', async () => {
  const host = new Host();
  try {
    host.configure('web.conf', {
      cniVersion: '0.4.0',
      name: 'web',
      type: 'bridge',
      bridge: 'tst1',
      isGateway: true,
      ipam: host.ipam('10.254.4.0/24'),
    });
    place.more = [
      host.isolator({ root: join(place.runtimeDir, 'isolators/network/cni'), isKnown: () => true }),
    ];
    const spec = place.imageSpec('app:1', 'cat /etc/hosts /etc/hostname; hostname', {
      container: { type: 'MESOS', hostname: 'front', network_infos: [{ name: 'web' }] },
    });
    const containers = await agent('--isolation=filesystem/linux,docker/runtime,network/cni');
    expect(await output(containers, spec)).toBe('127.0.0.1 localhost\n10.254.4.2 front\nfront\nfront\n');
  } finally {
    await host.close();
  }
});

describe('the start of an agent with images', () => {
  const path = process.env['PATH'];
  afterEach(() => {
    process.env['PATH'] = path;
  });

  check('tells which tool is missing', async () => {
    process.env['PATH'] = '/nonexistent';
    await expect(agent()).rejects.toThrow(
      '--image_providers needs the program skopeo, which is not there: install skopeo, or leave the flag out',
    );
  });

  check('needs filesystem/linux', async () => {
    await expect(agent('--isolation=posix/cpu')).rejects.toThrow("'filesystem/linux' must be in --isolation");
  });

  check('needs a path that mounts can have', async () => {
    await expect(agent(`--docker_store_dir=${place.root}/a:b`)).rejects.toThrow(
      'has a sign that mounts cannot have',
    );
  });
});
