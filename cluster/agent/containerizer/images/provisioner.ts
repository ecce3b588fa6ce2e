/**
 * Provisions containers with images: makes root file systems for them, and removes those again (Mesos 1.11
 * src/slave/containerizer/mesos/provisioner/provisioner.cpp).
 *
 * Always true: nothing is mounted on the host: the holder of a container mounts its file systems where its runtime alone
 * sees them. So nothing is left to unmount, whatever is killed when.
 */

import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import type { Image } from '../../../api/generated/mesos';
import { errorText } from '../../../model/error-text';
import { makeFolder } from '../../../runtime/files/make-folder';
import { identityOf } from '../../../runtime/identity';
import type { ContainerSpec } from '../../core/state/container-spec';
import { type AskingRun, askerOf, type SecretAsker } from '../secrets/secret-asker';
import type { SecretResolver } from '../secrets/secret-resolver';
import { ContainerImages, containersWithImages } from './container-images';
import { readCredentials } from './credentials';
import { containerIdentity, type HostUser, type ImageUsers } from './image-user';
import { type ImageConfig, NO_CONFIG } from './manifest';
import type { ProvisionedImage, ProvisionedRoot } from './provisioned-image';
import { readReference } from './reference';
import type { ImageStore } from './store';
import type { StoredImage } from './stored-image';
import { overlayOptions, unpackAll } from './unpack';

export type Backend = 'overlay' | 'copy';

export interface ProvisionerOptions {
  readonly store: ImageStore;
  readonly backend: Backend;
  readonly workDir: string;
  /** True when what images say of their programs counts for nothing, `--docker_ignore_runtime`. */
  readonly ignoresConfig: boolean;
  /** Resolves the credentials of images. */
  readonly secrets: SecretResolver;
  /** True for the id of a container that has a run folder. */
  readonly isKnown: (containerId: string) => boolean;
}

interface Provisioned extends ProvisionedRoot {
  readonly image: StoredImage;
  readonly users: ImageUsers;
}

export class Provisioner {
  private removalErrors = 0;

  constructor(private readonly options: ProvisionerOptions) {}

  /** Knows the images of running containers again. */
  recover(): void {
    const { workDir, store, isKnown } = this.options;
    for (const containerId of containersWithImages(workDir).filter(isKnown))
      for (const image of new ContainerImages(workDir, containerId).images()) store.use(containerId, image);
  }

  /** The ids of containers that have images and that nobody knows: they may run, with another `--runtime_dir`. */
  unknown(): readonly string[] {
    const { workDir, isKnown } = this.options;
    return containersWithImages(workDir).filter((containerId) => !isKnown(containerId));
  }

  /** In the original's names. */
  metrics(): Record<string, number> {
    return {
      ...this.options.store.metrics(),
      'containerizer/mesos/provisioner/remove_container_errors': this.removalErrors,
    };
  }

  /** The root file system of a container, with the user and the program that the image says. */
  async provisionRoot(spec: ContainerSpec, image: Image, signal: AbortSignal): Promise<ProvisionedImage> {
    const { image: stored, users, ...root } = await this.provision({ spec }, image, signal);
    const config: ImageConfig = this.options.ignoresConfig ? NO_CONFIG : stored.config;
    const identity = containerIdentity({
      user: spec.user,
      isNamed: spec.command?.user !== undefined,
      imageUser: config.user,
      host: await hostUser(spec.user),
      users,
    });
    // Its sandbox was made for a user of the host.
    if (identity) await chown(spec.directory, identity.uid, identity.gid);
    return { ...root, config, identity };
  }

  /** The file system of an image, as a folder that has to be mounted. Rejects with the reason. */
  async provision(run: AskingRun, image: Image, signal: AbortSignal): Promise<Provisioned> {
    const { containerId } = run.spec;
    const { store, backend, workDir, secrets } = this.options;
    const request = await imageRequest(image, askerOf(run), secrets);
    const stored = await store.get(containerId, request, signal);
    const folder = new ContainerImages(workDir, containerId).add(stored);
    return backend === 'overlay'
      ? await this.overlay(stored, folder, signal)
      : await this.copy(stored, folder, signal);
  }

  private async overlay(image: StoredImage, folder: string, signal: AbortSignal): Promise<Provisioned> {
    const layers = await this.options.store.unpack(image, signal);
    // The root is for every user of the container, whatever the umask of the agent.
    for (const name of ['root', 'upper', 'work']) makeFolder(join(folder, name), FOR_ALL);
    const root = join(folder, 'root');
    const options = overlayOptions(layers.names, join(folder, 'upper'), join(folder, 'work'));
    const mount = { folder: root, overlay: { layers: layers.folder, options } };
    return { image, root, mount, users: layers.users };
  }

  private async copy(image: StoredImage, folder: string, signal: AbortSignal): Promise<Provisioned> {
    const { store } = this.options;
    const root = join(folder, 'root');
    const { layers } = image;
    const bounds = store.rest(image);
    const blobPath = (digest: string): string => store.blobPath(digest);
    try {
      await unpackAll({ layers, blobPath, folder, bounds, signal }, root);
    } catch (error) {
      throw await store.unpackError(image, error);
    }
    const users = { passwd: readInside(root, 'passwd'), group: readInside(root, 'group') };
    return { image, root, mount: { folder: root }, users };
  }

  /** Removes all that a container has of images. */
  async deprovision(containerId: string): Promise<void> {
    const { workDir, store } = this.options;
    try {
      await new ContainerImages(workDir, containerId).remove();
    } catch (error) {
      this.removalErrors += 1;
      throw error;
    }
    store.forget(containerId);
  }

  /** Removes images that no container has, but for these. */
  async prune(excluded: readonly Image[]): Promise<void> {
    const references = excluded.flatMap(({ docker }) => (docker ? [readReference(docker.name)] : []));
    await this.options.store.prune(references);
  }
}

/** An image as it is asked for. Rejects with the reason why it cannot be had. */
async function imageRequest(
  { type, docker, cached = true }: Image,
  asker: SecretAsker,
  secrets: SecretResolver,
): Promise<Parameters<ImageStore['get']>[1]> {
  if (type !== 'DOCKER' || docker === undefined)
    throw new Error(`Unsupported container image type: ${type}; there is DOCKER`);
  const { name, config, credential } = docker;
  if (credential !== undefined)
    throw new Error(
      "Image.Docker.credential is not supported: use 'config', or --docker_config of the agent",
    );
  const text = config && (await secrets.resolve(config, asker)).toString('utf8');
  const credentials = text === undefined ? undefined : JSON.stringify(readCredentials(text));
  return { reference: readReference(name), cached, credentials };
}

async function hostUser(user: string | undefined): Promise<HostUser> {
  try {
    return { identity: await identityOf(user) };
  } catch (error) {
    return { unknown: errorText(error) };
  }
}

const USERS_MAX = 1024 * 1024;
const FOR_ALL = 0o755;

/** A file of users in an unpacked image, as far as no link leads to it. */
function readInside(root: string, name: string): string {
  const isFolder = lstatSync(join(root, 'etc'), { throwIfNoEntry: false })?.isDirectory();
  const path = join(root, 'etc', name);
  if (!isFolder || !lstatSync(path, { throwIfNoEntry: false })?.isFile()) return '';
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const bytes = Buffer.alloc(Math.min(USERS_MAX, fstatSync(file).size));
    return bytes.subarray(0, readSync(file, bytes)).toString('utf8');
  } finally {
    closeSync(file);
  }
}
