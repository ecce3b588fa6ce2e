/**
 * The store of images on disk, the folder of `--docker_store_dir`.
 *
 * | path | what it has |
 * | --- | --- |
 * | `images/HASH.json` | an image by the hash of its reference: its blobs, and how its program runs |
 * | `blobs/sha256/DIGITS` | blobs as they were pulled: layers and configurations |
 * | `layers/ID` | a layer as it lies over those below it; the id is made of it and of those |
 * | `facts/ID.json` | what it takes on disk, and the users of an image whose highest layer it is |
 * | `staging/`, `garbage/` | what is being made, and what is being removed |
 *
 * Always true: what has its name is whole and on disk; no agent but the owner is in the folder.
 */

import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../../runtime/files/make-folder';
import { StartError } from '../../../runtime/lifecycle';
import { startTime } from '../../../runtime/processes';
import { syncFolder } from '../../../state/commit-file';
import type { Garbage } from './prune';
import { hexOf } from './pull';
import type { LayerFacts, StoredImage, StoredLayer } from './stored-image';

const FOLDERS = ['images', 'layers', 'facts', 'staging', 'garbage', 'empty', 'blobs/sha256'] as const;
const ID_LENGTH = 20;

/** The folders of this process that are in use. */
const opened = new Set<string>();

export class StoreFolder {
  private constructor(readonly path: string) {}

  /** Opens the folder, and removes what was left half done. Throws a StartError when another agent has it. */
  static async open(path: string): Promise<StoreFolder> {
    try {
      for (const name of FOLDERS) makeFolder(join(path, name));
    } catch (error) {
      throw new StartError(`--docker_store_dir: ${path} cannot be used: ${(error as Error).message}`);
    }
    const folder = new StoreFolder(path);
    folder.own();
    opened.add(path);
    try {
      await folder.write(join(path, 'owner.json'), { pid: process.pid, startTime: startTime(process.pid) });
      await folder.removeHalfDone();
    } catch (error) {
      opened.delete(path);
      throw new StartError(`--docker_store_dir: ${path} cannot be used: ${(error as Error).message}`);
    }
    return folder;
  }

  private own(): void {
    const owner = readJson<{ readonly pid: number; readonly startTime: number }>(
      join(this.path, 'owner.json'),
    );
    const isOther =
      owner !== undefined && owner.pid !== process.pid && startTime(owner.pid) === owner.startTime;
    if (isOther || opened.has(this.path))
      throw new StartError(`--docker_store_dir: ${this.path} is used by another agent: give each its own`);
  }

  private async removeHalfDone(): Promise<void> {
    for (const name of ['staging', 'garbage'])
      for (const entry of readdirSync(join(this.path, name)))
        await rm(join(this.path, name, entry), { recursive: true, force: true });
  }

  close(): void {
    opened.delete(this.path);
  }

  /** A new folder for work. */
  stage(): string {
    const folder = join(this.path, 'staging', randomUUID());
    mkdirSync(folder, { mode: 0o700 });
    return folder;
  }

  get layers(): string {
    return join(this.path, 'layers');
  }

  blob(digest: string): string {
    return join(this.path, 'blobs/sha256', hexOf(digest));
  }

  /** The path of a blob that is there. */
  existingBlob(digest: string): string | undefined {
    return existsSync(this.blob(digest)) ? this.blob(digest) : undefined;
  }

  hasLayer(id: string): boolean {
    return existsSync(join(this.layers, id));
  }

  /** The image of a reference; undefined for one that is not there, or not whole. */
  image(reference: string): StoredImage | undefined {
    const image = readJson<StoredImage>(this.imageFile(reference));
    return image?.reference === reference && this.isWhole(image) ? image : undefined;
  }

  private isWhole(image: StoredImage): boolean {
    return image.layers.every(({ digest }) => existsSync(this.blob(digest)));
  }

  images(): readonly StoredImage[] {
    return readdirSync(join(this.path, 'images'))
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => readJson<StoredImage>(join(this.path, 'images', name)) ?? []);
  }

  layerIds(): readonly string[] {
    return readdirSync(this.layers);
  }

  digests(): readonly string[] {
    return readdirSync(join(this.path, 'blobs/sha256')).map((digits) => `sha256:${digits}`);
  }

  /** Takes the blobs of a layout over, and then their image. */
  async addImage(image: StoredImage, layout: string): Promise<void> {
    for (const digest of [image.configDigest, ...image.layers.map((layer) => layer.digest)]) {
      const path = join(layout, 'blobs/sha256', hexOf(digest));
      if (existsSync(path)) renameSync(path, this.blob(digest));
    }
    await syncFolder(join(this.path, 'blobs/sha256'));
    await this.write(this.imageFile(image.reference), image);
  }

  forgetImage(reference: string): Promise<void> {
    return rm(this.imageFile(reference), { force: true });
  }

  /** Removes a blob that is not what its name says. */
  forgetBlob(digest: string): Promise<void> {
    return rm(this.blob(digest), { force: true });
  }

  /** Takes an unpacked layer over, whose files are on disk. */
  async addLayer(id: string, root: string, facts: LayerFacts): Promise<void> {
    await this.write(this.factsFile(id), facts);
    renameSync(root, join(this.layers, id));
    await syncFolder(this.layers);
  }

  facts(id: string): LayerFacts {
    return readJson<LayerFacts>(this.factsFile(id)) ?? { bytes: 0, users: { passwd: '', group: '' } };
  }

  /** Puts things aside at once, so that nobody finds them any more. `empty` removes them. */
  discard(garbage: Garbage): void {
    const paths = [
      ...garbage.references.map((reference) => this.imageFile(reference)),
      ...garbage.layerIds.map((id) => join(this.layers, id)),
      ...garbage.layerIds.map((id) => this.factsFile(id)),
      ...garbage.digests.map((digest) => this.blob(digest)),
    ];
    for (const path of paths)
      if (existsSync(path)) renameSync(path, join(this.path, 'garbage', randomUUID()));
  }

  /** Removes what was put aside. */
  async empty(): Promise<void> {
    for (const name of readdirSync(join(this.path, 'garbage')))
      await rm(join(this.path, 'garbage', name), { recursive: true, force: true });
  }

  private factsFile(id: string): string {
    return join(this.path, 'facts', `${id}.json`);
  }

  private imageFile(reference: string): string {
    return join(this.path, 'images', `${hash(reference)}.json`);
  }

  /** Writes a file that is whole and on disk once it has its name. */
  private async write(path: string, value: object): Promise<void> {
    const fresh = join(this.path, 'staging', randomUUID());
    const file = await open(fresh, 'wx', 0o600);
    try {
      await file.writeFile(JSON.stringify(value));
      await file.sync();
    } finally {
      await file.close();
    }
    renameSync(fresh, path);
    await syncFolder(join(path, '..'));
  }
}

/** The ids of layers that lie over each other: each is made of the layer and of all below it. */
export function layerIdsOf(layers: readonly Pick<StoredLayer, 'diffId'>[]): readonly string[] {
  let below = '';
  return layers.map(({ diffId }) => {
    below = hash(`${below} ${diffId}`);
    return below.slice(0, ID_LENGTH);
  });
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
