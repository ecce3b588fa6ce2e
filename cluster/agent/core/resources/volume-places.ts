/**
 * The places of persistent volumes on disk (Mesos 1.11 src/slave/paths.cpp, getPersistentVolumePath), and what a new
 * checkpoint makes and destroys of them (src/slave/slave.cpp, syncCheckpointedResources). Pure.
 */

import type { Resource } from '../../../api/generated/mesos';
import { idError } from '../../../model/ids';
import { roleError } from '../../../model/roles';

/** A persistent volume and its folder. */
export interface VolumePlace {
  readonly id: string;
  readonly path: string;
  /** False for the root of a mounted disk, which stays when the volume is destroyed. */
  readonly isRemovable: boolean;
}

export interface VolumeChanges {
  readonly created: readonly VolumePlace[];
  readonly destroyed: readonly VolumePlace[];
}

/**
 * The place of a persistent volume; undefined for other resources. Throws for one that no master admits, whose folder
 * might lie anywhere.
 */
export function volumePlace(workDir: string, resource: Resource): VolumePlace | undefined {
  const { persistence, source } = resource.disk ?? {};
  if (!persistence) return undefined;
  const { id } = persistence;
  const role = resource.reservations?.at(-1)?.role ?? resource.role ?? '*';
  const wrong = idError(id) ?? roleError(role);
  if (wrong !== undefined)
    throw new Error(`the persistent volume '${id}' of role '${role}' has no place: ${wrong}`);
  if (!source) return { id, path: pathBelow(workDir, role, id), isRemovable: true };
  const root = (source.type === 'MOUNT' ? source.mount : source.path)?.root;
  if (root === undefined || root === '' || (source.type !== 'MOUNT' && source.type !== 'PATH'))
    throw new Error(
      `the persistent volume '${id}' has no place: its disk of type ${source.type} has no root`,
    );
  const absolute = root.startsWith('/') ? root : `${workDir}/${root}`;
  return source.type === 'MOUNT'
    ? { id, path: absolute, isRemovable: false }
    : { id, path: pathBelow(absolute, role, id), isRemovable: true };
}

/** A slash of a role becomes a blank, which no role has, so that no volume lies in the folder of another one. */
function pathBelow(root: string, role: string, id: string): string {
  return `${root}/volumes/roles/${role.replaceAll('/', ' ')}/${id}`;
}

/** The volumes that are made and destroyed when one checkpoint follows another. */
export function volumeChanges(
  workDir: string,
  before: readonly Resource[],
  after: readonly Resource[],
): VolumeChanges {
  const old = placesOf(workDir, before);
  const fresh = placesOf(workDir, after);
  return {
    created: [...fresh.values()].filter(({ path }) => !old.has(path)),
    destroyed: [...old.values()].filter(({ path }) => !fresh.has(path)),
  };
}

function placesOf(workDir: string, resources: readonly Resource[]): Map<string, VolumePlace> {
  const places = resources.flatMap((resource) => volumePlace(workDir, resource) ?? []);
  return new Map(places.map((place) => [place.path, place]));
}

/**
 * The name in the sandbox under which a container sees its volume; undefined for an absolute path and one with a slash,
 * which the original skips, and for one that is no name.
 */
export function linkName(resource: Resource): string | undefined {
  const path = resource.disk?.volume?.container_path ?? '';
  return path === '' || path === '.' || path === '..' || /[/\0]/.test(path) ? undefined : path;
}
