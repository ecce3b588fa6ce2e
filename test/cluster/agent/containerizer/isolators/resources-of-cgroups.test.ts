import type { Stats } from 'node:fs';
import { cgroupFolders } from '../../../../../cluster/agent/containerizer/isolators/cgroup-folders';
import { cgroupsBlkio } from '../../../../../cluster/agent/containerizer/isolators/cgroups-blkio';
import { cgroupsCpu } from '../../../../../cluster/agent/containerizer/isolators/cgroups-cpu';
import {
  cgroupsDevices,
  deviceRules,
} from '../../../../../cluster/agent/containerizer/isolators/cgroups-devices';
import { cgroupsMem } from '../../../../../cluster/agent/containerizer/isolators/cgroups-mem';
import {
  cgroupsNetCls,
  NetClasses,
} from '../../../../../cluster/agent/containerizer/isolators/cgroups-net-cls';
import { cgroupsPids } from '../../../../../cluster/agent/containerizer/isolators/cgroups-pids';
import { allowedDevices } from '../../../../../cluster/agent/containerizer/isolators/device-access';
import { fakeCgroups } from '../cgroups/fake-cgroups';
import { baseSpec, configOf, contextOf, runOf } from './builders';

describe('cgroups/pids', () => {
  it('counts, and limits by its flag', async () => {
    const cgroups = fakeCgroups(1, ['pids']);
    cgroups.write('pids/mesos/C/pids.current', '3\n');
    cgroups.write('pids/mesos/C/cgroup.procs', '10\n11\n');
    const { hierarchies } = cgroups;
    expect(await cgroupsPids(contextOf({ hierarchies })).prepare?.(runOf())).toEqual({});
    expect(await cgroupsPids(contextOf({ hierarchies })).usage?.(runOf(), [])).toEqual({
      processes: 2,
      threads: 3,
    });
    const limited = cgroupsPids(contextOf({ config: configOf('--cgroups_pids_limit=100') }));
    const changes = await limited.prepare?.(runOf());
    expect(changes?.specification?.(baseSpec()).linux.resources?.pids).toEqual({ limit: 100 });
    cgroups.remove();
  });
});

describe('a container in which others are nested, on cgroups v2', () => {
  it('has its limits in a cgroup around those of its process and of the others', async () => {
    const cgroups = fakeCgroups(2, ['cpu', 'memory', 'pids']);
    const isolation = ['cgroups/cpu', 'cgroups/mem', 'cgroups/pids'];
    const context = contextOf({
      hierarchies: cgroups.hierarchies,
      isolation,
      config: configOf('--cgroups_pids_limit=9'),
    });
    const run = runOf({ command: undefined });
    const folders = await cgroupFolders(context).prepare?.(run);
    expect(folders?.specification?.(baseSpec()).linux.cgroupsPath).toBe('/mesos/C/leaf');
    for (const path of ['', 'mesos/', 'mesos/C/'])
      expect(cgroups.read(`${path}cgroup.subtree_control`)).toBe('+cpu +memory +pids');
    for (const make of [cgroupsCpu, cgroupsMem, cgroupsPids]) await make(context).prepare?.(run);
    expect(cgroups.read('mesos/C/cpu.weight')).toBe('39');
    expect(cgroups.read('mesos/C/memory.max')).toBe(String(64 * 1024 * 1024));
    expect(cgroups.read('mesos/C/pids.max')).toBe('9');
    expect(await cgroupFolders(context).prepare?.(runOf())).toEqual({});
    cgroups.remove();
  });
});

describe('cgroups/devices', () => {
  it('denies all devices but those that every program needs, and those of the flag', async () => {
    const changes = await cgroupsDevices(contextOf()).prepare?.(runOf());
    const rules = changes?.specification?.(baseSpec()).linux.resources?.devices ?? [];
    expect(rules[0]).toEqual({ allow: false, access: 'rwm' });
    expect(rules).toContainEqual({ allow: true, type: 'c', major: 1, minor: 3, access: 'rwm' });
    const fuse = { path: '/dev/fuse', type: 'c', major: 10, minor: 229, access: 'rw' } as const;
    expect(deviceRules([fuse]).at(-1)).toEqual({
      allow: true,
      type: 'c',
      major: 10,
      minor: 229,
      access: 'rw',
    });
  });

  const stat = (path: string) =>
    ({
      rdev: path.includes('sda') ? 8 * 256 + 1 : 195 * 256 + 255,
      isBlockDevice: () => path.includes('sda'),
      isCharacterDevice: () => path.includes('nvidia'),
    }) as Stats;

  it('looks the numbers of devices up', () => {
    const access = { read: true, mknod: true };
    expect(allowedDevices([{ device: { path: '/dev/sda1' }, access }], stat)).toEqual([
      { path: '/dev/sda1', type: 'b', major: 8, minor: 1, access: 'rm' },
    ]);
    expect(allowedDevices([{ device: { path: '/dev/nvidiactl' }, access }], stat)).toMatchObject([
      { type: 'c', major: 195, minor: 255 },
    ]);
    expect(allowedDevices([{ device: { path: '/dev/null' }, access }])).toMatchObject([
      { major: 1, minor: 3 },
    ]);
  });

  it.each([
    [{}, { read: true }, 'Whitelisted device has no device path provided'],
    [{ path: '/dev/sda1' }, {}, "Could not whitelist device '/dev/sda1' without any access privileges"],
    [{ path: '/dev/fd' }, { read: true }, "Failed to determine device type for '/dev/fd'"],
  ])('%j with the access %j stops the start', (device, access, reason) => {
    expect(() => allowedDevices([{ device, access }], stat)).toThrow(`--allowed_devices: ${reason}`);
  });

  it('stops the start for a device that is not there', () => {
    const missing = [{ device: { path: '/dev/missing' }, access: { read: true } }];
    expect(() => allowedDevices(missing)).toThrow(/Failed to obtain device ID for '\/dev\/missing'/);
  });
});

describe('cgroups/net_cls', () => {
  const config = configOf(
    '--cgroups_net_cls_primary_handle=0x12',
    '--cgroups_net_cls_secondary_handles=0x1,0x2',
  );

  it('gives each container the lowest class that is free', async () => {
    const isolator = cgroupsNetCls(contextOf({ config }));
    const changes = await isolator.prepare?.(runOf());
    expect(changes?.specification?.(baseSpec()).linux.resources?.network).toEqual({ classID: 0x120001 });
    expect(await isolator.status?.(runOf())).toEqual({ cgroup_info: { net_cls: { classid: 0x120001 } } });
    await isolator.prepare?.(runOf({ containerId: 'D' }));
    await expect(isolator.prepare?.(runOf({ containerId: 'E' }))).rejects.toThrow(
      'No free handles remaining for primary handle 0x12',
    );
    await isolator.cleanup?.(runOf());
    await isolator.prepare?.(runOf({ containerId: 'E' }));
    expect(await isolator.status?.(runOf({ containerId: 'E' }))).toEqual({
      cgroup_info: { net_cls: { classid: 0x120001 } },
    });
  });

  it('leaves the classes to the operator without its flag', async () => {
    const isolator = cgroupsNetCls(contextOf());
    expect(await isolator.prepare?.(runOf())).toEqual({});
    expect(await isolator.status?.(runOf())).toEqual({});
  });

  it('finds the class of an adopted container in its cgroup', async () => {
    const cgroups = fakeCgroups(1, ['net_cls']);
    cgroups.write('net_cls/mesos/C/net_cls.classid', `${0x120001}\n`);
    const isolator = cgroupsNetCls(contextOf({ config, hierarchies: cgroups.hierarchies }));
    await isolator.recover?.(runOf());
    await isolator.prepare?.(runOf({ containerId: 'D' }));
    expect(await isolator.status?.(runOf({ containerId: 'D' }))).toEqual({
      cgroup_info: { net_cls: { classid: 0x120002 } },
    });
    cgroups.remove();
  });

  it('has 16 bits of its own without a range', () => {
    expect(new NetClasses(1).take('C')).toBe(0x10001);
  });
});

describe('cgroups/blkio', () => {
  it('says nothing of a cgroup that is gone', async () => {
    const cgroups = fakeCgroups(1, ['blkio']);
    const isolator = cgroupsBlkio(contextOf({ hierarchies: cgroups.hierarchies }));
    expect(await isolator.usage?.(runOf(), [])).toEqual({
      blkio_statistics: { cfq: [], cfq_recursive: [], throttling: [] },
    });
    cgroups.remove();
  });
});
