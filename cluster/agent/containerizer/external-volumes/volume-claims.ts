/**
 * The claims of containers to external volumes, in the folder of `--docker_volume_checkpoint_dir` as the original has them:
 * `ID/volumes` with the volumes of a container, in JSON (Mesos 1.11 .../docker/volume/paths.cpp, state.proto).
 *
 * Always true: a claim is on disk before its volume is mounted, and until it is unmounted; a volume is to be unmounted when no
 * container claims it any more.
 */

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../../runtime/files/make-folder';
import { replaceFile } from '../../../runtime/files/replace-file';
import type { ExternalVolume } from './dvdcli';

export class VolumeClaims {
  private readonly claims = new Map<string, readonly ExternalVolume[]>();

  /** Reads those of earlier runs. */
  constructor(private readonly root: string) {
    makeFolder(root);
    for (const { name } of readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory()))
      this.claims.set(name, readVolumes(this.fileOf(name)));
  }

  containerIds(): readonly string[] {
    return [...this.claims.keys()];
  }

  claim(containerId: string, volumes: readonly ExternalVolume[]): void {
    makeFolder(join(this.root, containerId));
    const shown = volumes.map(({ driver, name }) => ({ driver, name }));
    replaceFile(this.fileOf(containerId), JSON.stringify({ volumes: shown }));
    this.claims.set(containerId, volumes);
  }

  /** Gives up the claims of a container. Those of its volumes that nobody claims any more. */
  release(containerId: string): readonly ExternalVolume[] {
    const volumes = this.claims.get(containerId) ?? [];
    this.claims.delete(containerId);
    const others = new Set([...this.claims.values()].flat().map(volumeKey));
    return volumes.filter((volume) => !others.has(volumeKey(volume)));
  }

  /** Removes what is on disk of a container, whose volumes are unmounted. */
  forget(containerId: string): void {
    rmSync(join(this.root, containerId), { recursive: true, force: true });
  }

  has(containerId: string): boolean {
    return this.claims.has(containerId);
  }

  private fileOf(containerId: string): string {
    return join(this.root, containerId, 'volumes');
  }
}

/** A volume as one text. */
export function volumeKey({ driver, name }: ExternalVolume): string {
  return JSON.stringify([driver, name]);
}

/** The volumes of a file; none for one that is missing or damaged, as after a crash of the machine. */
function readVolumes(path: string): readonly ExternalVolume[] {
  try {
    const { volumes } = JSON.parse(readFileSync(path, 'utf8')) as { readonly volumes?: unknown };
    return Array.isArray(volumes) ? volumes.filter(isVolume) : [];
  } catch {
    return [];
  }
}

function isVolume(value: unknown): value is ExternalVolume {
  const { driver, name } = (value ?? {}) as Partial<ExternalVolume>;
  return typeof driver === 'string' && typeof name === 'string';
}
