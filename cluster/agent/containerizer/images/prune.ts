/**
 * The parts of a store that nobody needs: which images, layers and blobs a garbage collection removes (Mesos 1.11
 * src/slave/containerizer/mesos/provisioner/docker/store.cpp, prune). Pure.
 *
 * Always true: a layer that a container has, or that an image needs which stays, stays.
 */

/** An image in the store, by its reference. */
export interface StoredImageParts {
  readonly reference: string;
  /** The ids of its unpacked layers. */
  readonly layerIds: readonly string[];
  readonly digests: readonly string[];
}

export interface StoreContents {
  readonly images: readonly StoredImageParts[];
  readonly layerIds: readonly string[];
  readonly digests: readonly string[];
}

/** Parts that have to stay. */
export interface Needed {
  readonly excluded: ReadonlySet<string>;
  /** The references of images that containers have. */
  readonly references: ReadonlySet<string>;
  readonly layerIds: ReadonlySet<string>;
  /** The blobs of images that containers have, whose reference may lead to another one by now. */
  readonly digests: ReadonlySet<string>;
}

export interface Garbage {
  readonly references: readonly string[];
  readonly layerIds: readonly string[];
  readonly digests: readonly string[];
}

export function garbageOf(contents: StoreContents, needed: Needed): Garbage {
  const staying = contents.images.filter(
    ({ reference }) => needed.excluded.has(reference) || needed.references.has(reference),
  );
  const stays = new Set(staying);
  const layers = new Set([...needed.layerIds, ...staying.flatMap(({ layerIds }) => layerIds)]);
  const digests = new Set([...needed.digests, ...staying.flatMap((image) => image.digests)]);
  return {
    references: contents.images.filter((image) => !stays.has(image)).map(({ reference }) => reference),
    layerIds: contents.layerIds.filter((id) => !layers.has(id)),
    digests: contents.digests.filter((digest) => !digests.has(digest)),
  };
}
