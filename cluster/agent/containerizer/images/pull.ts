/**
 * Pulls an image into a folder, by skopeo: from a registry, an archive of `docker save`, or a layout of OCI.
 *
 * Always true: a blob has the digest that the manifest says, and the manifest the one that was asked for; no blob is larger
 * than the manifest says; blobs that are there already are not pulled again.
 */

import { existsSync, linkSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../../runtime/files/make-folder';
import { GuardProxy } from './guard-proxy';
import {
  type ConfigFile,
  type Descriptor,
  digestOf,
  imageFor,
  type Manifest,
  type Platform,
  readConfig,
  readManifest,
} from './manifest';
import { type ImageReference, printReference } from './reference';
import { type DefaultRegistry, imageInRegistry, placesInFolder, type RegistryImage } from './registry';
import { runTool, type ToolRun } from './run-tool';
import type { FolderBounds } from './watched';
import { watched } from './watched';

export interface PullRequest {
  readonly reference: ImageReference;
  /** Credentials as JSON that skopeo reads; undefined without. */
  readonly credentials: string | undefined;
  readonly registry: DefaultRegistry;
  readonly platform: Platform;
  /** An empty folder of the pull alone. */
  readonly folder: string;
  /** The path of a blob that is there already; undefined for others. */
  readonly existing: (digest: string) => string | undefined;
  readonly bounds: FolderBounds;
  readonly signal: AbortSignal;
}

/** An image whose blobs are in `blobs/sha256` of the layout. */
export interface PulledImage extends ConfigFile {
  readonly layout: string;
  readonly manifest: Descriptor;
  readonly configBlob: Descriptor;
  readonly layers: readonly Descriptor[];
}

const LAYOUT = 'layout';
const NAME = 'image';
/** Room for manifests and for what a tool writes besides. */
const SMALL_FILES = 8 * 1024 * 1024;
/** The bytes of a connection for each byte of a blob, generously. */
const OVERHEAD = 1.2;

/** Pulls it. Rejects with the reason. */
export async function pullImage(request: PullRequest): Promise<PulledImage> {
  const { folder, bounds, signal } = request;
  makeFolder(blobsOf(join(folder, LAYOUT)));
  return await watched(folder, bounds, signal, async (ended) => {
    const bound = { ...request, signal: ended };
    await (request.registry.kind === 'folder' ? pullFromFolder(bound) : pullFromRegistry(bound));
    return readLayout(bound);
  });
}

/** The folder of blobs in a layout. */
export function blobsOf(layout: string): string {
  return join(layout, 'blobs', 'sha256');
}

async function pullFromFolder(request: PullRequest): Promise<void> {
  const { folder, reference, registry } = request;
  if (registry.kind !== 'folder') return;
  const places = placesInFolder(registry.path, reference);
  const place = places.find(({ path, kind }) =>
    existsSync(kind === 'archive' ? path : join(path, 'oci-layout')),
  );
  if (!place)
    throw new Error(`there is neither an archive nor a layout: ${places.map(({ path }) => path).join(', ')}`);
  // Paths with a colon cannot be told to the tool.
  const source = join(folder, 'source');
  symlinkSync(place.path, source);
  const name = place.name === undefined ? '' : `:${place.name}`;
  const from = place.kind === 'layout' ? `oci:${source}${name}` : `docker-archive:${source}`;
  await copy(request, {
    from,
    options: ['--dest-oci-accept-uncompressed-layers'],
    fileMax: request.bounds.bytesMax,
  });
}

async function pullFromRegistry(request: PullRequest): Promise<void> {
  const { registry, reference, bounds } = request;
  if (registry.kind === 'folder') return;
  const image = imageInRegistry(reference, registry);
  const proxy = await GuardProxy.start();
  try {
    const access = accessOf(request, image, proxy);
    const pinned = await inspect(request, image, access);
    const blobs = pinned.manifest.kind === 'image' ? blobsIn(pinned.manifest) : [];
    const limits = limitsOf(blobs, bounds);
    for (const { digest } of blobs) linkExisting(request, digest);
    const options = access.options.map((option) => option.replace(/^--/, '--src-'));
    await copy(request, { from: `docker://${image.name}${pinned.version}`, ...access, options, ...limits });
  } catch (error) {
    throw proxy.refusal === undefined
      ? error
      : new Error(`the registry leads to what is refused: ${proxy.refusal}`);
  } finally {
    await proxy.close();
  }
}

type Limits = Pick<ToolRun, 'fileMax' | 'inputMax'>;

/** The limits of a pull, by the sizes that the manifest tells. Throws for an image that is too large. */
function limitsOf(blobs: readonly Descriptor[], { bytesMax }: FolderBounds): Limits {
  if (blobs.length === 0) return { fileMax: bytesMax, inputMax: bytesMax };
  const bytes = blobs.reduce((sum, { size }) => sum + size, 0);
  if (bytes > bytesMax) throw new Error(`the image is larger than --image_max_size allows: ${bytes} bytes`);
  const fileMax = Math.max(SMALL_FILES, ...blobs.map(({ size }) => size));
  return { fileMax, inputMax: OVERHEAD * bytes + 2 * SMALL_FILES };
}

interface Access {
  readonly options: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

function accessOf(
  { folder, credentials = '{"auths":{}}' }: PullRequest,
  { isPlain }: RegistryImage,
  { environment }: GuardProxy,
): Access {
  const authFile = join(folder, 'auth.json');
  writeFileSync(authFile, credentials, { mode: 0o600 });
  return {
    options: [`--tls-verify=${!isPlain}`],
    environment: { ...environment, REGISTRY_AUTH_FILE: authFile },
  };
}

interface Pinned {
  readonly manifest: Manifest;
  /** The digest of the manifest, or the tag where it has none. */
  readonly version: string;
}

/** The manifest of an image for this platform, by its digest: it stays the same whatever becomes of the tag. */
async function inspect(request: PullRequest, image: RegistryImage, access: Access): Promise<Pinned> {
  const bytes = await rawManifest(request, `${image.name}${image.version}`, access);
  const manifest = readManifest(bytes);
  const { digest } = request.reference;
  if (digest !== undefined && manifest.kind !== 'old') checkDigest(bytes, digest);
  if (manifest.kind === 'old') return { manifest, version: image.version };
  if (manifest.kind === 'image') return { manifest, version: `@${digestOf(bytes)}` };
  const chosen = imageFor(manifest.images, request.platform);
  const imageBytes = await rawManifest(request, `${image.name}@${chosen.digest}`, access);
  checkDigest(imageBytes, chosen.digest);
  return { manifest: readManifest(imageBytes), version: `@${chosen.digest}` };
}

function checkDigest(bytes: Buffer, digest: string): void {
  if (digestOf(bytes) !== digest)
    throw new Error(`the manifest has the digest ${digestOf(bytes)}, and ${digest} was asked for`);
}

async function rawManifest(request: PullRequest, name: string, access: Access): Promise<Buffer> {
  const { signal } = request;
  const args = ['--insecure-policy', 'inspect', '--raw', ...access.options, `docker://${name}`];
  return await runTool({
    file: 'skopeo',
    args,
    environment: access.environment,
    fileMax: SMALL_FILES,
    signal,
  });
}

interface Copy extends Limits {
  readonly from: string;
  readonly options: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

async function copy({ folder, platform, signal }: PullRequest, order: Copy): Promise<void> {
  const { os, architecture, variant } = platform;
  const args = [
    '--insecure-policy',
    '--override-os',
    os,
    '--override-arch',
    architecture,
    ...(variant === undefined ? [] : ['--override-variant', variant]),
    'copy',
    '--quiet',
    ...order.options,
    order.from,
    `oci:${join(folder, LAYOUT)}:${NAME}`,
  ];
  // Blobs that do not fit into memory are written to the folder of the pull, where they are counted.
  const environment = { ...order.environment, TMPDIR: folder };
  const { fileMax, inputMax } = order;
  await runTool({ file: 'skopeo', args, environment, fileMax, inputMax, signal });
}

function blobsIn({ config, layers }: Extract<Manifest, { kind: 'image' }>): readonly Descriptor[] {
  return [config, ...layers];
}

function linkExisting({ folder, existing }: PullRequest, digest: string): void {
  const path = existing(digest);
  const link = join(blobsOf(join(folder, LAYOUT)), hexOf(digest));
  if (path !== undefined && !existsSync(link)) linkSync(path, link);
}

/** The digits of a digest, which are the name of its file. */
export function hexOf(digest: string): string {
  return digest.slice('sha256:'.length);
}

/** Reads what skopeo has made. */
function readLayout({ folder, reference, registry }: PullRequest): PulledImage {
  const layout = join(folder, LAYOUT);
  const read = (digest: string): Buffer => {
    const bytes = readFileSync(join(blobsOf(layout), hexOf(digest)));
    checkDigest(bytes, digest);
    return bytes;
  };
  const list = readManifest(readFileSync(join(layout, 'index.json')));
  const image = list.kind === 'list' ? list.images[0] : undefined;
  const manifest = image && readManifest(read(image.digest));
  if (manifest?.kind !== 'image') throw new Error('the image has no manifest that can be read');
  if (registry.kind === 'folder' && reference.digest !== undefined && image?.digest !== reference.digest)
    throw new Error(`${printReference(reference)} has the digest ${image?.digest}`);
  const { config, layers } = manifest;
  const { digest, size } = image ?? config;
  return {
    layout,
    manifest: { digest, size },
    configBlob: config,
    layers,
    ...readConfig(read(config.digest), layers.length),
  };
}
