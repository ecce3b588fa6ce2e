import {
  cgroupFolder,
  readHierarchies,
} from '../../../../../cluster/agent/containerizer/cgroups/hierarchies';

const CGROUPS = `#subsys_name	hierarchy	num_cgroups	enabled
cpu	1	1	1
cpuacct	1	1	1
memory	4	104	1
hugetlb	0	1	0
`;
const V1 = `22 26 0:20 / /proc rw,nosuid - proc proc rw
30 25 0:26 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
31 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
32 30 0:28 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
33 30 0:29 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
34 30 0:30 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`;
const V2 =
  '30 25 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate\n';

const read = (mounts: string, below = '/sys/fs/cgroup', unified = 'cpuset cpu io memory pids\n') =>
  readHierarchies({ below, mounts, cgroups: CGROUPS, unified: () => unified });

describe('the hierarchies of a machine', () => {
  it('are one for each controller in v1, also where v2 is mounted beside it', () => {
    const { version, controllers, folders } = read(V1, '/sys/fs/cgroup', '');
    expect(version).toBe(1);
    expect([...controllers]).toEqual([
      ['cpu', '/sys/fs/cgroup/cpu,cpuacct'],
      ['cpuacct', '/sys/fs/cgroup/cpu,cpuacct'],
      ['memory', '/sys/fs/cgroup/memory'],
    ]);
    expect(folders.map((folder) => folder.split('/').at(-1))).toEqual([
      'cpu,cpuacct',
      'memory',
      'systemd',
      'unified',
    ]);
  });

  it('are one for all in v2', () => {
    const { version, controllers, folders } = read(V2);
    expect(version).toBe(2);
    expect([...controllers.keys()]).toEqual(['cpuset', 'cpu', 'io', 'memory', 'pids']);
    expect(folders).toEqual(['/sys/fs/cgroup']);
  });

  it('are none elsewhere', () => {
    expect(read(V1, '/cgroups').controllers.size).toBe(0);
    expect(read('').folders).toEqual([]);
  });

  it('may have spaces in their paths', () => {
    const mounts = '31 30 0:27 / /sys/fs/my\\040cgroups/memory rw - cgroup cgroup rw,memory\n';
    expect(read(mounts, '/sys/fs/my cgroups').controllers.get('memory')).toBe('/sys/fs/my cgroups/memory');
  });

  it('have a folder of each cgroup', () => {
    expect(cgroupFolder(read(V1), 'memory', '/mesos/C')).toBe('/sys/fs/cgroup/memory/mesos/C');
    expect(cgroupFolder(read(V2), 'memory', '/mesos/C')).toBe('/sys/fs/cgroup/mesos/C');
  });
});
