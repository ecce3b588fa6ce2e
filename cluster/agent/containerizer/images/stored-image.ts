/**
 * Images and layers as the store has them.
 */

import type { ImageUsers } from './image-user';
import type { Descriptor, ImageConfig } from './manifest';

/** An image in the store. */
export interface StoredImage {
  readonly reference: string;
  /** The digest of its manifest. */
  readonly digest: string;
  readonly config: ImageConfig;
  /** The blob of its configuration. */
  readonly configDigest: string;
  /** From the lowest to the highest. */
  readonly layers: readonly StoredLayer[];
}

/** A layer that is in the store as a blob. */
export interface StoredLayer extends Descriptor {
  /** The digest before it was compressed. */
  readonly diffId: string;
}

/** An unpacked layer as the store knows it. */
export interface LayerFacts {
  /** The size on disk. */
  readonly bytes: number;
  /** The users of an image that ends with it. */
  readonly users: ImageUsers;
}
