/**
 * The isolator `cgroups/cpu`: shares of the processors, and with CFS no more than those (Mesos 1.11
 * src/slave/containerizer/mesos/isolators/cgroups/subsystems/cpu.cpp and cpuacct.cpp).
 */

import type { ResourceStatistics } from '../../../api/generated/mesos';
import { milliOf, readResources, type WireResource } from '../../../model/resources';
import type { ContainerSpec } from '../../core/state/container-spec';
import { type CpuSettings, readCpuUse, writeCpu } from '../cgroups/cpu';
import { cgroupProcesses, cgroupThreads } from '../cgroups/files';
import { cgroupFolder } from '../cgroups/hierarchies';
import { withResources } from '../oci/change-spec';
import type { ResourceChange } from '../port';
import type { IsolatorContext } from './context';
import type { ContainerRun, Isolator } from './isolator';
import { hasInnerCgroup, ownsCgroup } from './owns-cgroup';

const SHARES_PER_CPU = 1024;
const SHARES_PER_REVOCABLE_CPU = 10;
const SHARES_MIN = 2;
const PERIOD_US = 100_000;
const QUOTA_MIN_US = 1000;

type CpuFlags = Pick<IsolatorContext['config'], 'cgroups_enable_cfs' | 'revocable_cpu_low_priority'>;

export function cgroupsCpu({ config, hierarchies }: IsolatorContext): Isolator {
  const folder = (run: ContainerRun): string => cgroupFolder(hierarchies, 'cpu', run.cgroup);
  return {
    name: 'cgroups/cpu',
    needsRuntime: true,
    refusal: (spec) =>
      ownsCgroup(spec) && !hasCpus(spec.resources)
        ? "Failed to update subsystem 'cpu': No cpus resource given"
        : undefined,
    async prepare({ spec, cgroup }) {
      if (hasInnerCgroup(hierarchies, spec)) writeCpu(hierarchies, cgroup, cpuSettings(spec, config));
      return ownsCgroup(spec) ? { specification: withResources({ cpu: cpuSettings(spec, config) }) } : {};
    },
    async update(run, change) {
      if (ownsCgroup(run.spec)) writeCpu(hierarchies, run.cgroup, cpuSettings(change, config));
    },
    async usage(run) {
      const { user, system, ...throttled } = readCpuUse(hierarchies, run.cgroup);
      const quota = config.cgroups_enable_cfs || run.spec.limits['cpus'] !== undefined ? throttled : {};
      return {
        cpus_user_time_secs: user,
        cpus_system_time_secs: system,
        ...quota,
        ...counts(folder(run), config),
      };
    },
  };
}

function counts(
  folder: string,
  config: Pick<IsolatorContext['config'], 'cgroups_cpu_enable_pids_and_tids_count'>,
): Partial<ResourceStatistics> {
  if (!config.cgroups_cpu_enable_pids_and_tids_count) return {};
  return { processes: cgroupProcesses(folder).length, threads: cgroupThreads(folder).length };
}

function hasCpus(resources: ContainerSpec['resources']): boolean {
  return resources.some(({ name }) => name === 'cpus');
}

/**
 * Shares by the requested cpus; a quota by the limit, or by the request where CFS is on for all. Shares of revocable cpus
 * are few, so that they stand back behind the others.
 */
export function cpuSettings({ resources, limits }: ResourceChange, flags: CpuFlags): CpuSettings {
  const cpus = milliOf(readResources(resources as readonly WireResource[]), 'cpus') / 1000;
  const isRevocable = resources.some(({ name, revocable }) => name === 'cpus' && revocable !== undefined);
  const perCpu = flags.revocable_cpu_low_priority && isRevocable ? SHARES_PER_REVOCABLE_CPU : SHARES_PER_CPU;
  const shares = Math.max(Math.floor(perCpu * cpus), SHARES_MIN);
  const limit = limits['cpus'] ?? (flags.cgroups_enable_cfs ? cpus : undefined);
  return limit === undefined ? { shares } : { shares, period: PERIOD_US, quota: quotaOf(limit) };
}

function quotaOf(cpus: number): number {
  return Number.isFinite(cpus) ? Math.max(Math.round(PERIOD_US * cpus), QUOTA_MIN_US) : -1;
}
