/**
 * An image as a container has it: a root file system, and what it says of its program.
 */

import type { ImageMount } from '../../../runtime/holder/held-program';
import type { Identity } from '../../../runtime/identity';
import type { ImageConfig } from './manifest';

export interface ProvisionedRoot {
  /** The folder where the runtime sees it. */
  readonly root: string;
  /** The file system that has to be mounted there. */
  readonly mount: ImageMount;
}

export interface ProvisionedImage extends ProvisionedRoot {
  readonly config: ImageConfig;
  /** The ids of the container's user; undefined for those of the agent. */
  readonly identity: Identity | undefined;
}
