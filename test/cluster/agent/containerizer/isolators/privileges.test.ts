import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostname } from '../../../../../cluster/agent/containerizer/isolators/hostname';
import {
  decideCapabilities,
  linuxCapabilities,
  withCapabilities,
} from '../../../../../cluster/agent/containerizer/isolators/linux-capabilities';
import { deviceNode, linuxDevices } from '../../../../../cluster/agent/containerizer/isolators/linux-devices';
import { linuxNnp } from '../../../../../cluster/agent/containerizer/isolators/linux-nnp';
import {
  linuxSeccomp,
  seccompError,
} from '../../../../../cluster/agent/containerizer/isolators/linux-seccomp';
import {
  posixRlimits,
  processLimit,
} from '../../../../../cluster/agent/containerizer/isolators/posix-rlimits';
import {
  readProfile,
  specifySeccomp,
} from '../../../../../cluster/agent/containerizer/isolators/seccomp-profile';
import type { CapabilityInfo, LinuxInfo } from '../../../../../cluster/api/generated/mesos';
import { baseSpec, configOf, contextOf, runOf, specOf } from './builders';

type Capability = CapabilityInfo.Capability;
const set = (...capabilities: Capability[]): CapabilityInfo => ({ capabilities });

describe('posix/rlimits', () => {
  it('limits each process', async () => {
    const container = {
      type: 'MESOS',
      rlimit_info: { rlimits: [{ type: 'RLMT_NOFILE', soft: 64, hard: 128 }, { type: 'RLMT_CORE' }] },
    } as const;
    const changes = await posixRlimits().prepare?.(runOf({ container }));
    expect(changes?.specification?.(baseSpec()).process.rlimits).toEqual([
      { type: 'RLIMIT_NOFILE', soft: 64, hard: 128 },
      { type: 'RLIMIT_CORE', soft: 2n ** 64n - 1n, hard: 2n ** 64n - 1n },
    ]);
    expect(await posixRlimits().prepare?.(runOf())).toEqual({});
    expect(processLimit({ type: 'RLMT_AS', soft: 1, hard: 2 }).type).toBe('RLIMIT_AS');
  });

  it.each([
    [{ type: 'RLMT_CPU', soft: 1 }, 'Invalid rlimit values of RLMT_CPU: give both or none'],
    [{ type: 'UNKNOWN' }, 'Could not convert rlimit: Unknown rlimit type'],
  ] as const)('refuses %j', (rlimit, reason) => {
    const container = { type: 'MESOS', rlimit_info: { rlimits: [rlimit] } } as const;
    expect(posixRlimits().refusal?.(specOf({ container }))).toBe(reason);
  });
});

describe('linux/capabilities', () => {
  it.each<[string, LinuxInfo | undefined, object, object]>([
    ['nobody asks', undefined, {}, { effective: undefined, bounding: undefined }],
    ['the operator grants', undefined, { effective: ['KILL'] }, { effective: ['KILL'], bounding: ['KILL'] }],
    ['the operator bounds', undefined, { bounding: ['KILL'] }, { effective: undefined, bounding: ['KILL'] }],
    [
      'the task asks, and wins over what is granted',
      { effective_capabilities: set('CHOWN') },
      { effective: ['KILL'], bounding: ['KILL', 'CHOWN'] },
      { effective: ['CHOWN'], bounding: ['KILL', 'CHOWN'] },
    ],
    [
      'by the older name, too',
      { capability_info: set('CHOWN') },
      {},
      { effective: ['CHOWN'], bounding: ['CHOWN'] },
    ],
    ['for none', { effective_capabilities: {} }, {}, { effective: [], bounding: [] }],
    [
      'the task bounds itself',
      { effective_capabilities: set('CHOWN'), bounding_capabilities: set('CHOWN', 'KILL') },
      { bounding: ['KILL', 'CHOWN', 'NET_RAW'] },
      { effective: ['CHOWN'], bounding: ['CHOWN', 'KILL'] },
    ],
    [
      'more than is allowed',
      { effective_capabilities: set('NET_RAW', 'CHOWN') },
      { bounding: ['KILL'] },
      { error: "Requested capabilities '{ CHOWN, NET_RAW }', but only '{ KILL }' are allowed" },
    ],
    [
      'wider bounds than are allowed',
      { bounding_capabilities: set('NET_RAW') },
      { bounding: ['KILL'] },
      { error: "Bounding capabilities '{ NET_RAW }', but only '{ KILL }' are allowed" },
    ],
    [
      'both names at once',
      { effective_capabilities: set('CHOWN'), capability_info: set('CHOWN') },
      {},
      { error: "Only one of 'capability_info' or 'effective_capabilities' is allowed" },
    ],
  ])('%s', (_what, info, operator, decision) => {
    expect(decideCapabilities(info, { effective: undefined, bounding: undefined, ...operator })).toEqual(
      decision,
    );
  });

  it('stops the start when more is granted than is allowed', () => {
    const config = configOf(
      '--effective_capabilities={"capabilities": ["CHOWN"]}',
      '--bounding_capabilities={"capabilities": ["KILL"]}',
    );
    expect(() => linuxCapabilities(contextOf({ config }))).toThrow(
      /not a subset of the bounding capabilities/,
    );
  });

  it('gives the effective set to any user, by the ambient set', () => {
    const held = ['CAP_KILL'];
    expect(
      withCapabilities(baseSpec(), { bounding: ['KILL', 'CHOWN'], effective: ['KILL'] }).process.capabilities,
    ).toEqual({
      bounding: ['CAP_KILL', 'CAP_CHOWN'],
      effective: held,
      permitted: held,
      inheritable: held,
      ambient: held,
    });
  });

  it('takes from what a user has with bounds alone', () => {
    const bounded = withCapabilities(baseSpec(), { bounding: ['KILL', 'SYS_ADMIN'], effective: undefined });
    expect(bounded.process.capabilities).toEqual({
      bounding: ['CAP_KILL'],
      effective: ['CAP_KILL'],
      permitted: ['CAP_KILL'],
      inheritable: [],
      ambient: [],
    });
  });
});

const PROFILE = {
  defaultAction: 'SCMP_ACT_ALLOW',
  archMap: [
    { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
    { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
  ],
  syscalls: [
    { names: ['chmod'], action: 'SCMP_ACT_ERRNO', args: [], comment: '', includes: {}, excludes: {} },
    { names: ['reboot'], action: 'SCMP_ACT_ERRNO', includes: {}, excludes: { caps: ['CAP_SYS_BOOT'] } },
    { names: ['mount'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_SYS_ADMIN'] }, excludes: {} },
    { names: ['arch_prctl'], action: 'SCMP_ACT_ALLOW', includes: { arches: ['amd64', 'x32'] } },
    {
      names: ['personality'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: 0, value: 'BIG', valueTwo: 0, op: 'SCMP_CMP_EQ' }],
      excludes: { arches: ['s390x'] },
    },
  ],
};
const PROFILE_TEXT = JSON.stringify(PROFILE).replace('"BIG"', '18446744073709551615');

describe('linux/seccomp', () => {
  const specify = (architecture: string, ...capabilities: string[]) =>
    specifySeccomp(readProfile(PROFILE_TEXT), { architecture, capabilities }) as {
      architectures: string[];
      syscalls: { names: string[] }[];
    };
  const namesOf = (architecture: string, ...capabilities: string[]) =>
    specify(architecture, ...capabilities).syscalls.flatMap(({ names }) => names);

  it('has rules by architecture and capabilities', () => {
    expect(namesOf('x64')).toEqual(['chmod', 'reboot', 'arch_prctl', 'personality']);
    expect(namesOf('arm64', 'CAP_SYS_ADMIN', 'CAP_SYS_BOOT')).toEqual(['chmod', 'mount', 'personality']);
    expect(namesOf('s390x')).toEqual(['chmod', 'reboot']);
    expect(specify('x64').architectures).toEqual(['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32']);
  });

  it('keeps numbers of 64 bits exact', () => {
    expect(specify('x64').syscalls.at(-1)).toMatchObject({
      args: [{ index: 0, value: 18446744073709551615n, valueTwo: 0, op: 'SCMP_CMP_EQ' }],
    });
  });

  it.each([
    ['{', /JSON/],
    ['{"defaultAction": "ALLOW", "archMap": [], "syscalls": []}', /defaultAction/],
    ['{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": []}', /archMap/],
    [
      '{"defaultAction": "SCMP_ACT_ALLOW", "archMap": [], "syscalls": [{"names": [], "action": "SCMP_ACT_LOG"}]}',
      /names/,
    ],
  ])('the profile %s is refused', (text, reason) => {
    expect(() => readProfile(text)).toThrow(reason);
  });

  it.each([
    [{ profile_name: 'a.json' }, undefined],
    [{ unconfined: true }, undefined],
    [{}, 'Missing Seccomp profile name'],
    [{ unconfined: true, profile_name: 'a.json' }, expect.stringContaining('even though')],
    [{ profile_name: '../../etc/a.json' }, expect.stringContaining('not below the folder')],
  ])('a container that asks for %j: %j', (seccomp, reason) => {
    expect(seccompError(specOf({ container: { type: 'MESOS', linux_info: { seccomp } } }))).toEqual(reason);
  });

  describe('with a folder of profiles', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'meseta-seccomp-'));
      writeFileSync(join(folder, 'default.json'), PROFILE_TEXT);
      writeFileSync(join(folder, 'broken.json'), '{');
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));
    const isolator = (...args: readonly string[]) =>
      linuxSeccomp(contextOf({ config: configOf(`--seccomp_config_dir=${folder}`, ...args) }));
    const asking = (seccomp: object) => runOf({ container: { type: 'MESOS', linux_info: { seccomp } } });

    it('applies the default, the one that is asked for, or none', async () => {
      const byDefault = isolator('--seccomp_profile_name=default.json');
      const changes = await byDefault.prepare?.(runOf());
      expect(changes?.specification?.(baseSpec()).linux.seccomp).toMatchObject({
        defaultAction: 'SCMP_ACT_ALLOW',
      });
      expect(await byDefault.prepare?.(asking({ unconfined: true }))).toEqual({});
      expect(await isolator().prepare?.(runOf())).toEqual({});
      expect(
        (await isolator().prepare?.(asking({ profile_name: 'default.json' })))?.specification,
      ).toBeDefined();
    });

    it('tells which profile is missing or broken, at the start or at the launch', async () => {
      expect(() => isolator('--seccomp_profile_name=missing.json')).toThrow(
        /^Failed to create isolator 'linux\/seccomp': Failed to read Seccomp profile file '.*missing.json'/,
      );
      await expect(isolator().prepare?.(asking({ profile_name: 'broken.json' }))).rejects.toThrow(
        /^Failed to parse Seccomp profile '.*broken.json'/,
      );
    });

    it('needs the folder', () => {
      expect(() => linuxSeccomp(contextOf())).toThrow(/Missing required `--seccomp_config_dir` flag/);
      for (const path of ['nowhere', 'default.json'])
        expect(() => isolator(`--seccomp_config_dir=${join(folder, path)}`)).toThrow(
          /^Failed to create isolator 'linux\/seccomp': --seccomp_config_dir: '.*' is not a folder/,
        );
    });
  });
});

describe('other changes of a container', () => {
  it('linux/nnp grants no new privileges', async () => {
    const changes = await linuxNnp().prepare?.(runOf());
    expect(changes?.specification?.(baseSpec()).process.noNewPrivileges).toBe(true);
  });

  it('a hostname is one of a namespace of its own', async () => {
    const changes = await hostname().prepare?.(runOf({ container: { type: 'MESOS', hostname: 'web-1' } }));
    const { hostname: name, linux } = changes?.specification?.(baseSpec()) ?? baseSpec();
    expect([name, linux.namespaces]).toEqual(['web-1', [{ type: 'mount' }, { type: 'uts' }]]);
    expect(await hostname().prepare?.(runOf())).toEqual({});
  });

  it('linux/devices are nodes with the access of every user', async () => {
    const fuse = { path: '/dev/fuse', type: 'c', major: 10, minor: 229, access: 'rw' } as const;
    expect(deviceNode(fuse)).toMatchObject({ path: '/dev/fuse', fileMode: 0o666 });
    expect(deviceNode({ ...fuse, access: 'r' })).toMatchObject({ fileMode: 0o644 });
    expect(await linuxDevices(contextOf()).prepare?.(runOf())).toEqual({});
  });
});
