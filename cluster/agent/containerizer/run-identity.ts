/**
 * The user of a container's processes.
 */

import { type Identity, identityOf } from '../../runtime/identity';
import type { ContainerRun } from './isolators/isolator';

/** As its image or the host knows it; undefined for the agent's own. */
export async function runIdentity({
  spec,
  image,
}: Pick<ContainerRun, 'spec' | 'image'>): Promise<Identity | undefined> {
  return image ? image.identity : await identityOf(spec.user);
}
