import type { Changes } from '../../../../../cluster/agent/containerizer/isolators/isolator';
import {
  argumentsOf,
  buildSpec,
  holderIn,
  type SpecPlan,
} from '../../../../../cluster/agent/containerizer/oci/build-spec';
import {
  withAll,
  withLinux,
  withNamespace,
  withProcess,
  withResources,
} from '../../../../../cluster/agent/containerizer/oci/change-spec';
import type { RuntimeSpec } from '../../../../../cluster/agent/containerizer/oci/runtime-spec';
import type { Program } from '../../../../../cluster/agent/containerizer/program';

const plan: SpecPlan = {
  program: { file: '/bin/sh', arguments: ['sh', '-c', 'echo'] },
  root: '/run/meseta/containers/c/root',
  directory: '/work-dir/sandbox',
  environment: { PATH: '/bin', EMPTY: '' },
  identity: { uid: 1000, gid: 100, groups: [100, 27] },
  umask: 0o22,
  cgroup: '/mesos/c',
  capabilities: ['CAP_CHOWN'],
  holder: '/lib/holder',
  hasTerminal: false,
};

test('the specification shows the host but for its mounts, and limits nothing', () => {
  const capabilities = ['CAP_CHOWN'];
  expect(buildSpec(plan, [])).toEqual({
    ociVersion: '1.0.2',
    root: { path: '/run/meseta/containers/c/root' },
    process: {
      cwd: '/work-dir/sandbox',
      env: ['PATH=/bin', 'EMPTY='],
      args: ['/bin/sh', '-c', 'echo'],
      user: { uid: 1000, gid: 100, umask: 0o22, additionalGids: [100, 27] },
      capabilities: {
        bounding: capabilities,
        effective: capabilities,
        permitted: capabilities,
        inheritable: [],
        ambient: [],
      },
    },
    mounts: [{ destination: '/dev', type: 'bind', source: '/dev', options: ['rbind'] }],
    linux: {
      namespaces: [{ type: 'mount' }],
      cgroupsPath: '/mesos/c',
      rootfsPropagation: 'rslave',
      resources: { devices: [{ allow: true, access: 'rwm' }] },
    },
  });
});

test('isolators change it in their order, each with the mounts of those before', () => {
  const first = { mounts: [{ destination: '/a' }], specification: withNamespace({ type: 'pid' }) };
  const second = {
    mounts: [{ destination: '/b' }],
    specification: withAll(
      withNamespace({ type: 'pid', path: '/proc/7/ns/pid' }),
      withResources({ pids: { limit: 5 } }),
      withProcess({ noNewPrivileges: true }),
      withLinux({ sysctl: { a: 'b' } }),
    ),
  };
  const changed = buildSpec(plan, [first, {}, second]);
  expect(changed.mounts.map(({ destination }) => destination)).toEqual(['/dev', '/a', '/b']);
  expect(changed.linux.namespaces).toEqual([{ type: 'mount' }, { type: 'pid', path: '/proc/7/ns/pid' }]);
  expect(changed.linux.resources).toEqual({
    devices: [{ allow: true, access: 'rwm' }],
    pids: { limit: 5 },
  });
  expect(changed.linux.sysctl).toEqual({ a: 'b' });
  expect(changed.process).toMatchObject({ noNewPrivileges: true, cwd: '/work-dir/sandbox' });
});

test.each([
  [['cat', 'x'], 'cat', ['cat', 'x']],
  [['sh', '-c', 'x'], '/bin/sh', ['/bin/sh', '-c', 'x']],
  [[], '/bin/true', ['/bin/true']],
  [['named', 'x'], '/bin/cat', ['/lib/holder', '--exec', '/bin/cat', 'named', 'x']],
])('the arguments %j of %s are %j for the runtime', (all, file, expected) => {
  expect(argumentsOf({ file, arguments: all }, '/lib/holder')).toEqual(expected);
});

const newPids = { specification: withNamespace({ type: 'pid' }) };
const image = {
  specification: (specification: RuntimeSpec) => ({ ...specification, root: { path: '/image' } }),
};
const sharedPids = { specification: withNamespace({ type: 'pid', path: '/proc/7/ns/pid' }) };
const INIT = ['--init', '/bin/sh', 'sh', '-c', 'echo'];

test.each<[string, readonly Changes[], Program | undefined, readonly string[]]>([
  ['the init in a new pid namespace', [newPids], plan.program, ['/lib/holder', ...INIT]],
  ['the program in one that is there', [sharedPids], plan.program, ['/bin/sh', '-c', 'echo']],
  ['the init of an image', [image, newPids], plan.program, ['/.meseta/holder', ...INIT]],
  ['what stays', [newPids], undefined, ['/lib/holder', '--stay']],
  ['what stays in an image', [image], undefined, ['/.meseta/holder', '--stay']],
])('the first process of a container is %s', (_name, changes, program, expected) => {
  expect(buildSpec({ ...plan, program }, changes).process.args).toEqual(expected);
});

test('a container with a file system of its own sees the holder, and cannot write to it', () => {
  const changed = buildSpec(plan, [image]);
  expect(changed.mounts.at(-1)).toEqual({
    destination: '/.meseta/holder',
    type: 'bind',
    source: '/lib/holder',
    options: ['bind', 'ro'],
  });
  expect(holderIn(changed, plan)).toBe('/.meseta/holder');
});

test.each([
  [[], '--exec'],
  [[newPids], '--init'],
])('a program with a terminal gets it from the holder', (changes, mode) => {
  const { args } = buildSpec({ ...plan, hasTerminal: true }, changes).process;
  expect(args).toEqual(['/lib/holder', mode, '/bin/sh', 'sh', '-c', 'echo']);
});
