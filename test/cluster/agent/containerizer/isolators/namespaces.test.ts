import type { Changes } from '../../../../../cluster/agent/containerizer/isolators/isolator';
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
import type { ContainerSpec } from '../../../../../cluster/agent/core/container-spec';
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
  const { linux, mounts } = buildSpec({ ...base, program, cgroup: '/c', capabilities: [], holder: '/h' }, [
    changes,
  ]);
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
    // The shell, ls, and wc; with the process of the pod in the shared namespace.
    expect(await nested('own', {})).toMatch(/^[23]\n1024\n$/);
    expect(await nested('shared', { share_pid_namespace: true })).toMatch(/^[34]\n1024\nseen\n$/);
    await containers.destroy('pod');
  },
);
