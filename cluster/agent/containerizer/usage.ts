/**
 * The statistics and the status of one container, from all of its isolators.
 */

import { availableParallelism, totalmem } from 'node:os';
import type { ContainerID, ContainerStatus, ResourceStatistics } from '../../api/generated/mesos';
import { readResources, scalarOf, type WireResource } from '../../model/resources';
import type { ContainerSpec } from '../core/state/container-spec';
import type { ContainerRun, Isolator } from './isolators/isolator';

const MB = 1024 * 1024;

/** The statistics of a container; those of later isolators win, and over the limits of its resources. */
export async function containerUsage(
  isolators: readonly Isolator[],
  run: ContainerRun,
  { pids, now }: { readonly pids: readonly number[]; readonly now: number },
): Promise<ResourceStatistics> {
  const parts: Partial<ResourceStatistics>[] = [];
  for (const isolator of isolators) parts.push((await isolator.usage?.(run, pids)) ?? {});
  return Object.assign({ timestamp: now / 1000 }, limitsOf(run.spec), ...parts);
}

/**
 * Requests are soft limits; a hard limit of "infinity" is all that the machine has (Mesos 1.10 containerizer.cpp). There
 * is always a hard limit of the processors here, the request without another one.
 */
function limitsOf({ resources, limits }: ContainerSpec): Partial<ResourceStatistics> {
  const requests = readResources(resources as readonly WireResource[]);
  const cpus = scalarOf(requests, 'cpus');
  const mem = scalarOf(requests, 'mem');
  const { cpus: cpusLimit = cpus, mem: memLimit = mem } = limits;
  return {
    cpus_soft_limit: cpus,
    cpus_limit: Number.isFinite(cpusLimit) ? cpusLimit : availableParallelism(),
    mem_soft_limit_bytes: mem * MB,
    mem_limit_bytes: Number.isFinite(memLimit) ? memLimit * MB : totalmem(),
  };
}

/** The status of a container for `container_status`. */
export async function containerStatus(
  isolators: readonly Isolator[],
  run: ContainerRun,
  pid: number | undefined,
): Promise<ContainerStatus> {
  const parts: Partial<ContainerStatus>[] = [];
  for (const isolator of isolators) parts.push((await isolator.status?.(run)) ?? {});
  const status: ContainerStatus = { container_id: wireId(run.spec.containerId), executor_pid: pid };
  return Object.assign(status, ...parts);
}

/** The id of a container on the wire, where that of a nested one has its parent in it. */
export function wireId(containerId: string): ContainerID {
  const [first = '', ...rest] = containerId.split('.');
  return rest.reduce<ContainerID>((parent, value) => ({ value, parent }), { value: first });
}
