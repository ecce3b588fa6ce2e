/**
 * Images made by tests: layers of files, a configuration, and a manifest of Docker or of OCI. The first layer of most has
 * busybox.
 */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

export const BUSYBOX = ['/bin/busybox', '/usr/bin/busybox'].find(existsSync);
const PROGRAMS =
  'sh ls cat sleep id echo env grep hostname httpd mkdir mount stat touch mknod head pwd wc'.split(' ');

export function digestOf(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Files of a layer: texts, and links as `{ to }`. */
export type Files = Readonly<Record<string, string | { readonly to: string }>>;

/** A layer as a tar, of files and of what the function does in its folder. */
export function layer(files: Files, more: (folder: string) => void = () => undefined): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'meseta-layer-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      if (typeof content === 'string') writeFileSync(join(folder, path), content);
      else symlinkSync(content.to, join(folder, path));
    }
    more(folder);
    return execFileSync('tar', ['-C', folder, '-c', '.'], { maxBuffer: 64 * 1024 * 1024 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A layer with busybox and a few users. */
export function busyboxLayer(): Buffer {
  const links = Object.fromEntries(PROGRAMS.map((name) => [`bin/${name}`, { to: 'busybox' }]));
  const passwd = 'root:x:0:0::/:/bin/sh\napp:x:1234:1235::/:/bin/sh\nevil:x:0:0::/:/bin/sh\n';
  const files = { ...links, 'etc/passwd': passwd, 'etc/group': 'root:x:0:\nteam:x:1300:app\napps:x:1235:\n' };
  return layer(files, (folder) => copyFileSync(BUSYBOX ?? '', join(folder, 'bin/busybox')));
}

export interface ImagePlan {
  readonly layers: readonly Buffer[];
  readonly config?: object;
  readonly isOci?: boolean;
  /** Compresses its layers by zstd and not by gzip. */
  readonly isZstd?: boolean;
  readonly architecture?: string;
}

export interface BuiltImage {
  readonly manifest: Buffer;
  readonly mediaType: string;
  readonly blobs: ReadonlyMap<string, Buffer>;
  readonly layers: readonly string[];
}

const DOCKER = 'application/vnd.docker.distribution.manifest.v2+json';
const OCI = 'application/vnd.oci.image.manifest.v1+json';

export function buildImage({
  layers,
  config = {},
  isOci = false,
  isZstd = false,
  architecture = 'amd64',
}: ImagePlan): BuiltImage {
  const packed = layers.map((tar) =>
    isZstd ? execFileSync('zstd', ['-q', '-c'], { input: tar }) : gzipSync(tar, { level: 1 }),
  );
  const rootfs = { type: 'layers', diff_ids: layers.map(digestOf) };
  const configBlob = Buffer.from(JSON.stringify({ architecture, os: 'linux', config, rootfs }));
  const descriptor = (mediaType: string, blob: Buffer): object => ({
    mediaType,
    size: blob.length,
    digest: digestOf(blob),
  });
  const types = isOci
    ? [
        'application/vnd.oci.image.config.v1+json',
        `application/vnd.oci.image.layer.v1.tar+${isZstd ? 'zstd' : 'gzip'}`,
      ]
    : ['application/vnd.docker.container.image.v1+json', 'application/vnd.docker.image.rootfs.diff.tar.gzip'];
  const mediaType = isOci ? OCI : DOCKER;
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: descriptor(types[0] ?? '', configBlob),
    layers: packed.map((blob) => descriptor(types[1] ?? '', blob)),
  };
  return {
    manifest: Buffer.from(JSON.stringify(manifest)),
    mediaType,
    blobs: new Map([configBlob, ...packed].map((blob) => [digestOf(blob), blob])),
    layers: packed.map(digestOf),
  };
}

/** A list of images for several platforms. */
export function listOf(images: readonly (readonly [architecture: string, image: BuiltImage])[]): BuiltImage {
  const manifests = images.map(([architecture, { manifest, mediaType }]) => ({
    mediaType,
    size: manifest.length,
    digest: digestOf(manifest),
    platform: { os: 'linux', architecture },
  }));
  return {
    manifest: Buffer.from(JSON.stringify({ schemaVersion: 2, manifests })),
    mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json',
    blobs: new Map(images.flatMap(([, image]) => [...image.blobs])),
    layers: [],
  };
}

/** An archive as `docker save` writes it. */
export function writeArchive(
  path: string,
  name: string,
  layers: readonly Buffer[],
  config: object = {},
): void {
  const folder = mkdtempSync(join(tmpdir(), 'meseta-archive-'));
  try {
    const rootfs = { type: 'layers', diff_ids: layers.map(digestOf) };
    writeFileSync(
      join(folder, 'config.json'),
      JSON.stringify({ architecture: 'amd64', os: 'linux', config, rootfs }),
    );
    for (const [index, tar] of layers.entries()) writeFileSync(join(folder, `${index}.tar`), tar);
    const Layers = layers.map((_tar, index) => `${index}.tar`);
    writeFileSync(
      join(folder, 'manifest.json'),
      JSON.stringify([{ Config: 'config.json', RepoTags: [name], Layers }]),
    );
    mkdirSync(dirname(path), { recursive: true });
    execFileSync('tar', ['-C', folder, '-cf', path, '--force-local', '.']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A layout of OCI with one image. */
export function writeLayout(path: string, tag: string, { manifest, mediaType, blobs }: BuiltImage): void {
  mkdirSync(join(path, 'blobs/sha256'), { recursive: true });
  for (const blob of [manifest, ...blobs.values()])
    writeFileSync(join(path, 'blobs/sha256', digestOf(blob).slice(7)), blob);
  const annotations = { 'org.opencontainers.image.ref.name': tag };
  const entry = { mediaType, size: manifest.length, digest: digestOf(manifest), annotations };
  writeFileSync(join(path, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
  writeFileSync(join(path, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
}
