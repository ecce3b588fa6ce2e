/**
 * The isolator `disk/du`: what the sandbox and the volumes of a container take on disk, and with
 * `--enforce_container_disk_quota` the end of one that takes more than it has (Mesos 1.11
 * src/slave/containerizer/mesos/isolators/posix/disk.cpp).
 *
 * Nested containers are measured with the container that they are in: their sandboxes are below its own. With the backend
 * overlay, what a container writes into the file system of its image counts for its sandbox.
 */

import { lstatSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { DiskStatistics, Resource, ResourceStatistics } from '../../../api/generated/mesos';
import { printBytes } from '../../../model/bytes';
import { milliOf, readResources, type WireResource } from '../../../model/resources';
import { volumePlace } from '../../core/resources/volume-places';
import type { Limitation } from '../../core/state/container-spec';
import { ephemeralFolders } from '../images/container-images';
import type { IsolatorContext } from './context';
import { diskUse } from './disk-use';
import type { ContainerRun, Isolator } from './isolator';
import { Watches } from './watches';

const MB = 1024 * 1024;

/** A folder with the disk resources of a container that are for it. */
export interface DiskQuota {
  readonly path: string;
  readonly resources: readonly Resource[];
  readonly bytes: number;
}

/** A container that is measured. */
interface Measured {
  readonly sandbox: string;
  /** Folders outside of the sandbox that count for it. */
  readonly ephemeral: readonly string[];
  quotas: readonly DiskQuota[];
  /** Bytes by path, from the last look. */
  readonly used: Map<string, number>;
}

export function diskDu({ config, workDir, clock, log }: IsolatorContext): Isolator {
  const containers = new Map<string, Measured>();
  const look = async ({ spec }: ContainerRun): Promise<Limitation | undefined> => {
    const measured = containers.get(spec.containerId);
    if (measured === undefined) return undefined;
    await measure(measured, workDir).catch((error: unknown) =>
      log.error({ container: spec.containerId, error }, 'cannot measure the disk of a container'),
    );
    return config.enforce_container_disk_quota ? diskLimitation(measured.quotas, measured.used) : undefined;
  };
  const watches = new Watches(clock, config.container_disk_watch_interval, look);
  return {
    name: 'disk/du',
    needsRuntime: false,
    watch: (run, limited) => {
      const { spec } = run;
      if (spec.parent !== undefined) return;
      const { containerId, directory: sandbox, container } = spec;
      const quotas = diskQuotas(sandbox, spec.resources);
      const ephemeral = container?.mesos?.image ? ephemeralFolders(workDir, containerId) : [];
      containers.set(containerId, { sandbox, ephemeral, quotas, used: new Map() });
      watches.add(run, limited);
    },
    update: async ({ spec }, { resources }) => {
      const measured = containers.get(spec.containerId);
      if (measured) measured.quotas = diskQuotas(measured.sandbox, resources);
    },
    usage: async ({ spec }) => {
      const measured = containers.get(spec.containerId);
      return measured ? diskStatistics(measured.sandbox, measured.quotas, measured.used) : {};
    },
    cleanup: async (run) => {
      watches.remove(run);
      containers.delete(run.spec.containerId);
    },
    stop: () => watches.stop(),
  };
}

/** The folders of a container with their quotas: its sandbox, and each volume. */
export function diskQuotas(sandbox: string, resources: readonly Resource[]): readonly DiskQuota[] {
  const byPath = new Map<string, Resource[]>();
  for (const resource of resources.filter(({ name }) => name === 'disk')) {
    const path = pathOf(resource, sandbox);
    byPath.set(path, [...(byPath.get(path) ?? []), resource]);
  }
  return [...byPath].map(([path, disks]) => ({ path, resources: disks, bytes: bytesOf(disks) }));
}

function pathOf({ disk }: Resource, sandbox: string): string {
  const path = disk?.volume?.container_path;
  if (path === undefined) return sandbox;
  return isAbsolute(path) ? path : join(sandbox, path);
}

function bytesOf(resources: readonly Resource[]): number {
  return Math.floor((milliOf(readResources(resources as readonly WireResource[]), 'disk') * MB) / 1000);
}

/** Volumes in the sandbox do not count for it. */
async function measure({ sandbox, ephemeral, quotas, used }: Measured, workDir: string): Promise<void> {
  const volumes = quotas.filter(({ path }) => path !== sandbox);
  const excluded = volumes.map(({ path }) => path);
  if (volumes.length < quotas.length) {
    let bytes = 0;
    for (const folder of [sandbox, ...ephemeral]) bytes += await diskUse(folder, excluded);
    used.set(sandbox, bytes);
  }
  for (const volume of volumes) used.set(volume.path, await diskUse(folderOf(volume, workDir), []));
}

/** The folder of a volume on the host: a container with an image has a mount of it that nobody else sees. */
function folderOf({ path, resources: [resource] }: DiskQuota, workDir: string): string {
  const place = resource && volumePlace(workDir, resource)?.path;
  if (place !== undefined) return place;
  // A slash at the end measures what a link leads to.
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? `${path}/` : path;
}

/** The first folder that is above its quota. A disk of its own (MOUNT) has its own limit. */
export function diskLimitation(
  quotas: readonly DiskQuota[],
  used: ReadonlyMap<string, number>,
): Limitation | undefined {
  for (const { path, resources, bytes } of quotas) {
    const isMount = resources.some(({ disk }) => disk?.source?.type === 'MOUNT');
    const use = used.get(path) ?? 0;
    if (isMount || use <= bytes) continue;
    return {
      reason: 'REASON_CONTAINER_LIMITATION_DISK',
      message: `Disk usage (${printBytes(use)}) exceeds quota (${printBytes(bytes)})`,
      resources,
    };
  }
  return undefined;
}

/** Statistics of the volumes, and of the sandbox at the end. */
export function diskStatistics(
  sandbox: string,
  quotas: readonly DiskQuota[],
  used: ReadonlyMap<string, number>,
): Partial<ResourceStatistics> {
  const volumes = quotas.filter(({ path }) => path !== sandbox).map((quota) => volumeStatistics(quota, used));
  const sandboxQuota = quotas.find(({ path }) => path === sandbox);
  if (sandboxQuota === undefined) return volumes.length === 0 ? {} : { disk_statistics: volumes };
  const use = used.get(sandbox) ?? 0;
  return {
    disk_limit_bytes: sandboxQuota.bytes,
    disk_used_bytes: use,
    disk_statistics: [...volumes, { limit_bytes: sandboxQuota.bytes, used_bytes: use }],
  };
}

function volumeStatistics(
  { path, resources, bytes }: DiskQuota,
  used: ReadonlyMap<string, number>,
): DiskStatistics {
  const disk = resources[0]?.disk;
  return {
    ...(disk?.source ? { source: disk.source } : {}),
    ...(disk?.persistence ? { persistence: disk.persistence } : {}),
    limit_bytes: bytes,
    used_bytes: used.get(path),
  };
}
