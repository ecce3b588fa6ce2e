/**
 * The persistent volumes of a container, as links in its sandbox (Mesos 1.10 isolators/filesystem/posix.cpp).
 *
 * Always true: what links a container has is in `volumes.json` of its run folder before they are made; a link that is
 * not there any more, or that is something else by now, is the task's affair.
 */

import { lstatSync, readFileSync, readlinkSync, symlinkSync, unlinkSync } from 'node:fs';
import { chown, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Resource } from '../../../api/generated/mesos';
import { replaceFile } from '../../../runtime/files/replace-file';
import { linkName, volumePlace } from '../../core/resources/volume-places';
import type { ContainerRun } from './isolator';

/** A volume in a container. */
export interface LinkedVolume {
  /** Its name in the sandbox. */
  readonly name: string;
  /** Its folder on the host. */
  readonly path: string;
  readonly isReadOnly: boolean;
  readonly isShared: boolean;
}

/** The volumes among resources. Absolute and nested paths are left out, as in the original. */
export function linkedVolumes(workDir: string, resources: readonly Resource[]): readonly LinkedVolume[] {
  return resources.flatMap((resource) => {
    const place = volumePlace(workDir, resource);
    const name = linkName(resource);
    if (!place || name === undefined) return [];
    const isReadOnly = resource.disk?.volume?.mode === 'RO';
    return [{ name, path: place.path, isReadOnly, isShared: resource.shared !== undefined }];
  });
}

/** The volumes of all containers, by which a shared one is known to be in use. */
export class VolumeOwners {
  private readonly paths = new Map<string, readonly string[]>();

  /** The volumes that a container has from now on. */
  keep(containerId: string, volumes: readonly Pick<LinkedVolume, 'path'>[]): void {
    this.paths.set(
      containerId,
      volumes.map(({ path }) => path),
    );
  }

  forget(containerId: string): void {
    this.paths.delete(containerId);
  }

  has(containerId: string, path: string): boolean {
    return this.paths.get(containerId)?.includes(path) === true;
  }

  /** Gives a volume to the owner of the sandbox, unless it is shared with others, or the owner is root. */
  async own(volume: OwnedVolume, { containerId, directory }: ContainerRun['spec']): Promise<void> {
    const { uid, gid } = await stat(directory);
    if (uid === 0 || process.getuid?.() !== 0) return;
    const isUsed = [...this.paths].some(([id, paths]) => id !== containerId && paths.includes(volume.path));
    if (!volume.isShared || !isUsed) await chown(volume.path, uid, gid);
  }
}

type OwnedVolume = Pick<LinkedVolume, 'path' | 'isShared'>;

/** The links of all containers. */
export class VolumeLinks {
  private readonly owners = new VolumeOwners();

  /** Makes the links that a container lacks, and removes those that it has no volume for any more. */
  async link({ spec, folder }: ContainerRun, volumes: readonly LinkedVolume[]): Promise<void> {
    const { containerId, directory } = spec;
    const paths = new Set(volumes.map(({ path }) => path));
    const before = readLinks(folder);
    writeLinks(folder, [...before, ...volumes]);
    for (const old of before) if (!paths.has(old.path)) unlink(join(directory, old.name), old.path);
    for (const volume of volumes) {
      await this.owners.own(volume, spec);
      link(volume.path, join(directory, volume.name));
    }
    writeLinks(folder, volumes);
    this.owners.keep(containerId, volumes);
  }

  recover({ spec, folder }: ContainerRun): void {
    this.owners.keep(spec.containerId, readLinks(folder));
  }

  /** The links stay in the sandbox, which outlives the container. */
  forget({ spec }: ContainerRun): void {
    this.owners.forget(spec.containerId);
  }
}

type Link = Pick<LinkedVolume, 'name' | 'path'>;

function file(folder: string): string {
  return join(folder, 'volumes.json');
}

function readLinks(folder: string): readonly Link[] {
  try {
    return JSON.parse(readFileSync(file(folder), 'utf8')) as readonly Link[];
  } catch {
    return [];
  }
}

function writeLinks(folder: string, links: readonly Link[]): void {
  if (links.length === 0 && readLinks(folder).length === 0) return;
  replaceFile(file(folder), JSON.stringify(links.map(({ name, path }) => ({ name, path }))));
}

function link(path: string, linkPath: string): void {
  if (targetOf(linkPath) === path) return;
  if (lstatSync(linkPath, { throwIfNoEntry: false }))
    throw new Error(`The persistent volume '${path}' has no place at '${linkPath}': something else is there`);
  symlinkSync(path, linkPath);
}

function unlink(linkPath: string, path: string): void {
  if (targetOf(linkPath) === path) unlinkSync(linkPath);
}

/** The target of a link; undefined for everything else. */
function targetOf(path: string): string | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined;
}
