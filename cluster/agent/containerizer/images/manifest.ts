/**
 * Manifests and configurations of images, of Docker and of OCI, as they come from a registry: each may be anything. Pure.
 */

import { createHash } from 'node:crypto';

/** A blob by its digest. */
export interface Descriptor {
  readonly digest: string;
  readonly size: number;
}

/** A manifest by what it has: images for several platforms, or one. The oldest kind does not tell sizes. */
export type Manifest =
  | { readonly kind: 'list'; readonly images: readonly PlatformImage[] }
  | { readonly kind: 'image'; readonly config: Descriptor; readonly layers: readonly Descriptor[] }
  | { readonly kind: 'old' };

interface PlatformImage extends Descriptor {
  readonly platform: Platform;
}

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
}

/** The part of an image's configuration that says how its program runs. */
export interface ImageConfig {
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  /** Variables as `NAME=value`. */
  readonly env: readonly string[];
  readonly workingDir: string | undefined;
  /** `user`, `uid`, `user:group` or `uid:gid`. */
  readonly user: string | undefined;
}

/** An image without a word about its program. */
export const NO_CONFIG: ImageConfig = {
  entrypoint: [],
  cmd: [],
  env: [],
  workingDir: undefined,
  user: undefined,
};

type Json = Readonly<Record<string, unknown>>;

export function digestOf(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Reads a manifest. Throws with what is wrong. */
export function readManifest(bytes: Buffer): Manifest {
  const json = readObject(bytes, 'manifest');
  if (json['schemaVersion'] === 1) return { kind: 'old' };
  if (Array.isArray(json['manifests']))
    return { kind: 'list', images: json['manifests'].map((image: unknown) => readPlatformImage(image)) };
  if (!Array.isArray(json['layers'])) throw new Error('the manifest of the image has no layers');
  return {
    kind: 'image',
    config: readDescriptor(json['config']),
    layers: json['layers'].map((layer: unknown) => readDescriptor(layer)),
  };
}

/** The image for a platform. Throws when there is none. */
export function imageFor(images: readonly PlatformImage[], platform: Platform): PlatformImage {
  const fitting = images.filter(
    (image) => image.platform.os === platform.os && image.platform.architecture === platform.architecture,
  );
  const image = fitting.find(({ platform: { variant } }) => variant === platform.variant) ?? fitting[0];
  if (!image) throw new Error(`the image is not there for ${platform.os}/${platform.architecture}`);
  return image;
}

/** The configuration of an image, and the digests of its layers before they were compressed. */
export interface ConfigFile {
  readonly config: ImageConfig;
  readonly diffIds: readonly string[];
}

/** Reads the configuration of an image with so many layers. Throws with what is wrong. */
export function readConfig(bytes: Buffer, layers: number): ConfigFile {
  const json = readObject(bytes, 'configuration');
  const diffIds = asObject(json['rootfs'])['diff_ids'];
  if (!isTexts(diffIds) || diffIds.length !== layers || !diffIds.every(isDigest))
    throw new Error('the configuration of the image does not name its layers');
  const config = asObject(json['config']);
  return {
    diffIds,
    config: {
      entrypoint: textsOf(config['Entrypoint']),
      cmd: textsOf(config['Cmd']),
      env: textsOf(config['Env']),
      workingDir: textOf(config['WorkingDir']),
      user: textOf(config['User']),
    },
  };
}

function readPlatformImage(value: unknown): PlatformImage {
  const platform = asObject(asObject(value)['platform']);
  return {
    ...readDescriptor(value),
    platform: {
      os: textOf(platform['os']) ?? '',
      architecture: textOf(platform['architecture']) ?? '',
      variant: textOf(platform['variant']),
    },
  };
}

function readDescriptor(value: unknown): Descriptor {
  const { digest, size } = asObject(value);
  if (typeof digest !== 'string' || !isDigest(digest))
    throw new Error('the manifest of the image has a digest that is not of sha256');
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw new Error('the manifest of the image does not tell the size of a blob');
  return { digest, size };
}

function readObject(bytes: Buffer, what: string): Json {
  try {
    return asObject(JSON.parse(bytes.toString('utf8')));
  } catch {
    throw new Error(`the ${what} of the image is not JSON`);
  }
}

function asObject(value: unknown): Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Json) : {};
}

function isDigest(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function textsOf(value: unknown): readonly string[] {
  return isTexts(value) ? value : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The platform of this machine, in the words of images. */
export function platformOf(arch: string): Platform {
  const architecture = ({ x64: 'amd64', ia32: '386', arm: 'arm' } as const)[arch] ?? arch;
  return { os: 'linux', architecture, variant: arch === 'arm' ? 'v7' : undefined };
}
