/**
 * The shares, quota and memory of a Docker container, from the resources that it has (Mesos 1.11 src/docker/docker.cpp,
 * Docker::RunOptions::create, and src/slave/containerizer/docker.cpp, update). Pure.
 *
 * The resources of a container are those of its executor and its tasks. The command executor has no process here, and a
 * command task gets what itself has asked for.
 */

import type { ResourceStatistics } from '../../../api/generated/mesos';
import { readResources, scalarOf, type WireResource } from '../../../model/resources';
import type { ContainerSpec } from '../../core/state/container-spec';

const MB = 1024 * 1024;
const SHARES_PER_CPU = 1024;
const SHARES_MIN = 2;
const PERIOD_US = 100_000;
const QUOTA_MIN_US = 1000;
const MEMORY_MIN = 32 * MB;
/** The part of a command task's resources that is for its executor (Mesos 1.11 src/slave/constants.hpp). */
const EXECUTOR_CPUS = 0.1;
const EXECUTOR_MEM = 32;

export type Allotted = Pick<ContainerSpec, 'resources' | 'limits' | 'taskId'>;

/** The requests and limits of a container: cpus in cores, mem in MB; Infinity for no limit. */
export interface Allotment {
  readonly cpus: number | undefined;
  readonly mem: number | undefined;
  readonly cpusLimit: number | undefined;
  readonly memLimit: number | undefined;
}

export function allotmentOf({ resources, limits, taskId }: Allotted): Allotment {
  const requests = readResources(resources as readonly WireResource[]);
  const without = taskId === undefined ? { cpus: 0, mem: 0 } : { cpus: EXECUTOR_CPUS, mem: EXECUTOR_MEM };
  const requestOf = (name: 'cpus' | 'mem'): number | undefined =>
    resources.some((resource) => resource.name === name)
      ? rest(scalarOf(requests, name), without[name])
      : undefined;
  const limitOf = (name: 'cpus' | 'mem'): number | undefined =>
    limits[name] === undefined ? undefined : rest(limits[name], without[name]);
  return {
    cpus: requestOf('cpus'),
    mem: requestOf('mem'),
    cpusLimit: limitOf('cpus'),
    memLimit: limitOf('mem'),
  };
}

/** Resources have three decimals. */
function rest(amount: number, without: number): number {
  return Math.max(0, Math.round((amount - without) * 1000) / 1000);
}

/** The numbers of Docker: bytes, shares, and microseconds in each 100 ms. What is undefined has no limit. */
export interface Limits {
  readonly cpuShares: number | undefined;
  readonly cpuQuota: number | undefined;
  readonly memory: number | undefined;
  readonly memoryReservation: number | undefined;
  readonly oomScoreAdj: number | undefined;
}

export interface LimitSettings {
  /** `--cgroups_enable_cfs`. */
  readonly enableCfs: boolean;
  /** The memory of the machine. */
  readonly machineBytes: number;
}

export function limitsOf(allotted: Allotted, { enableCfs, machineBytes }: LimitSettings): Limits {
  const { cpus, mem, cpusLimit, memLimit } = allotmentOf(allotted);
  const quota = cpusLimit ?? (enableCfs ? cpus : undefined);
  const request = mem === undefined ? undefined : bytesOf(mem);
  const isBurstable = request !== undefined && memLimit !== undefined && bytesOf(memLimit) > request;
  return {
    cpuShares: cpus === undefined ? undefined : Math.max(Math.floor(SHARES_PER_CPU * cpus), SHARES_MIN),
    cpuQuota: quota === undefined || !Number.isFinite(quota) ? undefined : quotaOf(quota),
    memory: memLimit === undefined ? request : finite(bytesOf(memLimit)),
    memoryReservation: memLimit === undefined ? undefined : request,
    oomScoreAdj: isBurstable ? 1000 - Math.floor((1000 * request) / machineBytes) : undefined,
  };
}

function quotaOf(cpus: number): number {
  return Math.max(Math.round(PERIOD_US * cpus), QUOTA_MIN_US);
}

function bytesOf(mem: number): number {
  return Math.max(Math.floor(mem * MB), MEMORY_MIN);
}

function finite(limit: number): number | undefined {
  return Number.isFinite(limit) ? limit : undefined;
}

/** A change of limits in the words of Docker's API. */
export interface EngineUpdate {
  readonly CpuShares?: number;
  readonly CpuPeriod?: number;
  readonly CpuQuota?: number;
  readonly MemoryReservation?: number;
  readonly Memory?: number;
  /** The limit of memory and swap together; -1 for none. */
  readonly MemorySwap?: number;
}

/** The limits of a container as it has them, in the words of Docker's API; 0 for none. */
export interface CurrentLimits {
  readonly Memory: number;
  readonly MemorySwap: number;
}

/**
 * The change for new resources. The limit of memory is raised only, since to lower it below what is in use would end
 * something in the container. Docker wants that of memory and swap with it.
 */
export function engineUpdate(
  allotted: Allotted,
  current: CurrentLimits,
  settings: LimitSettings,
): EngineUpdate {
  const limits = limitsOf(allotted, settings);
  const memory =
    limits.memory ?? (allotmentOf(allotted).memLimit === undefined ? undefined : settings.machineBytes);
  const isRaised = memory !== undefined && current.Memory > 0 && memory > current.Memory;
  const reservation = allotmentOf(allotted).mem;
  return {
    ...(limits.cpuShares !== undefined && { CpuShares: limits.cpuShares }),
    ...cpuUpdate(allotted, limits),
    ...(reservation !== undefined && { MemoryReservation: bytesOf(reservation) }),
    ...(isRaised && { Memory: memory, MemorySwap: current.MemorySwap < 0 ? -1 : 2 * memory }),
  };
}

function cpuUpdate(allotted: Allotted, { cpuQuota }: Limits): EngineUpdate {
  if (cpuQuota !== undefined) return { CpuPeriod: PERIOD_US, CpuQuota: cpuQuota };
  return allotmentOf(allotted).cpusLimit === undefined ? {} : { CpuPeriod: PERIOD_US, CpuQuota: -1 };
}

/** The requests and limits of a container for its statistics; no limit is all that the machine has. */
export function limitStatistics(
  allotted: Allotted,
  machine: { readonly cpus: number; readonly bytes: number },
): Partial<ResourceStatistics> {
  const { cpus = 0, mem = 0, cpusLimit = cpus, memLimit = mem } = allotmentOf(allotted);
  return {
    cpus_soft_limit: cpus,
    cpus_limit: finite(cpusLimit) ?? machine.cpus,
    mem_soft_limit_bytes: mem * MB,
    mem_limit_bytes: finite(memLimit * MB) ?? machine.bytes,
  };
}
