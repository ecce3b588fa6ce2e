import fs, { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  cgroupProcesses,
  cgroupTree,
  readCgroupFile,
  removeCgroups,
} from '../../../../../cluster/agent/containerizer/cgroups/files';
import { fakeCgroups } from './fake-cgroups';

describe('the folder of a cgroup', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'meseta-cgroups-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('goes with all cgroups below it, in every hierarchy, and may be gone already', async () => {
    mkdirSync(join(folder, 'cpu/mesos/C/D'), { recursive: true });
    await removeCgroups([join(folder, 'cpu/mesos/C'), join(folder, 'memory/mesos/C')], 1000);
    expect(existsSync(join(folder, 'cpu/mesos/C'))).toBe(false);
    expect(existsSync(join(folder, 'cpu/mesos'))).toBe(true);
  });

  it('that stays in use is given up when the time is over', async () => {
    const cgroup = join(folder, 'C');
    mkdirSync(cgroup);
    // The kernel says EBUSY of a folder that something is mounted on, as of a cgroup with processes.
    jest.spyOn(fs, 'rmdirSync').mockImplementation(() => {
      throw Object.assign(new Error('busy'), { code: 'EBUSY' });
    });
    const began = performance.now();
    await expect(removeCgroups([cgroup], 50)).rejects.toThrow(
      `Failed to remove the cgroup ${cgroup}: it is in use`,
    );
    expect(performance.now() - began).toBeGreaterThanOrEqual(50);
    jest.restoreAllMocks();
  });

  it('is listed before those below it', () => {
    mkdirSync(join(folder, 'C/D'), { recursive: true });
    expect(cgroupTree(join(folder, 'C'))).toEqual([join(folder, 'C'), join(folder, 'C/D')]);
    expect(cgroupTree(join(folder, 'E'))).toEqual([]);
    expect(readCgroupFile(join(folder, 'E'), 'cpu.stat')).toBeUndefined();
  });

  it('has the processes of all below it', () => {
    const cgroups = fakeCgroups(2, ['cpu']);
    cgroups.write('C/cgroup.procs', '10\n11\n');
    cgroups.write('C/D/cgroup.procs', '12\n');
    expect(cgroupProcesses(join(cgroups.hierarchies.folders[0] ?? '', 'C'))).toEqual([10, 11, 12]);
    cgroups.remove();
  });
});
