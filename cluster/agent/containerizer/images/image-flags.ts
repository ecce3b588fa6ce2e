/**
 * The flags of images, with Mesos' names and defaults (Mesos 1.11 src/slave/flags.cpp, src/messages/flags.proto).
 */

import { isAbsolute } from 'node:path';
import type { Image } from '../../../api/generated/mesos';
import { decodeJson } from '../../../api/json-read';
import { refuse } from '../../../runtime/config/classes';
import { bytes, document, type Flag, text, toggle } from '../../../runtime/config/flags';
import { readCredentials } from './credentials';
import type { Backend } from './provisioner';
import { type DefaultRegistry, readRegistry } from './registry';

/** The settings of the garbage collection of images. */
export interface ImageGc {
  /** The part of the disk to be kept free. */
  readonly headroom: number;
  readonly intervalMs: number;
  readonly excluded: readonly Image[];
}

const HUB = 'https://registry-1.docker.io';
const MAX_SIZE = 5 * 1024 ** 3;
const MAX_SIZE_MIN = 1024 * 1024;
const INTERVAL_MIN_MS = 1000;

export const imageFlags = {
  image_providers: {
    help: 'kinds of images that containers may have: DOCKER, which is also OCI; needs filesystem/linux',
    value: 'DOCKER',
    fallback: false,
    fallbackText: 'none',
    read: readProviders,
    print: (hasImages) => (hasImages ? 'DOCKER' : ''),
  } satisfies Flag<boolean>,
  docker_registry: {
    help: 'where images come from: a registry, or a folder with NAME:TAG.tar of docker save and layouts of OCI',
    value: 'URL|PATH',
    fallback: readRegistry(HUB),
    fallbackText: HUB,
    isPath: true,
    read: readRegistry,
    print: (registry) =>
      registry.kind === 'folder' ? registry.path : `http${registry.isPlain ? '' : 's'}://${registry.host}`,
  } satisfies Flag<DefaultRegistry>,
  docker_config: credentialsFlag(),
  docker_store_dir: text({
    help: 'folder that images are kept in; store/docker in --work_dir without it',
    value: 'PATH',
  }),
  docker_ignore_runtime: toggle({
    help: 'docker/runtime: what images say of command, variables, folder and user counts for nothing',
    fallback: false,
  }),
  image_provisioner_backend: {
    help: 'how file systems are made of images: overlay shares layers, copy has all files for each container',
    value: 'overlay|copy',
    fallback: undefined,
    fallbackText: 'overlay where the kernel has it',
    read: readBackend,
    print: (backend) => backend ?? '',
  } satisfies Flag<Backend | undefined>,
  image_gc_config: imageGcFlag(),
  image_max_size: bytes({
    help: 'what an image may take on disk, compressed and unpacked together; our own flag',
    fallback: MAX_SIZE,
    fallbackText: '5GB',
    min: MAX_SIZE_MIN,
  }),
  sandbox_directory: {
    help: 'path of the sandbox in containers with an image',
    value: 'PATH',
    fallback: '/mnt/mesos/sandbox',
    read: readSandboxDirectory,
  } satisfies Flag<string>,
} as const;

function readProviders(value: string): boolean {
  const names = value.split(',').map((name) => name.trim().toUpperCase());
  if (names.includes('APPC')) refuse('images of APPC are not supported: use DOCKER');
  if (names.some((name) => name !== 'DOCKER')) throw new Error('expected DOCKER');
  return true;
}

function readBackend(value: string): Backend {
  if (value === 'aufs' || value === 'bind')
    refuse(`the backend ${value} is not there: use overlay, or copy where the kernel has none`);
  if (value !== 'overlay' && value !== 'copy') throw new Error('expected overlay or copy');
  return value;
}

function readSandboxDirectory(value: string): string {
  if (!isAbsolute(value) || value === '/') throw new Error('expected an absolute path');
  return value;
}

/** As JSON that skopeo reads. The secrets in it are not shown. */
function credentialsFlag(): Flag<string | undefined> {
  const flag = document({
    help: 'credentials of registries, as in the config.json of Docker: {"auths": {"HOST:PORT": {"auth": "..."}}}',
    secret: true,
  });
  return {
    ...flag,
    fallback: undefined,
    read: (value) => JSON.stringify(readCredentials(flag.read(value, undefined) ?? '')),
  };
}

function imageGcFlag(): Flag<ImageGc | undefined> {
  const flag = document({
    help: 'removes images when the disk fills up: {"image_disk_headroom": 0.1, "image_disk_watch_interval": {"nanoseconds": 3600000000000}, "excluded_images": []}',
  });
  return {
    ...flag,
    fallback: undefined,
    read: (value) => readImageGc(flag.read(value, undefined) ?? ''),
    print: (gc) => (gc === undefined ? '' : printImageGc(gc)),
  };
}

function readImageGc(json: string): ImageGc {
  const value = JSON.parse(json) as Record<string, unknown>;
  const headroom = value['image_disk_headroom'];
  const { nanoseconds } = (value['image_disk_watch_interval'] ?? {}) as { readonly nanoseconds?: unknown };
  const intervalMs = Number(nanoseconds) / 1e6;
  const images = value['excluded_images'] ?? [];
  if (typeof headroom !== 'number' || !(headroom >= 0 && headroom <= 1))
    throw new Error('expected "image_disk_headroom" from 0.0 to 1.0');
  if (!(intervalMs >= INTERVAL_MIN_MS))
    throw new Error('expected "image_disk_watch_interval": {"nanoseconds": N}, at least a second');
  if (!Array.isArray(images)) throw new Error('expected a list as "excluded_images"');
  const excluded = images.map((image: unknown) => decodeJson('mesos.v1.Image', JSON.stringify(image)));
  return { headroom, intervalMs, excluded };
}

function printImageGc({ headroom, intervalMs, excluded }: ImageGc): string {
  return JSON.stringify({
    image_disk_headroom: headroom,
    image_disk_watch_interval: { nanoseconds: intervalMs * 1e6 },
    excluded_images: excluded,
  });
}
