/**
 * The volumes of a Docker container, as options of `docker run` (Mesos 1.11 src/docker/docker.cpp,
 * Docker::RunOptions::create): those of ContainerInfo, persistent ones among its resources, and its sandbox. Pure.
 *
 * Always true: nothing that is asked for is left out; a volume that cannot be had is an error.
 */

import type * as mesos from '../../../api/generated/mesos';
import { volumePlace } from '../../core/resources/volume-places';
import type { ContainerSpec } from '../../core/state/container-spec';
import { isAbsolute, joined } from './paths';

export interface VolumePlaces {
  /** `--sandbox_directory`: the path of the sandbox in the container. */
  readonly sandboxDirectory: string;
  readonly workDir: string;
}

export interface VolumeOptions {
  readonly options: readonly string[];
  /** The driver of all volumes that have one: `docker run` takes one alone. */
  readonly driver: string | undefined;
}

/** A volume that is refused. The message is the reason, in the words of the original where it has some. */
export class VolumeRefused extends Error {}

/** The folders of a sandbox that are volumes, by their paths in it; they may not be there. */
export function sandboxFolders({ container }: ContainerSpec): readonly string[] {
  if (driverOf(container) !== undefined) return [];
  return (container?.volumes ?? []).flatMap(({ host_path: hostPath, source }) => {
    const path = hostPath ?? source?.host_path?.path ?? source?.sandbox_path?.path ?? '/';
    return isAbsolute(path) ? [] : [path];
  });
}

/** The options of all volumes. Throws a VolumeRefused. */
export function volumeOptions(spec: ContainerSpec, places: VolumePlaces): VolumeOptions {
  const { container, directory, resources } = spec;
  const volumes = container?.volumes ?? [];
  const driver = driverOf(container);
  const context = { ...places, directory, driver };
  return {
    options: [
      ...volumes.flatMap((volume) => optionsOf(volume, context)),
      ...persistentVolumes(resources, places).flatMap(({ source, target, isReadOnly }) =>
        bind({ source, target, mode: isReadOnly ? 'ro' : 'rw' }),
      ),
      ...bind({ source: directory, target: places.sandboxDirectory }),
    ],
    driver,
  };
}

/** A persistent volume: its folder on the host, and where the container sees it. */
export interface PersistentVolume {
  readonly source: string;
  readonly target: string;
  readonly isReadOnly: boolean;
  readonly isShared: boolean;
}

/** The persistent volumes among resources. Their paths are in the sandbox, unless they are absolute. */
export function persistentVolumes(
  resources: readonly mesos.Resource[],
  { workDir, sandboxDirectory }: VolumePlaces,
): readonly PersistentVolume[] {
  return resources.flatMap((resource) => {
    const place = volumePlace(workDir, resource);
    const { container_path: path = '', mode } = resource.disk?.volume ?? {};
    if (!place || path === '') return [];
    const target = inSandbox(
      path,
      sandboxDirectory,
      `The path '${path}' of the persistent volume '${place.id}'`,
    );
    const isShared = resource.shared !== undefined;
    return [{ source: place.path, target, isReadOnly: mode === 'RO', isShared }];
  });
}

interface VolumeContext extends VolumePlaces {
  readonly directory: string;
  readonly driver: string | undefined;
}

function optionsOf(volume: mesos.Volume, context: VolumeContext): readonly string[] {
  const { host_path: hostPath, source, container_path: path } = volume;
  const target = isAbsolute(path) ? path : joined(context.sandboxDirectory, path);
  const mode = modeOf(volume);
  if (hostPath !== undefined) return bind({ source: hostSource(hostPath, path, context), target, mode });
  switch (source?.type) {
    case 'DOCKER_VOLUME':
      return dockerVolume(source.docker_volume, { target, mode, driver: context.driver });
    case 'HOST_PATH':
      return bind({
        source: hostSource(source.host_path?.path ?? '', path, context),
        target,
        mode: `${mode}${propagationOf(source.host_path)}`,
      });
    case 'SANDBOX_PATH':
      return bind({ source: sandboxSource(source.sandbox_path, context), target, mode });
    case undefined:
      throw new VolumeRefused('Host path or volume source is required');
    default:
      throw new VolumeRefused(`A volume of the source ${source?.type} is not supported in Docker containers`);
  }
}

function modeOf({ mode }: mesos.Volume): 'ro' | 'rw' {
  return mode === 'RO' ? 'ro' : 'rw';
}

/** A relative path is in the sandbox, or with a driver it is the name of a volume. */
function hostSource(hostPath: string, containerPath: string, { directory, driver }: VolumeContext): string {
  if (isAbsolute(hostPath)) return hostPath;
  if (!isAbsolute(containerPath))
    throw new VolumeRefused(
      `Both host_path '${hostPath}' and container_path '${containerPath}' of a volume are relative`,
    );
  if (driver !== undefined) return hostPath;
  return inSandbox(hostPath, directory, `The path '${hostPath}' of a volume`);
}

function sandboxSource(
  sandboxPath: mesos.Volume.Source.SandboxPath | undefined,
  { directory }: VolumeContext,
): string {
  const { type, path = '' } = sandboxPath ?? {};
  if (type === 'PARENT')
    throw new VolumeRefused('A volume of the sandbox of a parent is not supported in Docker containers');
  if (isAbsolute(path)) throw new VolumeRefused(`Path '${path}' in SANDBOX_PATH volume is absolute`);
  return inSandbox(path, directory, `The path '${path}' of a volume`);
}

/** A path in a sandbox; an absolute one stays, and none leads out of it. */
function inSandbox(path: string, sandbox: string, what: string): string {
  if (path.split('/').includes('..')) throw new VolumeRefused(`${what} must not contain '..'`);
  const full = isAbsolute(path) ? joined(path) : joined(sandbox, path);
  if (full === '/' || full === joined(sandbox)) throw new VolumeRefused(`${what} is no place for a volume`);
  return full;
}

function propagationOf(hostPath: mesos.Volume.Source.HostPath | undefined): string {
  switch (hostPath?.mount_propagation?.mode) {
    case 'BIDIRECTIONAL':
      return ',rshared';
    case 'HOST_TO_CONTAINER':
      return ',rslave';
    default:
      return '';
  }
}

/** A named volume. One with options of its driver is made with them. */
function dockerVolume(
  volume: mesos.Volume.Source.DockerVolume | undefined,
  {
    target,
    mode,
    driver,
  }: { readonly target: string; readonly mode: string; readonly driver: string | undefined },
): readonly string[] {
  const { name = '', driver_options: options } = volume ?? {};
  const pairs = options?.parameter ?? [];
  if (pairs.length === 0) return ['-v', `${name}:${target}:${mode}`];
  return mount([
    'type=volume',
    `source=${name}`,
    `target=${target}`,
    ...(driver === undefined ? [] : [`volume-driver=${driver}`]),
    ...pairs.map(({ key, value }) => `volume-opt=${key}=${value}`),
    ...(mode === 'ro' ? ['readonly'] : []),
  ]);
}

/** The driver of a container's volumes. */
function driverOf(container: mesos.ContainerInfo | undefined): string | undefined {
  const named = (container?.volumes ?? []).flatMap(({ source }) => source?.docker_volume?.driver ?? []);
  const [first] = named;
  if (named.some((driver) => driver !== first))
    throw new VolumeRefused('Only one volume driver is supported');
  const ofAll = container?.docker?.volume_driver;
  if (ofAll !== undefined && first !== undefined && ofAll !== first)
    throw new VolumeRefused('Only one volume driver per task is supported');
  return ofAll ?? first;
}

interface Bind {
  readonly source: string;
  readonly target: string;
  readonly mode?: string;
}

/** `-v` has no way to write a colon in a path, and `--mount` makes no folder that is missing. */
function bind({ source, target, mode }: Bind): readonly string[] {
  if (!source.includes(':')) return ['-v', [source, target, ...(mode === undefined ? [] : [mode])].join(':')];
  const [access, propagation] = mode?.split(',') ?? [];
  return mount([
    'type=bind',
    `source=${source}`,
    `target=${target}`,
    ...(propagation === undefined ? [] : [`bind-propagation=${propagation}`]),
    ...(access === 'ro' ? ['readonly'] : []),
  ]);
}

/** The fields of `--mount` are those of a line of CSV. */
function mount(fields: readonly string[]): readonly string[] {
  const quoted = fields.map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field));
  return ['--mount', quoted.join(',')];
}
