import {
  type Allotted,
  allotmentOf,
  engineUpdate,
  limitStatistics,
  limitsOf,
} from '../../../../../cluster/agent/docker/core/resources';
import type { Resource } from '../../../../../cluster/api/generated/mesos';

const MB = 1024 * 1024;
const scalar = (name: string, value: number): Resource => ({ name, type: 'SCALAR', scalar: { value } });
const SETTINGS = { enableCfs: false, machineBytes: 1000 * MB };

const allotted = (cpus: number, mem: number, more: Partial<Allotted> = {}): Allotted => ({
  resources: [scalar('cpus', cpus), scalar('mem', mem)],
  limits: {},
  taskId: undefined,
  ...more,
});

test('a command task has what itself has asked for, without its executor', () => {
  const task = allotted(1.1, 96, { taskId: 't', limits: { cpus: 2.1, mem: Number.POSITIVE_INFINITY } });
  expect(allotmentOf(task)).toEqual({ cpus: 1, mem: 64, cpusLimit: 2, memLimit: Number.POSITIVE_INFINITY });
  expect(allotmentOf({ resources: [], limits: {}, taskId: 't' })).toEqual({
    cpus: undefined,
    mem: undefined,
    cpusLimit: undefined,
    memLimit: undefined,
  });
});

const NONE = {
  cpuShares: undefined,
  cpuQuota: undefined,
  memory: undefined,
  memoryReservation: undefined,
  oomScoreAdj: undefined,
};

test.each<[name: string, allotted: Allotted, settings: object, limits: object]>([
  ['requests', allotted(0.5, 64), {}, { cpuShares: 512, memory: 64 * MB }],
  ['tiny requests', allotted(0.001, 1), {}, { cpuShares: 2, memory: 32 * MB }],
  [
    'requests, with quotas',
    allotted(0.5, 64),
    { enableCfs: true },
    { cpuShares: 512, cpuQuota: 50_000, memory: 64 * MB },
  ],
  [
    'limits above them',
    allotted(0.5, 100, { limits: { cpus: 2, mem: 200 } }),
    {},
    { cpuShares: 512, cpuQuota: 200_000, memory: 200 * MB, memoryReservation: 100 * MB, oomScoreAdj: 900 },
  ],
  [
    'no limits',
    allotted(0.5, 100, { limits: { cpus: Number.POSITIVE_INFINITY, mem: Number.POSITIVE_INFINITY } }),
    { enableCfs: true },
    { cpuShares: 512, memoryReservation: 100 * MB, oomScoreAdj: 900 },
  ],
  ['nothing', { resources: [], limits: {}, taskId: undefined }, {}, {}],
])('the limits of a container with %s', (_name, asked, settings, limits) => {
  expect(limitsOf(asked, { ...SETTINGS, ...settings })).toEqual({ ...NONE, ...limits });
});

test('a change raises the limit of memory with that of swap, and never lowers it', () => {
  const current = { Memory: 64 * MB, MemorySwap: 128 * MB };
  expect(engineUpdate(allotted(2, 128), current, SETTINGS)).toEqual({
    CpuShares: 2048,
    MemoryReservation: 128 * MB,
    Memory: 128 * MB,
    MemorySwap: 256 * MB,
  });
  expect(engineUpdate(allotted(2, 48), current, SETTINGS)).toEqual({
    CpuShares: 2048,
    MemoryReservation: 48 * MB,
  });
  const without = { Memory: 64 * MB, MemorySwap: -1 };
  expect(engineUpdate(allotted(2, 128), without, SETTINGS)).toMatchObject({ MemorySwap: -1 });
  expect(engineUpdate(allotted(2, 128), { Memory: 0, MemorySwap: 0 }, SETTINGS)).not.toHaveProperty('Memory');
});

test('a change takes limits away', () => {
  const limits = { cpus: Number.POSITIVE_INFINITY, mem: Number.POSITIVE_INFINITY };
  const current = { Memory: 64 * MB, MemorySwap: 128 * MB };
  expect(engineUpdate(allotted(1, 64, { limits }), current, SETTINGS)).toMatchObject({
    CpuPeriod: 100_000,
    CpuQuota: -1,
    Memory: 1000 * MB,
  });
});

test('statistics have all that the machine has where there is no limit', () => {
  const machine = { cpus: 4, bytes: 1000 * MB };
  expect(limitStatistics(allotted(1.1, 96, { taskId: 't' }), machine)).toEqual({
    cpus_soft_limit: 1,
    cpus_limit: 1,
    mem_soft_limit_bytes: 64 * MB,
    mem_limit_bytes: 64 * MB,
  });
  const limits = { cpus: Number.POSITIVE_INFINITY, mem: Number.POSITIVE_INFINITY };
  expect(limitStatistics(allotted(1, 64, { limits }), machine)).toMatchObject({
    cpus_limit: 4,
    mem_limit_bytes: 1000 * MB,
  });
});
