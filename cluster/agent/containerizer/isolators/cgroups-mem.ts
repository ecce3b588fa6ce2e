/**
 * The isolator `cgroups/mem`: a limit of memory, and what becomes of a container that goes beyond it (Mesos 1.11
 * src/slave/containerizer/mesos/isolators/cgroups/subsystems/memory.cpp).
 *
 * The kernel ends a process of a container that has hit its limit; the container is then ended as a whole.
 */

import { existsSync } from 'node:fs';
import { totalmem } from 'node:os';
import type { ResourceStatistics } from '../../../api/generated/mesos';
import { printBytes } from '../../../model/bytes';
import { milliOf, readResources, type WireResource } from '../../../model/resources';
import {
  MemoryPressure,
  type PressureCounts,
  pressureProgram,
} from '../../../runtime/pressure/memory-pressure';
import type { ContainerSpec, Limitation } from '../../core/state/container-spec';
import { cgroupFolder, type Hierarchies } from '../cgroups/hierarchies';
import {
  changeMemory,
  type MemorySettings,
  ranOutOfMemory,
  readLimit,
  readMemoryStat,
  readMemoryUse,
  readPeak,
  setMemory,
} from '../cgroups/memory';
import { withProcess, withResources } from '../oci/change-spec';
import type { LinuxResources, RuntimeSpec } from '../oci/runtime-spec';
import type { ResourceChange } from '../port';
import type { IsolatorContext } from './context';
import type { ContainerRun, Isolator } from './isolator';
import { hasInnerCgroup, ownsCgroup } from './owns-cgroup';
import { Watches } from './watches';

const MB = 1024 * 1024;
const LIMIT_MIN = 32 * MB;
/** Time between two looks at the counters of a container. The end of a program is looked at besides. */
const LOOK_MS = 1000;

export function cgroupsMem({ config, hierarchies, clock, log }: IsolatorContext): Isolator {
  const program = hasPressure(hierarchies) ? pressureProgram() : undefined;
  const pressure = program === undefined ? undefined : new MemoryPressure(program, log);
  const settingsOf = (change: ResourceChange): MemorySettings =>
    memorySettings(change, { limitSwap: config.cgroups_limit_swap });
  const watches = new Watches(clock, LOOK_MS, async (run) => limitationOf(hierarchies, run));
  return {
    name: 'cgroups/mem',
    needsRuntime: true,
    refusal: (spec) =>
      ownsCgroup(spec) && !spec.resources.some(({ name }) => name === 'mem')
        ? "Failed to update subsystem 'memory': No memory resource given"
        : undefined,
    async prepare({ spec, cgroup }) {
      if (!ownsCgroup(spec)) return {};
      if (hasInnerCgroup(hierarchies, spec)) setMemory(hierarchies, cgroup, settingsOf(spec));
      return { specification: specifyMemory(spec, settingsOf(spec), totalmem()) };
    },
    watch: (run, limited) => {
      pressure?.add(run.spec.containerId, cgroupFolder(hierarchies, 'memory', run.cgroup));
      if (ownsCgroup(run.spec)) watches.add(run, limited);
    },
    limitation: async (run) => {
      const owner = ownerOf(run);
      const limitation = limitationOf(hierarchies, owner, run);
      // The cgroup of a nested container goes with it, and with that its counters: the other container is told now.
      if (limitation && owner !== run) watches.limit(owner, limitation);
      return limitation;
    },
    async update(run, change) {
      if (ownsCgroup(run.spec)) changeMemory(hierarchies, run.cgroup, settingsOf(change));
    },
    usage: async (run) => ({
      ...statisticsOf(hierarchies, run.cgroup, config.cgroups_limit_swap),
      ...pressureStatistics(pressure?.countsOf(run.spec.containerId)),
    }),
    cleanup: async (run) => {
      pressure?.remove(run.spec.containerId);
      watches.remove(run);
    },
    stop: () => {
      pressure?.stop();
      watches.stop();
    },
  };
}

/**
 * The limit is that of the task, or the request; both are at least 32 MB. The request alone is the soft limit, which the
 * kernel reclaims memory down to when the machine is short of it.
 */
export function memorySettings(
  { resources, limits }: ResourceChange,
  { limitSwap }: { readonly limitSwap: boolean },
): MemorySettings {
  const request = milliOf(readResources(resources as readonly WireResource[]), 'mem') / 1000;
  const softLimit = Math.max(Math.floor(request * MB), LIMIT_MIN);
  const { mem } = limits;
  const limit = mem === undefined ? softLimit : Math.max(Math.floor(mem) * MB, LIMIT_MIN);
  return limitSwap ? { limit, softLimit, withSwap: limit } : { limit, softLimit };
}

/** The specification of a container with these limits. `machineBytes` is the memory of the machine. */
export function specifyMemory(
  spec: ContainerSpec,
  settings: MemorySettings,
  machineBytes: number,
): (specification: RuntimeSpec) => RuntimeSpec {
  const memory: LinuxResources['memory'] = {
    limit: runtimeLimit(settings.limit),
    reservation: settings.softLimit,
    ...(settings.withSwap === undefined ? {} : { swap: runtimeLimit(settings.withSwap) }),
  };
  const limited = withResources({ memory });
  if (!isBurstable(spec, settings)) return limited;
  // Beyond its request such a container is the first one to go when the machine is out of memory.
  const oomScoreAdj = 1000 - Math.floor((1000 * settings.softLimit) / machineBytes);
  return (specification) => withProcess({ oomScoreAdj })(limited(specification));
}

function runtimeLimit(bytes: number): number {
  return Number.isFinite(bytes) ? bytes : -1;
}

/** True for tasks that may use more than they have asked for. Executors keep their place. */
function isBurstable({ taskId, parent }: ContainerSpec, { limit, softLimit }: MemorySettings): boolean {
  return softLimit < limit && (taskId !== undefined || parent !== undefined);
}

/** The container whose cgroup has the limits: itself, or one that it is nested in. */
function ownerOf(run: ContainerRun): ContainerRun {
  return ownsCgroup(run.spec) || run.parent === undefined ? run : ownerOf(run.parent);
}

/** The limit of a container that itself, or the one nested in it, went beyond. */
function limitationOf(
  hierarchies: Hierarchies,
  { cgroup }: ContainerRun,
  nested?: ContainerRun,
): Limitation | undefined {
  if (!ranOutOfMemory(hierarchies, nested?.cgroup ?? cgroup, cgroup)) return undefined;
  const limit = readLimit(hierarchies, cgroup);
  const peak = readPeak(hierarchies, cgroup);
  return {
    reason: 'REASON_CONTAINER_LIMITATION_MEMORY',
    message: limitMessage({ limit, peak, stat: readMemoryStat(hierarchies, cgroup) }),
    resources: [{ name: 'mem', type: 'SCALAR', scalar: { value: (peak ?? 0) / MB } }],
  };
}

/** True where the kernel tells of memory pressure: not on cgroups v2. */
function hasPressure(hierarchies: Hierarchies): boolean {
  return (
    hierarchies.version === 1 && existsSync(cgroupFolder(hierarchies, 'memory', '/memory.pressure_level'))
  );
}

/** The counts begin anew with the agent, as in the original. */
export function pressureStatistics(counts: PressureCounts | undefined): Partial<ResourceStatistics> {
  if (!counts) return {};
  return {
    mem_low_pressure_counter: counts.low,
    mem_medium_pressure_counter: counts.medium,
    mem_critical_pressure_counter: counts.critical,
  };
}

interface MemoryAtEnd {
  readonly limit: number | undefined;
  readonly peak: number | undefined;
  readonly stat: string | undefined;
}

/** The message in the words of Mesos. */
export function limitMessage({ limit, peak, stat }: MemoryAtEnd): string {
  const requested = limit === undefined || !Number.isFinite(limit) ? '' : `Requested: ${printBytes(limit)} `;
  const used = peak === undefined ? '' : `Maximum Used: ${printBytes(peak)}\n`;
  const statistics = stat === undefined ? '' : `\nMEMORY STATISTICS: \n${stat}\n`;
  return `Memory limit exceeded: ${requested}${used}${statistics}`;
}

function statisticsOf(
  hierarchies: Hierarchies,
  cgroup: string,
  withSwap: boolean,
): Partial<ResourceStatistics> {
  const use = readMemoryUse(hierarchies, cgroup);
  return {
    mem_total_bytes: use.total,
    ...(withSwap ? { mem_total_memsw_bytes: use.totalWithSwap } : {}),
    mem_file_bytes: use.cache,
    mem_cache_bytes: use.cache,
    mem_anon_bytes: use.rss,
    mem_rss_bytes: use.rss,
    mem_mapped_file_bytes: use.mapped,
    mem_swap_bytes: use.swap,
    mem_unevictable_bytes: use.unevictable,
  };
}
