/**
 * The isolator `volume/secret`: secrets as files in a container, which are in memory alone (Mesos 1.11
 * src/slave/containerizer/mesos/isolators/volume/secret.cpp).
 *
 * The files of a container are in a ramfs on `secrets` of its run folder, which is never written to disk, not even as swap.
 * Each is mounted at its path in the container, whose user alone may read it.
 */

import { chown, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerInfo, Secret, Volume } from '../../../api/generated/mesos';
import { secretError } from '../../../model/command-errors';
import { errorText } from '../../../model/error-text';
import type { Identity } from '../../../runtime/identity';
import type { ContainerSpec } from '../../core/state/container-spec';
import { isMounted } from '../mount-points';
import type { Mount } from '../oci/runtime-spec';
import { runIdentity } from '../run-identity';
import { askerOf } from '../secrets/secret-asker';
import type { IsolatorContext } from './context';
import type { Changes, ContainerRun, Isolator } from './isolator';
import { mountPoint } from './mount-point';
import { mountFolder, unmountFolder } from './mounted-folder';
import { bindMount, volumesError } from './volumes';

type Context = Pick<IsolatorContext, 'secrets' | 'config'>;

/** A file to make of a secret. */
interface SecretFile {
  readonly volume: Volume;
  readonly secret: Secret;
}

export function volumeSecret(context: Context): Isolator {
  return {
    name: 'volume/secret',
    needsRuntime: false,
    refusal: secretVolumeError,
    prepare: async (run): Promise<Changes> => {
      const files = secretFiles(run.spec.container);
      if (files.length === 0) return {};
      const contents = await Promise.all(files.map((file) => contentOf(file, run, context)));
      const folder = secretsFolder(run.folder);
      if (!isMounted(folder)) await mountFolder(folder, 'ramfs', 'nosuid,nodev,noexec,mode=700');
      const identity = await runIdentity(run);
      const mounts: Mount[] = [];
      for (const [index, { volume }] of files.entries()) {
        const source = join(folder, String(index));
        await writeSecret(source, contents[index] ?? Buffer.alloc(0), volume, identity);
        mounts.push(mountOf(source, volume, run, context));
      }
      return { mounts };
    },
    cleanup: ({ folder }) => unmountFolder(secretsFolder(folder)),
  };
}

/** The error in the volumes of a container that are secrets, in the words of Mesos. */
function secretVolumeError({ container }: ContainerSpec): string | undefined {
  const error = volumesError(container);
  if (error !== undefined) return error;
  const wrong = secretFiles(container).flatMap(({ secret }) => secretError(secret) ?? [])[0];
  return wrong === undefined ? undefined : `Invalid secret specified in volume: ${wrong}`;
}

function secretsFolder(folder: string): string {
  return join(folder, 'secrets');
}

function secretFiles(container: ContainerInfo | undefined): readonly SecretFile[] {
  return (container?.volumes ?? []).flatMap((volume) => {
    const { source } = volume;
    return source?.type === 'SECRET' && source.secret ? [{ volume, secret: source.secret }] : [];
  });
}

async function contentOf(
  { volume, secret }: SecretFile,
  run: ContainerRun,
  { secrets }: Context,
): Promise<Buffer> {
  return await secrets.resolve(secret, askerOf(run)).catch((error: unknown) => {
    const path = volume.container_path;
    throw new Error(`Failed to resolve the secret of the volume '${path}': ${errorText(error)}`);
  });
}

/** The original's is everybody's to read. A file that is there is of a prepare that was cut off. */
async function writeSecret(
  path: string,
  content: Buffer,
  { mode }: Volume,
  identity: Identity | undefined,
): Promise<void> {
  await rm(path, { force: true });
  await writeFile(path, content, { mode: mode === 'RO' ? 0o400 : 0o600, flag: 'wx' });
  if (identity) await chown(path, identity.uid, identity.gid);
}

function mountOf(source: string, volume: Volume, { spec }: ContainerRun, { config }: Context): Mount {
  const destination = mountPoint(volume.container_path, { source, spec, sandbox: config.sandbox_directory });
  return bindMount(source, destination, volume.mode);
}
