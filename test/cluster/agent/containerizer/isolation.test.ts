import type { Hierarchies } from '../../../../cluster/agent/containerizer/cgroups/hierarchies';
import {
  type Machine,
  readIsolation,
  selectIsolators,
} from '../../../../cluster/agent/containerizer/isolation';
import { idleFlags, isolationFlags } from '../../../../cluster/agent/containerizer/isolation-flags';
import { parseFlags } from '../../../../cluster/runtime/config/flags';

const V1 = ['cpu', 'cpuacct', 'memory', 'devices', 'pids', 'blkio', 'cpuset'];
const hierarchies = (version: 1 | 2, names: readonly string[]): Hierarchies => ({
  version,
  controllers: new Map(names.map((name) => [name, version === 1 ? `/cg/${name}` : '/cg'])),
  folders: version === 1 ? names.map((name) => `/cg/${name}`) : ['/cg'],
});
const machine = (change: Partial<Machine> = {}): Machine => ({
  isRoot: true,
  runtime: { path: '/usr/sbin/runc' },
  hierarchies: hierarchies(1, V1),
  hasGpu: false,
  cgroupsHierarchy: '/cg',
  ...change,
});

const ALWAYS = ['filesystem/posix', 'volume/sandbox_path', 'environment_secret'];
const named = (text: string): readonly string[] =>
  readIsolation(text).names.filter((name) => !ALWAYS.includes(name));

describe('a list of isolators', () => {
  it.each([
    ['posix/cpu,posix/mem', ['posix/cpu', 'posix/mem']],
    ['', []],
    [' disk/du , cgroups/cpu ', ['cgroups/cpu', 'disk/du']],
    ['process', ['posix/cpu', 'posix/mem']],
    ['cgroups', ['cgroups/cpu', 'cgroups/mem']],
    ['posix/disk', ['disk/du']],
    ['process,posix/mem', ['posix/cpu', 'posix/mem']],
    [
      'linux/seccomp,linux/capabilities,posix/rlimits',
      ['posix/rlimits', 'linux/capabilities', 'linux/seccomp'],
    ],
    ['network/ports,gpu/nvidia,cgroups/devices', ['cgroups/devices', 'gpu/nvidia', 'network/ports']],
  ])('%s is %j in the order of Mesos', (text, names) => {
    expect(named(text)).toEqual(names);
  });

  it('has one filesystem isolator, folders of sandboxes, and secrets in variables, without being told', () => {
    expect(readIsolation('').names).toEqual(ALWAYS);
  });

  it('tells which aliases are out of date', () => {
    expect(readIsolation('posix/disk,posix/cpu').warnings).toEqual([
      "'posix/disk' is deprecated: write disk/du",
    ]);
  });

  it.each([
    ['nope', /^Unknown or unsupported isolator 'nope'; there are filesystem\/posix, .*network\/ports/],
    ['posix/cpu,posix/mem,posix/cpu', /^Duplicate entries found in --isolation flag: 'posix\/cpu'/],
    ['disk/xfs', /^Isolator 'disk\/xfs' is not supported: project quotas/],
    [
      'gpu/nvidia',
      /^The 'cgroups\/devices' isolator must be enabled in order to use the 'gpu\/nvidia' isolator/,
    ],
    [
      'volume/secret',
      /^The 'filesystem\/linux' isolator must be enabled in order to use the 'volume\/secret' isolator/,
    ],
    ['network/cni,network/port_mapping', /^Using multiple network isolators simultaneously is disallowed/],
    [
      'filesystem/posix,filesystem/linux',
      /^Using multiple filesystem isolators simultaneously is disallowed/,
    ],
  ])('%s is refused', (text, reason) => {
    expect(() => readIsolation(text)).toThrow(reason);
  });

  it('may have cgroups/all in the place of an isolator that another one needs', () => {
    expect(named('gpu/nvidia,cgroups/all')).toEqual(['gpu/nvidia', 'cgroups/all']);
  });
});

describe('the isolators of a machine', () => {
  const select = (text: string, on: Machine) => {
    const selection = selectIsolators(readIsolation(text).names, on);
    return 'error' in selection ? selection.error : selection.names.filter((name) => !ALWAYS.includes(name));
  };

  it.each([
    [
      'the default list needs nothing',
      'process',
      machine({ isRoot: false, runtime: { missing: 'the agent is not root' } }),
      ['posix/cpu', 'posix/mem'],
    ],
    [
      'cgroups/all is all that the machine has',
      'cgroups/all,disk/du',
      machine(),
      [
        'cgroups/blkio',
        'cgroups/cpu',
        'cgroups/cpuset',
        'cgroups/devices',
        'cgroups/mem',
        'cgroups/pids',
        'disk/du',
      ],
    ],
    [
      'cgroups v2 have other controllers',
      'cgroups/blkio,cgroups/cpu,cgroups/mem,cgroups/devices,cgroups/pids',
      machine({ hierarchies: hierarchies(2, ['cpu', 'memory', 'io', 'pids']) }),
      ['cgroups/blkio', 'cgroups/cpu', 'cgroups/devices', 'cgroups/mem', 'cgroups/pids'],
    ],
    ['a GPU is left out where there is none', 'gpu/nvidia,cgroups/devices', machine(), ['cgroups/devices']],
    [
      'a GPU is there',
      'gpu/nvidia,cgroups/devices',
      machine({ hasGpu: true }),
      ['cgroups/devices', 'gpu/nvidia'],
    ],
  ])('%s', (_what, text, on, names) => {
    expect(select(text, on)).toEqual(names);
  });

  it.each([
    [
      'root',
      'cgroups/mem',
      machine({ isRoot: false }),
      /^Failed to create isolator 'cgroups\/mem': it needs root/,
    ],
    [
      'a runtime',
      'linux/nnp',
      machine({ runtime: { missing: 'runc is not installed' } }),
      /^Failed to create isolator 'linux\/nnp': it needs an OCI runtime, and runc is not installed; leave it out/,
    ],
    [
      'a controller',
      'cgroups/hugetlb',
      machine(),
      /^Failed to create isolator 'cgroups\/hugetlb': the cgroup controller 'hugetlb' is not mounted in \/cg/,
    ],
    [
      'any controller',
      'cgroups/all',
      machine({ hierarchies: hierarchies(1, []) }),
      /^Failed to create isolator 'cgroups\/cpu': the cgroup controller 'cpu' is not mounted/,
    ],
    [
      'what v2 does not have',
      'cgroups/net_cls',
      machine({ hierarchies: hierarchies(2, ['cpu']) }),
      /^Failed to create isolator 'cgroups\/net_cls': cgroups v2 have nothing of the kind/,
    ],
  ])('an isolator without %s stops the start', (_what, text, on, reason) => {
    expect(select(text, on)).toMatch(reason);
  });
});

describe('flags of isolators that are not on', () => {
  const idle = (...args: string[]) => {
    const { flags } = parseFlags(isolationFlags, { command: 'test', about: '', args, env: {} });
    return idleFlags(flags, flags.isolation.names);
  };

  it('are told, with the isolator that they need', () => {
    expect(
      idle('--seccomp_profile_name=p.json', '--enforce_container_disk_quota', '--cgroups_pids_limit=9'),
    ).toEqual([
      '--cgroups_pids_limit has no effect without cgroups/pids in --isolation',
      '--seccomp_profile_name has no effect without linux/seccomp in --isolation',
      '--enforce_container_disk_quota has no effect without disk/du in --isolation',
    ]);
  });

  it('are none when no flag is given, or its isolator is on', () => {
    expect(idle()).toEqual([]);
    expect(idle('--isolation=disk/du', '--enforce_container_disk_quota')).toEqual([]);
  });
});
