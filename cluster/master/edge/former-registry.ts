/**
 * The registry on disk of a master that ran without `--zk`, moved into ZooKeeper when the flag is given.
 *
 * Always true: it is moved only if ZooKeeper has no registry, or a blank one, and in the commit that checks that this
 * master leads. So of several masters with a registry on disk the first that leads moves its own, and the others keep
 * theirs. The same commit stores a digest of what was moved, and the folder is renamed: nothing is moved twice.
 */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Registry } from '../../api/generated/internal';
import { decodeProtobuf } from '../../api/protobuf';
import type { Logger } from '../../runtime/log';
import { LocalStore } from '../../state/local';
import { retireFolder } from '../../state/retired-folder';
import { REGISTRY_NAME, type RegistryStore } from './registry-store';

/**
 * The registry to lead with: the one in ZooKeeper, or the one on disk if that is moved now. Rejects if that cannot be
 * read or stored: then nothing has changed, and the next master that leads may try.
 */
export async function moveFormer(
  registry: RegistryStore,
  {
    found: formerRegistry,
    folder,
    log,
  }: { readonly found: Registry; readonly folder: string; readonly log: Logger },
): Promise<Registry> {
  if (!existsSync(folder)) return formerRegistry;
  const bytes = await readFormer(folder, log);
  if (bytes.length === 0) return formerRegistry;
  const former = decode(bytes, folder);
  if (isBlankRegistry(former)) return formerRegistry;
  const mark = createHash('sha256').update(bytes).digest('hex');
  if (await registry.wasTaken(mark)) {
    retireFolder(folder, log);
    return formerRegistry;
  }
  if (!isBlankRegistry(formerRegistry)) {
    const text =
      'ZooKeeper has a registry, so the one on disk is left alone: move its folder away if it is not needed';
    log.warn({ folder }, text);
    return formerRegistry;
  }
  await registry.take(former, mark);
  const agents = former.slaves?.slaves?.length ?? 0;
  const retired = retireFolder(folder, log);
  log.info({ folder, kept: retired, agents }, 'the registry on disk was moved into ZooKeeper');
  return former;
}

async function readFormer(folder: string, log: Logger): Promise<Buffer> {
  const state = await LocalStore.open(folder, { log });
  try {
    return (await state.fetch(REGISTRY_NAME)).value;
  } finally {
    await state.close();
  }
}

function decode(bytes: Buffer, folder: string): Registry {
  try {
    return decodeProtobuf('mesos.internal.Registry', bytes);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `the registry in ${folder} cannot be read (${why}): move the folder away to begin without it`,
    );
  }
}

/** True for a registry that has nothing but the MasterInfo of a leader. */
export function isBlankRegistry({
  master: _master,
  slaves,
  unreachable,
  gone,
  machines,
  ...lists
}: Registry): boolean {
  const members = [slaves?.slaves, unreachable?.slaves, gone?.slaves, machines?.machines];
  return [...members, ...Object.values(lists)].every((list) => !list || list.length === 0);
}
