import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Changes, Isolator } from '../../../../../cluster/agent/containerizer/isolators/isolator';
import {
  ipcChanges,
  ipcIsolator,
  ipcRefusal,
} from '../../../../../cluster/agent/containerizer/isolators/namespaces-ipc';
import {
  pidChanges,
  pidIsolator,
  pidRefusal,
} from '../../../../../cluster/agent/containerizer/isolators/namespaces-pid';
import { buildSpec } from '../../../../../cluster/agent/containerizer/oci/build-spec';
import type { ContainerSpec } from '../../../../../cluster/agent/core/state/container-spec';
import type { LinuxInfo } from '../../../../../cluster/api/generated/mesos';
import { Place, runtime } from '../place';

const place = new Place();
afterAll(() => place.close());

function asking(linux_info: LinuxInfo, parent?: string): ContainerSpec {
  return place.spec('true', { parent, container: { type: 'MESOS', linux_info } });
}

/** The namespaces and mounts that changes make, without those of every container. */
function made(changes: Changes): readonly string[] {
  const program = { file: 'x', arguments: ['x'] };
  const base = { root: '/r', directory: '/d', environment: {}, identity: undefined, umask: 0 };
  const { linux, mounts } = buildSpec(
    { ...base, program, cgroup: '/c', capabilities: [], holder: '/h', hasTerminal: false },
    [changes],
  );
  return [
    ...linux.namespaces.slice(1).map(({ type, path }) => (path === undefined ? type : `${type} ${path}`)),
    ...mounts.slice(1).map(({ destination, source, options }) => `${destination} ${source} ${options}`),
  ];
}

test.each<[string, ContainerSpec, number | undefined, readonly string[]]>([
  ['its own', asking({}), undefined, ['pid', '/proc proc nosuid,noexec,nodev']],
  ['its own when nested', asking({}, 'p'), 7, ['pid', '/proc proc nosuid,noexec,nodev']],
  ['that of the agent', asking({ share_pid_namespace: true }), undefined, []],
  [
    'that of its parent',
    asking({ share_pid_namespace: true }, 'p'),
    7,
    ['pid /proc/7/ns/pid', '/proc proc nosuid,noexec,nodev'],
  ],
])('a container gets a pid namespace: %s', (_name, spec, parent, expected) => {
  expect(made(pidChanges(spec, parent))).toEqual(expected);
});

test('the pid namespace of the agent may be forbidden, but to nested containers', () => {
  const forbidden = { disallowSharingAgent: true };
  expect(pidRefusal(asking({ share_pid_namespace: true }), forbidden)).toMatch('is not allowed');
  expect(pidRefusal(asking({ share_pid_namespace: true }, 'p'), forbidden)).toBeUndefined();
  expect(pidRefusal(asking({}), forbidden)).toBeUndefined();
});

const parent = { pid: 7, shm: '/run/p/shm' };
const joined = 'ipc /proc/7/ns/ipc';

test.each<[LinuxInfo, typeof parent | undefined, readonly string[]]>([
  [{}, undefined, ['ipc']],
  [{}, parent, [joined, '/dev/shm /run/p/shm rbind']],
  [{ ipc_mode: 'PRIVATE' }, undefined, ['ipc', '/dev/shm /run/c/shm rbind', '9 bytes']],
  [{ ipc_mode: 'PRIVATE', shm_size: 2 }, parent, ['ipc', '/dev/shm /run/c/shm rbind', '2097152 bytes']],
  [{ ipc_mode: 'SHARE_PARENT' }, undefined, []],
  [{ ipc_mode: 'SHARE_PARENT' }, parent, [joined, '/dev/shm /run/p/shm rbind']],
])('with %j in %j, the IPC of a container is %j', (linux_info, around, expected) => {
  const options = { defaultShmBytes: 9, shm: '/run/c/shm' };
  const changes = ipcChanges(asking(linux_info), around, options);
  const size = changes.shmBytes === undefined ? [] : [`${changes.shmBytes} bytes`];
  expect([...made(changes), ...size]).toEqual(expected);
});

test('a nested container uses the shared memory of the host where its parent does', () => {
  const changes = ipcChanges(asking({}), { pid: 7, shm: undefined }, { shm: '/run/c/shm' });
  expect(made(changes)).toEqual([joined]);
});

test.each<[LinuxInfo, string | undefined]>([
  [{ ipc_mode: 'UNKNOWN' }, 'Unknown IPC mode'],
  [{ shm_size: 4 }, 'Only support specifying the size of /dev/shm when the IPC mode is `PRIVATE`'],
  [{ ipc_mode: 'SHARE_PARENT' }, 'Sharing agent IPC namespace with top-level container is not allowed'],
  [{ ipc_mode: 'PRIVATE', shm_size: 4 }, undefined],
])('the IPC of %j is refused with %j', (linux_info, reason) => {
  expect(ipcRefusal(asking(linux_info), { disallowSharingAgent: true })).toBe(reason);
});

const ours = { disallowSharingAgent: false };
const withRuntime = 'path' in runtime ? test : test.skip;

withRuntime(
  'a container sees its own processes and shared memory alone; nested ones share by their wish',
  async () => {
    const containers = place.containerizer([pidIsolator(ours), ipcIsolator(ours)]);
    const script =
      'ls -d /proc/[0-9]* | wc -l; df --output=size /dev/shm | tail -1; ls /dev/shm; touch /dev/shm/seen';
    const linux_info = { ipc_mode: 'PRIVATE', shm_size: 1 } as const;
    const pod = place.spec(undefined, { containerId: 'pod', container: { type: 'MESOS', linux_info } });
    await containers.launch(pod);
    const nested = async (name: string, info: LinuxInfo): Promise<string> => {
      const spec = place.spec(script, {
        containerId: `pod.${name}`,
        parent: 'pod',
        directory: `${pod.directory}/containers/${name}`,
        container: { type: 'MESOS', linux_info: info },
      });
      await (await containers.launch(spec)).ended;
      return place.output(spec).replaceAll(/ +/g, '');
    };
    // The init, the shell, ls, and wc; with the process of the pod in the shared namespace, and no init.
    expect(await nested('own', {})).toMatch(/^[34]\n1024\n$/);
    expect(await nested('shared', { share_pid_namespace: true })).toMatch(/^[34]\n1024\nseen\n$/);
    await containers.destroy('pod');
  },
);

describe('orphans of a container that shares a pid namespace end with it', () => {
  const check = 'path' in runtime ? it : it.skip;
  const share = { container: { type: 'MESOS', linux_info: { share_pid_namespace: true } } } as const;
  /** No other sleeping process has this time. */
  const SECONDS = `1000.${process.pid}`;
  /** Starts a process without a parent, session and environment of its container, and ends or stays. */
  const orphanThen = (end: string): string =>
    `(setsid env -i sleep ${SECONDS} & echo $! > orphan); until [ -s orphan ]; do sleep 0.01; done; touch ready; ${end}`;

  /** The sleeping processes in this pid namespace. */
  const sleepers = (pid: number): string[] =>
    readdirSync('/proc').filter(
      (name) =>
        /^\d+$/.test(name) &&
        textOf(`/proc/${name}/cmdline`).startsWith(`sleep\0${SECONDS}`) &&
        linkOf(`/proc/${name}/ns/pid`) === linkOf(`/proc/${pid}/ns/pid`),
    );

  check.each(['exit 0', 'exec sleep 1000'])('of the container around it, after `%s`', async (end) => {
    const containers = place.containerizer([pidIsolator(ours)]);
    const pod = await containers.launch(place.spec(undefined));
    const spec = place.spec(orphanThen(end), {
      containerId: `${pod.id}.task`,
      parent: pod.id,
      directory: `${pod.spec.directory}/containers/task`,
      ...share,
    });
    const container = await containers.launch(spec);
    await until(() => existsSync(join(spec.directory, 'ready')));
    if (end === 'exit 0') await container.ended;
    else await until(() => sleepers(pod.pid ?? 0).length === 1);
    await containers.destroy(spec.containerId);
    expect(sleepers(pod.pid ?? 0)).toEqual([]);
    await containers.destroy(pod.id);
  });

  check.each(['exit 0', 'exec sleep 1000'])('of the agent, after `%s`', async (end) => {
    const containers = place.containerizer([pidIsolator(ours)]);
    const spec = place.spec(orphanThen(end), share);
    const container = await containers.launch(spec);
    await until(() => existsSync(join(spec.directory, 'ready')));
    if (end === 'exit 0') await container.ended;
    else await until(() => sleepers(process.pid).length === 1);
    await containers.destroy(spec.containerId);
    expect(sleepers(process.pid)).toEqual([]);
  });
});

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

describe('a program in a pid namespace', () => {
  const check = 'path' in runtime ? it : it.skip;
  const launch = async (command: Partial<ContainerSpec> & { readonly script: string }) => {
    const { script, ...more } = command;
    const containers = place.containerizer([pidIsolator(ours)]);
    const spec = place.spec(script, more);
    return { containers, spec, container: await containers.launch(spec) };
  };

  check.each(['exec sleep 1000', 'sleep 1000; echo goes on', 'setsid sleep 1000 & wait; sleep 1000'])(
    'that runs `%s` ends by SIGTERM at once',
    async (script) => {
      const { containers, spec, container } = await launch({ script });
      await container.signal('SIGTERM');
      expect((await container.ended).status).toEqual({ signal: 'SIGTERM' });
      expect(place.output(spec)).toBe('');
      await containers.destroy(spec.containerId);
    },
  );

  check('gets each signal once, also one that was sent to its init', async () => {
    const script = 'trap "echo got" USR1; touch ready; until [ -e end ]; do sleep 0.01; done';
    const { containers, spec, container } = await launch({ script });
    const inSandbox = (name: string): string => join(spec.directory, name);
    await until(() => existsSync(inSandbox('ready')));
    await container.signal('SIGUSR1');
    await until(() => place.output(spec) === 'got\n');
    process.kill(container.pid ?? 0, 'SIGUSR1');
    await until(() => place.output(spec) === 'got\ngot\n');
    writeFileSync(inSandbox('end'), '');
    expect((await container.ended).status).toEqual({ code: 0 });
    expect(place.output(spec)).toBe('got\ngot\n');
    await containers.destroy(spec.containerId);
  });

  check('leaves orphans to its init, which reaps them', async () => {
    const script = '(sleep 0.05 & echo $! > orphan); while [ -e /proc/$(cat orphan) ]; do sleep 0.01; done';
    const { containers, spec, container } = await launch({ script });
    expect((await container.ended).status).toEqual({ code: 0 });
    await containers.destroy(spec.containerId);
  });

  check(
    'is not the first one, leads its session, and has no signal blocked and no file of the init',
    async () => {
      // A shell blocks signals and opens files of its own while it starts programs, so these tell of themselves.
      const script =
        'echo $PPID; test $(ps -o sid= -p $$) -eq $$ && echo leads; grep SigBlk /proc/self/status; ls /proc/self/fd';
      const { containers, spec, container } = await launch({ script, user: 'nobody' });
      await container.ended;
      expect(place.output(spec)).toBe('1\nleads\nSigBlk:\t0000000000000000\n0\n1\n2\n3\n');
      await containers.destroy(spec.containerId);
    },
  );

  check('that cannot be executed fails the launch, as without the namespace', async () => {
    const command = { value: '/nowhere/at-all', shell: false };
    await expect(launch({ script: '', command })).rejects.toThrow('spawn /nowhere/at-all ENOENT');
  });

  check('ends as killed when its init is killed', async () => {
    const { containers, spec, container } = await launch({ script: 'sleep 1000' });
    process.kill(container.pid ?? 0, 'SIGKILL');
    expect((await container.ended).status).toEqual({ signal: 'SIGKILL' });
    await containers.destroy(spec.containerId);
  });

  check('has its init in a file system of its own, too, and cannot change it', async () => {
    const root = join(place.root, 'image');
    mkdirSync(root);
    const folders = ['/bin', '/lib', '/lib64', '/usr'].filter((path) => existsSync(path));
    const isolator: Isolator = {
      name: 'image',
      needsRuntime: true,
      prepare: () =>
        Promise.resolve({
          mounts: folders.map((path) => ({ destination: path, source: path, options: ['rbind', 'ro'] })),
          specification: (specification) => ({
            ...specification,
            root: { path: root },
            process: { ...specification.process, cwd: '/' },
            linux: { ...specification.linux, rootfsPropagation: undefined },
          }),
        }),
    };
    const containers = place.containerizer([isolator, pidIsolator(ours)]);
    const spec = place.spec('chmod 777 /proc/1/exe || chmod 777 /.meseta/holder; kill -TERM $$');
    expect((await (await containers.launch(spec)).ended).status).toEqual({ signal: 'SIGTERM' });
    expect(place.output(spec, 'stderr').match(/Read-only file system/g)).toHaveLength(2);
    await containers.destroy(spec.containerId);
  });

  check('waits for isolators, and ends as it would without them', async () => {
    const isolates = { name: 'slow', needsRuntime: true, isolate: () => Promise.resolve() };
    const containers = place.containerizer([pidIsolator(ours), isolates]);
    const spec = place.spec('kill -TERM $$');
    const container = await containers.launch(spec);
    expect((await container.ended).status).toEqual({ signal: 'SIGTERM' });
    await containers.destroy(spec.containerId);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
