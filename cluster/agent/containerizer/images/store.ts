/**
 * The store of images: each is pulled once and kept, its layers are shared, and what nobody needs is removed.
 *
 * Always true: simultaneous launches pull an image, and unpack a layer, once; a garbage collection removes no layer that a
 * container has or is about to get.
 */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '../../../model/error-text';
import type { Logger } from '../../../runtime/log';
import { Timings } from '../../../runtime/metrics';
import type { ImageUsers } from './image-user';
import { digestOf, type Platform } from './manifest';
import { garbageOf } from './prune';
import { pullImage } from './pull';
import { type ImageReference, printReference } from './reference';
import type { DefaultRegistry } from './registry';
import { SharedWork } from './shared-work';
import { layerIdsOf, type StoreFolder } from './store-folder';
import type { StoredImage } from './stored-image';
import { unpackLayer } from './unpack';
import type { FolderBounds } from './watched';

export interface StoreOptions {
  readonly folder: StoreFolder;
  readonly registry: DefaultRegistry;
  /** The credentials of the agent, as JSON. */
  readonly credentials: string | undefined;
  readonly platform: Platform;
  readonly bounds: FolderBounds;
  /** Time in which a pull has to come on. */
  readonly stallMs: number;
  readonly log: Logger;
}

export interface ImageRequest {
  readonly reference: ImageReference;
  /** False to ask the registry again. */
  readonly cached: boolean;
  /** Credentials of the image, instead of the agent's. */
  readonly credentials: string | undefined;
}

/** Unpacked layers of an image. */
export interface ImageLayers {
  /** The folder that they are in by their names. */
  readonly folder: string;
  /** The highest first. */
  readonly names: readonly string[];
  readonly users: ImageUsers;
}

export class ImageStore {
  private readonly pulls = new SharedWork<StoredImage>();
  private readonly unpacks = new SharedWork<void>();
  /** The images that containers have, by container. */
  private readonly used = new Map<string, readonly StoredImage[]>();
  /** The images that were pulled and have yet to be used, by the folders of their pulls. */
  private readonly arriving = new Map<string, StoredImage>();
  private readonly pullTimes = new Timings('containerizer/mesos/provisioner/docker_store/image_pull');

  constructor(private readonly options: StoreOptions) {}

  /** The image for a container, from the store or from its registry. It stays until the container is forgotten. */
  async get(containerId: string, request: ImageRequest, signal: AbortSignal): Promise<StoredImage> {
    const reference = printReference(request.reference);
    const stored = request.cached ? this.options.folder.image(reference) : undefined;
    if (stored) return this.use(containerId, stored);
    const { credentials = this.options.credentials } = request;
    const name = `${reference} ${digestOf(credentials ?? '')}`;
    return await this.pulls
      .join(name, signal, (end) =>
        this.pullTimes.time(() => this.pull(request.reference, { credentials, signal: end })),
      )
      .then((image) => this.use(containerId, image));
  }

  metrics(): Record<string, number> {
    return this.pullTimes.snapshot();
  }

  /** Says that a container has an image, also one of an earlier run. */
  use(containerId: string, image: StoredImage): StoredImage {
    this.used.set(containerId, [...(this.used.get(containerId) ?? []), image]);
    return image;
  }

  /** A container has ended, or was not made. */
  forget(containerId: string): void {
    this.used.delete(containerId);
  }

  private async pull(
    reference: ImageReference,
    order: { readonly credentials: string | undefined; readonly signal: AbortSignal },
  ): Promise<StoredImage> {
    const { folder, registry, platform, bounds, stallMs, log } = this.options;
    const name = printReference(reference);
    const staging = folder.stage();
    const begun = Date.now();
    try {
      const { config, diffIds, layout, layers, ...pulled } = await pullImage({
        reference,
        registry,
        platform,
        folder: staging,
        existing: (digest) => folder.existingBlob(digest),
        bounds: { ...bounds, stallMs },
        ...order,
      });
      const image: StoredImage = {
        reference: name,
        digest: pulled.manifest.digest,
        config,
        configDigest: pulled.configBlob.digest,
        layers: layers.map((layer, index) => ({ ...layer, diffId: diffIds[index] ?? '' })),
      };
      // A garbage collection may come before whoever asked for it uses it.
      this.arriving.set(staging, image);
      await folder.addImage(image, layout);
      log.info({ image: name, digest: image.digest, ms: Date.now() - begun }, 'an image was pulled');
      return image;
    } catch (error) {
      throw new Error(`Failed to pull the image '${name}': ${errorText(error)}`);
    } finally {
      await rm(staging, { recursive: true, force: true });
      // All who wait for the pull use it before this.
      setImmediate(() => this.arriving.delete(staging));
    }
  }

  /** The layers of an image, unpacked. */
  async unpack(image: StoredImage, signal: AbortSignal): Promise<ImageLayers> {
    const { folder } = this.options;
    const ids = layerIdsOf(image.layers);
    for (const [index, id] of ids.entries())
      if (!folder.hasLayer(id)) await this.unpackOne(image, { ids, index }, signal);
    return {
      folder: folder.layers,
      names: below(ids, ids.length),
      users: folder.facts(ids.at(-1) ?? '').users,
    };
  }

  private async unpackOne(
    image: StoredImage,
    { ids, index }: { readonly ids: readonly string[]; readonly index: number },
    signal: AbortSignal,
  ): Promise<void> {
    const { folder } = this.options;
    const id = ids[index] ?? '';
    await this.unpacks.join(id, signal, async (end) => {
      const staging = folder.stage();
      try {
        const { root, facts } = await unpackLayer({
          layers: image.layers.slice(index, index + 1),
          blobPath: (digest) => folder.blob(digest),
          folder: staging,
          bounds: this.rest(image, ids.slice(0, index)),
          signal: end,
          below: { folder: folder.layers, names: below(ids, index) },
        });
        if (!folder.hasLayer(id)) await folder.addLayer(id, root, facts);
      } catch (error) {
        throw await this.unpackError(image, error);
      } finally {
        await rm(staging, { recursive: true, force: true });
      }
    });
  }

  /** The bounds of what an image may still take, with its blobs and the layers that are unpacked. */
  rest({ layers }: StoredImage, ids: readonly string[] = []): FolderBounds {
    const { folder, bounds } = this.options;
    const blobs = layers.reduce((sum, { size }) => sum + size, 0);
    const unpacked = ids.reduce((sum, id) => sum + folder.facts(id).bytes, 0);
    return { ...bounds, bytesMax: Math.max(0, bounds.bytesMax - blobs - unpacked) };
  }

  /** A blob that was damaged on disk is pulled again by the next launch. */
  async unpackError(image: StoredImage, error: unknown): Promise<Error> {
    const { folder } = this.options;
    if (/digest|checksum|unexpected EOF|invalid header/i.test(errorText(error))) {
      await folder.forgetImage(image.reference);
      for (const { digest } of image.layers)
        if (!this.isShared(digest, image)) await folder.forgetBlob(digest);
    }
    return new Error(`Failed to unpack the image '${image.reference}': ${errorText(error)}`);
  }

  private isShared(digest: string, image: StoredImage): boolean {
    return this.options.folder
      .images()
      .some(
        ({ reference, layers }) =>
          reference !== image.reference && layers.some((layer) => layer.digest === digest),
      );
  }

  blobPath(digest: string): string {
    return this.options.folder.blob(digest);
  }

  /** Removes all that no container has, but for images of these references. */
  async prune(excluded: readonly ImageReference[]): Promise<void> {
    const { folder, log } = this.options;
    const used = [...[...this.used.values()].flat(), ...this.arriving.values()];
    const garbage = garbageOf(
      {
        images: folder.images().map((image) => ({
          reference: image.reference,
          layerIds: layerIdsOf(image.layers),
          digests: digestsOf(image),
        })),
        layerIds: folder.layerIds(),
        digests: folder.digests(),
      },
      {
        excluded: new Set(excluded.map(printReference)),
        references: new Set(used.map(({ reference }) => reference)),
        layerIds: new Set(used.flatMap(({ layers }) => layerIdsOf(layers))),
        digests: new Set(used.flatMap(digestsOf)),
      },
    );
    folder.discard(garbage);
    const { references, layerIds } = garbage;
    log.info({ images: references, layers: layerIds.length }, 'images that nobody needs are removed');
    await folder.empty();
  }
}

function digestsOf({ configDigest, layers }: StoredImage): readonly string[] {
  return [configDigest, ...layers.map(({ digest }) => digest)];
}

/** The names of the layers below one, the highest first, and an empty folder at last: an overlay has at least one. */
function below(ids: readonly string[], index: number): readonly string[] {
  return [...ids.slice(0, index).reverse(), join('..', 'empty')];
}
