/**
 * The folder of what a container has of images, in `provisioner/containers` of `--work_dir`, as in the original: the root of
 * its file system, those of its image volumes, and which images they are.
 *
 * Always true: an image is named on disk before anything of it is in use.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../../runtime/files/make-folder';
import { replaceFile } from '../../../runtime/files/replace-file';
import type { StoredImage } from './stored-image';

export const PROVISIONER = 'provisioner/containers';

export class ContainerImages {
  readonly path: string;

  constructor(workDir: string, containerId: string) {
    this.path = join(workDir, PROVISIONER, containerId);
  }

  /** Writes that the container has one image more. The folder for its file system. */
  add(image: StoredImage): string {
    makeFolder(this.path);
    const images = [...this.images(), image];
    replaceFile(this.file(), JSON.stringify(images));
    const folder = join(this.path, String(images.length));
    mkdirSync(folder, { mode: 0o700 });
    return folder;
  }

  /** The images that it has. */
  images(): readonly StoredImage[] {
    try {
      return JSON.parse(readFileSync(this.file(), 'utf8')) as readonly StoredImage[];
    } catch {
      return [];
    }
  }

  async remove(): Promise<void> {
    if (existsSync(this.path)) await rm(this.path, { recursive: true, force: true, maxRetries: 3 });
  }

  private file(): string {
    return join(this.path, 'images.json');
  }
}

/** The folders of an overlay that have what is written into it. */
const WRITABLE = ['upper', 'work'];

/**
 * The folders that have what a container writes into the file system of its image, its first one; none with the backend
 * copy, whose folders the original does not count either.
 */
export function ephemeralFolders(workDir: string, containerId: string): readonly string[] {
  const { path } = new ContainerImages(workDir, containerId);
  return WRITABLE.map((name) => join(path, '1', name)).filter((folder) => existsSync(folder));
}

/** The ids of all containers that have images. */
export function containersWithImages(workDir: string): readonly string[] {
  const folder = join(workDir, PROVISIONER);
  return existsSync(folder) ? readdirSync(folder) : [];
}
