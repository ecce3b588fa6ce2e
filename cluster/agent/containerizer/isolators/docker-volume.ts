/**
 * The isolator `docker/volume`: volumes of Docker's volume plugins, mounted by the program dvdcli (Mesos 1.11
 * src/slave/containerizer/mesos/isolators/docker/volume/isolator.cpp).
 */

import { existsSync, statSync } from 'node:fs';
import { chown } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { ContainerInfo, Volume } from '../../../api/generated/mesos';
import { errorText } from '../../../model/error-text';
import { StartError } from '../../../runtime/lifecycle';
import type { ContainerSpec } from '../../core/state/container-spec';
import { Dvdcli } from '../external-volumes/dvdcli';
import { MountedVolumes, type WantedVolume } from '../external-volumes/mounted-volumes';
import { VolumeClaims, volumeKey } from '../external-volumes/volume-claims';
import { findPlugin } from '../network/configured-networks';
import { searchPath } from '../network/run-program';
import { readRecord, runFolder } from '../run-folder';
import { runIdentity } from '../run-identity';
import type { IsolatorContext } from './context';
import type { Changes, ContainerRun, Isolator } from './isolator';
import { mountPoint } from './mount-point';
import { bindMount, volumesError } from './volumes';

/** The folder of claims below `--runtime_dir`, without `--docker_volume_checkpoint_dir`. */
const CLAIMS_FOLDER = 'isolators/docker/volume';

/** A volume of a container, with its mount there. */
interface DockerVolume extends WantedVolume {
  readonly volume: Volume;
}

/** Throws a StartError without dvdcli. Unmounts what is claimed by containers that nobody knows. */
export function dockerVolume({ config, runtimeDir, log }: IsolatorContext): Isolator {
  const file = findPlugin('dvdcli', searchPath());
  if (file === undefined)
    throw new StartError(
      "--isolation: The 'docker/volume' isolator cannot get dvdcli command: install dvdcli in the PATH of the agent",
    );
  const claims = new VolumeClaims(config.docker_volume_checkpoint_dir ?? join(runtimeDir, CLAIMS_FOLDER));
  const volumes = new MountedVolumes(claims, new Dvdcli({ file }));
  for (const containerId of claims.containerIds().filter((id) => !isAlive(runtimeDir, id))) {
    log.info({ container: containerId }, 'external volumes of an unknown container are unmounted');
    volumes.end(containerId).catch((error: unknown) => {
      const fields = { container: containerId, error: errorText(error) };
      log.error(fields, 'external volumes could not be unmounted; the next start tries again');
    });
  }
  return {
    name: 'docker/volume',
    needsRuntime: false,
    refusal: dockerVolumeError,
    waitsFor: ({ container }) => dockerVolumes(container).length > 0,
    prepare: async (run, signal): Promise<Changes> => {
      const wanted = dockerVolumes(run.spec.container);
      if (wanted.length === 0) return {};
      const folders = await volumes.mount(run.spec.containerId, wanted, signal);
      const sources = folders.map((folder, index) => sourceOf(folder, wanted[index]));
      if (config.docker_volume_chown) for (const source of sources) await own(source, run);
      const sandbox = config.sandbox_directory;
      return {
        mounts: wanted.map(({ volume }, index) => {
          const source = sources[index] ?? '';
          const destination = mountPoint(volume.container_path, { source, spec: run.spec, sandbox });
          return bindMount(source, destination, volume.mode);
        }),
      };
    },
    cleanup: ({ spec }) => volumes.end(spec.containerId),
  };
}

/** True for a container of an earlier run that is cleaned up by its own end. */
function isAlive(runtimeDir: string, containerId: string): boolean {
  const folder = runFolder(runtimeDir, containerId);
  return existsSync(folder) && readRecord(folder, 'termination') === undefined;
}

/** The error in the external volumes of a container. */
export function dockerVolumeError({ container, containerId }: ContainerSpec): string | undefined {
  const error = volumesError(container);
  if (error !== undefined) return error;
  const seen = new Set<string>();
  for (const { source } of container?.volumes ?? []) {
    if (source?.type !== 'DOCKER_VOLUME' || source.docker_volume === undefined) continue;
    const { driver, name } = source.docker_volume;
    if (driver === undefined)
      return `The volume driver is not specified for volume '${name}' with container ${containerId}`;
    const key = volumeKey({ driver, name });
    if (seen.has(key)) return `Found duplicate docker volume with driver '${driver}' and name '${name}'`;
    seen.add(key);
  }
  const isWrong = dockerVolumes(container).some(({ driver, name, options }) =>
    [driver, name, ...[...options].flat()].some((word) => word.includes('\0')),
  );
  return isWrong ? 'A docker volume has a null byte in its driver, its name or its options' : undefined;
}

function dockerVolumes(container: ContainerInfo | undefined): readonly DockerVolume[] {
  return (container?.volumes ?? []).flatMap((volume) => {
    const { source } = volume;
    const { driver, name, driver_options } = source?.docker_volume ?? {};
    if (source?.type !== 'DOCKER_VOLUME' || driver === undefined || name === undefined) return [];
    const options = new Map((driver_options?.parameter ?? []).map(({ key, value }) => [key, value]));
    return [{ driver, name, options, volume }];
  });
}

/** The folder that dvdcli tells. Throws when there is none. */
function sourceOf(folder: string, wanted: WantedVolume | undefined): string {
  if (isAbsolute(folder) && statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder;
  throw new Error(`dvdcli tells no folder for the volume '${wanted?.name}', but '${folder.slice(0, 200)}'`);
}

/** The folder itself is the user's then, and not what is in it. */
async function own(source: string, run: ContainerRun): Promise<void> {
  const identity = await runIdentity(run);
  if (identity) await chown(source, identity.uid, identity.gid);
}
