/**
 * The part of a Docker container that is neither its start nor its end, as an isolator: what is refused, its volumes, its
 * changes, statistics and status.
 */

import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import type { ContainerStatus, ResourceStatistics } from '../../api/generated/mesos';
import { readCpuUse } from '../containerizer/cgroups/cpu';
import type { Hierarchies } from '../containerizer/cgroups/hierarchies';
import { readMemoryUse } from '../containerizer/cgroups/memory';
import { limitMessage } from '../containerizer/isolators/cgroups-mem';
import type { ContainerRun, Isolator } from '../containerizer/isolators/isolator';
import { VolumeOwners } from '../containerizer/isolators/persistent-volumes';
import { processAsk } from '../containerizer/isolators/unmet-asks';
import type { ResourceChange } from '../containerizer/port';
import type { ContainerSpec, Limitation } from '../core/state/container-spec';
import { cgroupsOf } from './core/cgroups';
import { networkInfosOf } from './core/inspection';
import { containerName } from './core/names';
import { engineUpdate, limitStatistics } from './core/resources';
import { type DockerSettings, runArguments } from './core/run-arguments';
import { persistentVolumes } from './core/volumes';
import { type DockerEngine, EngineUnreachable } from './engine';
import { livePid, readRun } from './run-record';

const MB = 1024 * 1024;
/** The exit code of a process that was killed, such as for want of memory. */
const KILLED = 137;

export interface DockerIsolatorOptions {
  readonly engine: DockerEngine;
  readonly settings: DockerSettings;
  readonly hierarchies: Hierarchies;
}

export function dockerIsolator({ engine, settings, hierarchies }: DockerIsolatorOptions): Isolator {
  const owners = new VolumeOwners();
  const nameOf = ({ spec }: ContainerRun): string => containerName(spec.containerId);
  return {
    name: 'docker',
    needsRuntime: false,
    refusal: (spec) => refusalOf(spec, settings),
    async prepare({ spec }) {
      const volumes = volumesOf(spec.resources, settings);
      for (const volume of volumes) await owners.own(volume, spec);
      owners.keep(spec.containerId, volumes);
      return {};
    },
    recover: ({ spec }) =>
      Promise.resolve(owners.keep(spec.containerId, volumesOf(spec.resources, settings))),
    limitation: (run) => limitationOf(engine, nameOf(run)),
    async update(run, change) {
      const { containerId } = run.spec;
      const added = volumesOf(change.resources, settings).find(({ path }) => !owners.has(containerId, path));
      if (added)
        throw new Error(
          `The persistent volume '${added.path}' cannot be added to a Docker container that runs`,
        );
      await update(engine, settings, run);
    },
    usage: (run) => Promise.resolve(usageOf(hierarchies, run)),
    status: (run) => statusOf(engine, run),
    cleanup: ({ spec }) => Promise.resolve(owners.forget(spec.containerId)),
  };
}

/** Docker has limits and privileges of its own, which are its parameters. The original leaves those of Mesos out. */
function refusalOf(spec: ContainerSpec, settings: DockerSettings): string | undefined {
  const part = processAsk(spec);
  if (part !== undefined)
    return `${part} is for containers of the Mesos containerizer; Docker has parameters for it, such as ulimit and cap-drop`;
  const dockerRun = runArguments(spec, settings, '');
  return 'error' in dockerRun ? dockerRun.error : undefined;
}

function volumesOf(resources: ResourceChange['resources'], settings: DockerSettings) {
  return persistentVolumes(resources, settings).map(({ source: path, isShared }) => ({ path, isShared }));
}

/** In the original, nothing is made of it: "investigate and handle OOM with docker". */
async function limitationOf(engine: DockerEngine, name: string): Promise<Limitation | undefined> {
  const inspection = await engine.inspect(name).catch((error: unknown) => {
    if (!(error instanceof EngineUnreachable)) throw error;
  });
  if (!inspection?.ranOutOfMemory || inspection.exitCode !== KILLED) return undefined;
  const { Memory: limit } = inspection;
  return {
    reason: 'REASON_CONTAINER_LIMITATION_MEMORY',
    message: limitMessage({ limit, peak: undefined, stat: undefined }).trim(),
    resources: [{ name: 'mem', type: 'SCALAR', scalar: { value: limit / MB } }],
  };
}

/** A command task keeps what it has been started with, as in the original. */
async function update(engine: DockerEngine, settings: DockerSettings, { spec }: ContainerRun): Promise<void> {
  if (spec.taskId !== undefined) return;
  const name = containerName(spec.containerId);
  const inspection = await engine.inspect(name);
  if (inspection?.phase === 'running') await engine.update(name, engineUpdate(spec, inspection, settings));
}

/** The use of its processes, as far as they are there. */
function usageOf(hierarchies: Hierarchies, { spec, folder }: ContainerRun): Partial<ResourceStatistics> {
  const limits = limitStatistics(spec, { cpus: availableParallelism(), bytes: totalmem() });
  const pid = livePid(readRun(folder));
  if (pid === undefined) return limits;
  const { cpu, memory } = cgroupsOf(readText(`/proc/${pid}/cgroup`));
  // A process that has just ended is in the cgroup of all.
  if (cpu === '/' || memory === '/') return limits;
  const { user, system, ...throttling } = readCpuUse(hierarchies, cpu);
  const use = readMemoryUse(hierarchies, memory);
  return {
    ...limits,
    cpus_user_time_secs: user,
    cpus_system_time_secs: system,
    ...throttling,
    mem_total_bytes: use.total,
    mem_file_bytes: use.cache,
    mem_cache_bytes: use.cache,
    mem_anon_bytes: use.rss,
    mem_rss_bytes: use.rss,
    mem_mapped_file_bytes: use.mapped,
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

async function statusOf(engine: DockerEngine, { spec }: ContainerRun): Promise<Partial<ContainerStatus>> {
  const inspection = await engine.inspect(containerName(spec.containerId));
  const networks = inspection ? networkInfosOf(inspection, spec.container) : [];
  return networks.length === 0 ? {} : { network_infos: networks };
}
