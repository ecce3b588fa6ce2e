import { readBlkioStatistics } from '../../../../../cluster/agent/containerizer/cgroups/blkio';
import { readCpuUse, weightOf, writeCpu } from '../../../../../cluster/agent/containerizer/cgroups/cpu';
import {
  changeMemory,
  ranOutOfMemory,
  readLimit,
  readMemoryUse,
  readPeak,
} from '../../../../../cluster/agent/containerizer/cgroups/memory';
import { type FakeCgroups, fakeCgroups } from './fake-cgroups';

const C = '/mesos/C';
const MB = 1024 * 1024;
const MEMORY_STAT_V1 = `cache 1000
rss 2000
total_cache 4096
total_rss 8192
total_mapped_file 512
total_swap 0
total_unevictable 7
`;
const MEMORY_STAT_V2 = `anon 8192
file 4096
kernel 16384
file_mapped 512
unevictable 7
`;

let cgroups: FakeCgroups;
afterEach(() => cgroups.remove());

describe('cgroups v1', () => {
  beforeEach(() => {
    cgroups = fakeCgroups(1, ['cpu', 'cpuacct', 'memory', 'blkio']);
  });

  it('have shares and a quota', () => {
    cgroups.write(`cpu${C}/cpu.shares`, '1024\n');
    writeCpu(cgroups.hierarchies, C, { shares: 512 });
    expect(cgroups.read(`cpu${C}/cpu.shares`)).toBe('512');
    writeCpu(cgroups.hierarchies, C, { shares: 512, quota: 50_000, period: 100_000 });
    expect(cgroups.read(`cpu${C}/cpu.cfs_quota_us`)).toBe('50000');
    expect(cgroups.read(`cpu${C}/cpu.cfs_period_us`)).toBe('100000');
  });

  it('count ticks of processor time', () => {
    cgroups.write(`cpuacct${C}/cpuacct.stat`, 'user 250\nsystem 50\n');
    cgroups.write(`cpu${C}/cpu.stat`, 'nr_periods 9\nnr_throttled 3\nthrottled_time 1500000000\n');
    expect(readCpuUse(cgroups.hierarchies, C)).toEqual({
      user: 2.5,
      system: 0.5,
      cpus_nr_periods: 9,
      cpus_nr_throttled: 3,
      cpus_throttled_time_secs: 1.5,
    });
  });

  it('raise the limit of memory, and lower the soft limit alone', () => {
    const limit = `memory${C}/memory.limit_in_bytes`;
    cgroups.write(limit, `${64 * MB}\n`);
    changeMemory(cgroups.hierarchies, C, { limit: 32 * MB, softLimit: 32 * MB });
    expect(cgroups.read(limit).trim()).toBe(String(64 * MB));
    expect(cgroups.read(`memory${C}/memory.soft_limit_in_bytes`)).toBe(String(32 * MB));
    changeMemory(cgroups.hierarchies, C, { limit: 128 * MB, softLimit: 32 * MB, withSwap: 128 * MB });
    expect(readLimit(cgroups.hierarchies, C)).toBe(128 * MB);
    expect(cgroups.read(`memory${C}/memory.memsw.limit_in_bytes`)).toBe(String(128 * MB));
    changeMemory(cgroups.hierarchies, C, { limit: Number.POSITIVE_INFINITY, softLimit: 32 * MB });
    expect(cgroups.read(limit)).toBe('-1');
  });

  it('tell what memory is used for', () => {
    cgroups.write(`memory${C}/memory.stat`, MEMORY_STAT_V1);
    cgroups.write(`memory${C}/memory.usage_in_bytes`, '16384\n');
    cgroups.write(`memory${C}/memory.max_usage_in_bytes`, '20480\n');
    expect(readMemoryUse(cgroups.hierarchies, C)).toEqual({
      total: 16384,
      totalWithSwap: undefined,
      cache: 4096,
      rss: 8192,
      mapped: 512,
      swap: 0,
      unevictable: 7,
    });
    expect(readPeak(cgroups.hierarchies, C)).toBe(20480);
  });

  it.each([
    ['a kill at the limit', 3, 1, 0, true],
    ['a kill in a cgroup below', 3, 0, 1, true],
    ['a kill because the machine is out of memory', 0, 1, 0, false],
    ['a limit that was hit, and memory that was reclaimed', 3, 0, 0, false],
  ])('run out of memory: %s', (_what, failures, kills, killsBelow, isOut) => {
    cgroups.write(`memory${C}/memory.failcnt`, `${failures}\n`);
    cgroups.write(`memory${C}/memory.oom_control`, `oom_kill_disable 0\nunder_oom 0\noom_kill ${kills}\n`);
    cgroups.write(
      `memory${C}/D/memory.oom_control`,
      `oom_kill_disable 0\nunder_oom 0\noom_kill ${killsBelow}\n`,
    );
    expect(ranOutOfMemory(cgroups.hierarchies, C)).toBe(isOut);
  });

  it('have statistics of block devices, with the sums at the end', () => {
    cgroups.write(`blkio${C}/blkio.throttle.io_serviced`, '8:0 Read 2\n8:0 Total 2\nTotal 2\n');
    cgroups.write(`blkio${C}/blkio.throttle.io_service_bytes`, '8:0 Read 8192\n8:0 Total 8192\nTotal 8192\n');
    cgroups.write(`blkio${C}/blkio.time`, '8:0 5\n');
    expect(readBlkioStatistics(cgroups.hierarchies, C)).toEqual({
      cfq: [{ device: { major_number: 8, minor_number: 0 }, time: 5 }],
      cfq_recursive: [],
      throttling: [
        {
          device: { major_number: 8, minor_number: 0 },
          io_serviced: [
            { op: 'READ', value: 2 },
            { op: 'TOTAL', value: 2 },
          ],
          io_service_bytes: [
            { op: 'READ', value: 8192 },
            { op: 'TOTAL', value: 8192 },
          ],
        },
        {
          io_serviced: [{ op: 'TOTAL', value: 2 }],
          io_service_bytes: [{ op: 'TOTAL', value: 8192 }],
        },
      ],
    });
  });

  it('that are gone say nothing', () => {
    expect(ranOutOfMemory(cgroups.hierarchies, '/gone')).toBe(false);
    expect(readCpuUse(cgroups.hierarchies, '/gone')).toMatchObject({ user: 0, system: 0 });
    expect(() => writeCpu(cgroups.hierarchies, '/gone', { shares: 2 })).toThrow(
      /^Failed to write '2' to .*\/cpu\/gone\/cpu.shares: ENOENT/,
    );
  });
});

describe('cgroups v2', () => {
  beforeEach(() => {
    cgroups = fakeCgroups(2, ['cpu', 'memory', 'io', 'pids']);
    cgroups.write(`${C}/cgroup.procs`, '');
  });

  it('have a weight and a maximum', () => {
    writeCpu(cgroups.hierarchies, C, { shares: 1024, quota: -1, period: 100_000 });
    expect(cgroups.read(`${C}/cpu.weight`)).toBe('39');
    expect(cgroups.read(`${C}/cpu.max`)).toBe('max 100000');
  });

  it.each([
    [2, 1],
    [1024, 39],
    [262_144, 10_000],
    [0, 1],
  ])('%i shares are a weight of %i', (shares, weight) => {
    expect(weightOf(shares)).toBe(weight);
  });

  it('count microseconds of processor time', () => {
    cgroups.write(
      `${C}/cpu.stat`,
      'usage_usec 3000000\nuser_usec 2500000\nsystem_usec 500000\nnr_periods 9\nnr_throttled 3\nthrottled_usec 1500000\n',
    );
    expect(readCpuUse(cgroups.hierarchies, C)).toEqual({
      user: 2.5,
      system: 0.5,
      cpus_nr_periods: 9,
      cpus_nr_throttled: 3,
      cpus_throttled_time_secs: 1.5,
    });
  });

  it('have a limit of swap alone', () => {
    cgroups.write(`${C}/memory.max`, `${32 * MB}\n`);
    changeMemory(cgroups.hierarchies, C, { limit: 64 * MB, softLimit: 32 * MB, withSwap: 64 * MB });
    expect(cgroups.read(`${C}/memory.max`)).toBe(String(64 * MB));
    expect(cgroups.read(`${C}/memory.low`)).toBe(String(32 * MB));
    expect(cgroups.read(`${C}/memory.swap.max`)).toBe('0');
    changeMemory(cgroups.hierarchies, C, { limit: Number.POSITIVE_INFINITY, softLimit: 32 * MB });
    expect(cgroups.read(`${C}/memory.max`)).toBe('max');
  });

  it('tell what memory is used for', () => {
    cgroups.write(`${C}/memory.stat`, MEMORY_STAT_V2);
    cgroups.write(`${C}/memory.current`, '16384\n');
    cgroups.write(`${C}/memory.swap.current`, '100\n');
    expect(readMemoryUse(cgroups.hierarchies, C)).toEqual({
      total: 16384,
      totalWithSwap: 16484,
      cache: 4096,
      rss: 8192,
      mapped: 512,
      swap: 100,
      unevictable: 7,
    });
  });

  it.each([
    ['a kill at the limit', 1, 1, true],
    ['a kill because the machine is out of memory', 0, 1, false],
  ])('run out of memory: %s', (_what, oom, kills, isOut) => {
    cgroups.write(
      `${C}/memory.events`,
      `low 0\nhigh 0\nmax 9\noom ${oom}\noom_kill ${kills}\noom_group_kill 0\n`,
    );
    expect(ranOutOfMemory(cgroups.hierarchies, C)).toBe(isOut);
  });

  it('have statistics of block devices', () => {
    cgroups.write(`${C}/io.stat`, '254:0 rbytes=8192 wbytes=0 rios=2 wios=0 dbytes=0 dios=0\n');
    expect(readBlkioStatistics(cgroups.hierarchies, C).throttling?.[0]?.device).toEqual({
      major_number: 254,
      minor_number: 0,
    });
  });
});
