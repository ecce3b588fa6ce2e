/**
 * Unpacks layers by umoci: one on top of those below it, as an overlay, or all of them into one folder. Layers that are
 * compressed with zstd, which umoci does not know, are decompressed before.
 *
 * Always true: a layer is applied through an overlay, which makes what it removes into white-outs, and lets no layer make
 * them itself; nothing of a layer leads out of its folder; digests are verified, before and after decompression.
 */

import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../../runtime/files/make-folder';
import { findProgram } from '../oci/runtime';
import { type Descriptor, digestOf } from './manifest';
import { blobsOf, hexOf } from './pull';
import { runTool } from './run-tool';
import type { LayerFacts, StoredLayer } from './stored-image';
import { type FolderBounds, sizeOf, watched } from './watched';

export interface UnpackOrder {
  /** From the lowest to the highest. */
  readonly layers: readonly StoredLayer[];
  readonly blobPath: (digest: string) => string;
  /** An empty folder of the work alone. */
  readonly folder: string;
  readonly bounds: FolderBounds;
  readonly signal: AbortSignal;
}

const LAYOUT = 'layout';
const NAME = 'image';
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar';
const GZIP = Buffer.from([0x1f, 0x8b]);
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const USERS_MAX = 1024 * 1024;

/** Folders that no layer names are for every user, whatever the umask of the agent. */
const UNPACK = 'umask 022; exec umoci raw unpack --image "$1" "$2"';

/** Unpacks all layers into a folder, which is made. */
export async function unpackAll(order: UnpackOrder, root: string): Promise<void> {
  const { folder, bounds, signal } = order;
  makeFolder(root, 0o755);
  await watched(folder, bounds, signal, async (ended) => {
    await writeLayout(order, ended);
    await runTool({
      file: 'sh',
      args: ['-c', UNPACK, 'sh', `${join(folder, LAYOUT)}:${NAME}`, root],
      fileMax: bounds.bytesMax,
      signal: ended,
    });
  });
}

export interface OverlayOrder extends UnpackOrder {
  /** The folder that has the unpacked layers below, and those by their names, the highest first. */
  readonly below: { readonly folder: string; readonly names: readonly string[] };
}

export interface UnpackedLayer {
  /** The changes of the layer to those below. */
  readonly root: string;
  readonly facts: LayerFacts;
}

/**
 * Mounts the layers below in a mount namespace of its own, applies the layer, and copies the files of users, as far as no
 * link leads to them. All is on disk in the end.
 */
const APPLY = `
umask 022
mount -t overlay overlay -o "$1" "$2" || exit 1
umoci raw unpack --image "$3" "$2" || exit 1
for name in passwd group; do
  : > "$4/$name"
  if [ ! -L "$2/etc" ] && [ ! -L "$2/etc/$name" ] && [ -f "$2/etc/$name" ]; then
    head -c ${USERS_MAX} "$2/etc/$name" > "$4/$name"
  fi
done
exec sync -f "$4"
`;

/** Unpacks one layer on top of those below. */
export async function unpackLayer(order: OverlayOrder): Promise<UnpackedLayer> {
  const { folder, below, bounds, signal } = order;
  const place = (name: string): string => {
    makeFolder(join(folder, name), 0o755);
    return join(folder, name);
  };
  const root = place('root');
  const merged = place('merged');
  const options = overlayOptions(below.names, root, place('work'));
  const image = `${join(folder, LAYOUT)}:${NAME}`;
  await watched(folder, bounds, signal, async (ended) => {
    await writeLayout(order, ended);
    await runTool({
      file: 'unshare',
      args: ['--mount', '--propagation', 'slave', 'sh', '-c', APPLY, 'sh', options, merged, image, folder],
      directory: below.folder,
      fileMax: bounds.bytesMax,
      signal: ended,
    });
  });
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const { bytes } = await sizeOf(root);
  return { root, facts: { bytes, users: { passwd: read('passwd'), group: read('group') } } };
}

/** The kernel takes one page of them. */
const OPTIONS_MAX = 4095;

/** The options of an overlay. Layers have names relative to a folder, so that many of them fit in. */
export function overlayOptions(layers: readonly string[], upper: string, work: string): string {
  const options = `lowerdir=${layers.join(':')},upperdir=${upper},workdir=${work}`;
  if (options.length > OPTIONS_MAX)
    throw new Error(`the image has too many layers (${layers.length}) for an overlay: use the backend copy`);
  return options;
}

/** A layout of OCI with these layers alone. */
async function writeLayout(order: UnpackOrder, signal: AbortSignal): Promise<void> {
  const { folder, layers } = order;
  const layout = join(folder, LAYOUT);
  makeFolder(blobsOf(layout));
  const add = (value: object): Descriptor => {
    const text = JSON.stringify(value);
    const digest = digestOf(text);
    writeFileSync(join(blobsOf(layout), hexOf(digest)), text);
    return { digest, size: Buffer.byteLength(text) };
  };
  const diff_ids = layers.map(({ diffId }) => diffId);
  const config = add({ architecture: 'any', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids } });
  const entries = [];
  for (const layer of layers) entries.push(await addLayer(layer, order, signal));
  const manifest = add({ schemaVersion: 2, config: { mediaType: CONFIG_TYPE, ...config }, layers: entries });
  const annotations = { 'org.opencontainers.image.ref.name': NAME };
  const index = { schemaVersion: 2, manifests: [{ mediaType: MANIFEST_TYPE, ...manifest, annotations }] };
  writeFileSync(join(layout, 'index.json'), JSON.stringify(index));
  writeFileSync(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
}

type LayerEntry = Descriptor & { readonly mediaType: string };

/** Adds a layer to the layout, as it is, or decompressed: it has the digest then that the configuration tells. */
async function addLayer(layer: StoredLayer, order: UnpackOrder, signal: AbortSignal): Promise<LayerEntry> {
  const { digest, diffId, size } = layer;
  const path = order.blobPath(digest);
  const placeOf = (name: string): string => join(blobsOf(join(order.folder, LAYOUT)), hexOf(name));
  if (!beginsWith(path, ZSTD)) {
    symlinkIfMissing(path, placeOf(digest));
    return { mediaType: beginsWith(path, GZIP) ? `${LAYER_TYPE}+gzip` : LAYER_TYPE, digest, size };
  }
  const tar = placeOf(diffId);
  if (!existsSync(tar)) await decompress(path, tar, order.bounds, signal);
  return { mediaType: LAYER_TYPE, digest: diffId, size: statSync(tar).size };
}

async function decompress(
  path: string,
  tar: string,
  bounds: FolderBounds,
  signal: AbortSignal,
): Promise<void> {
  if (findProgram('zstd') === undefined)
    throw new Error('a layer is compressed with zstd, and the program zstd is not there: install zstd');
  const args = ['-d', '-q', '-o', tar, path];
  await runTool({ file: 'zstd', args, fileMax: bounds.bytesMax, signal });
}

/** An image may have the same layer twice. */
function symlinkIfMissing(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function beginsWith(path: string, magic: Buffer): boolean {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(magic.length);
    readSync(file, bytes);
    return bytes.equals(magic);
  } finally {
    closeSync(file);
  }
}
