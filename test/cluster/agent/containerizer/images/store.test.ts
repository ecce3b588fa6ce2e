/**
 * The store of images: what is pulled, what is shared, what survives, and what a garbage collection leaves. Registries may
 * be hostile. Without root, skopeo, umoci or busybox these tests are skipped.
 */

import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { platformOf } from '../../../../../cluster/agent/containerizer/images/manifest';
import { readReference } from '../../../../../cluster/agent/containerizer/images/reference';
import { readRegistry } from '../../../../../cluster/agent/containerizer/images/registry';
import { ImageStore, type StoreOptions } from '../../../../../cluster/agent/containerizer/images/store';
import { layerIdsOf, StoreFolder } from '../../../../../cluster/agent/containerizer/images/store-folder';
import { findProgram } from '../../../../../cluster/agent/containerizer/oci/runtime';
import { silentLogger } from '../../../../../cluster/runtime/log';
import { expectNothingLeft } from '../../../../leftovers';
import {
  type BuiltImage,
  buildImage,
  digestOf,
  layer,
  listOf,
  writeArchive,
  writeLayout,
} from './image-builder';
import { hasImages } from './image-place';
import { basicAuthentication, RegistryServer, tokenAuthentication } from './registry-server';

const check = hasImages ? it : it.skip;
const MB = 1024 * 1024;
let root: string;
let registry: RegistryServer;
let folder: StoreFolder | undefined;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'meseta-store-'));
  registry = await RegistryServer.start();
});
afterEach(async () => {
  folder?.close();
  await registry.close();
  await expectNothingLeft({ root, empty: ['staging', 'garbage'].map((name) => join(root, 'store', name)) });
  rmSync(root, { recursive: true, force: true });
});

/** A store as an agent opens it at its start; the one before is closed. */
async function open(change: Partial<StoreOptions> = {}): Promise<ImageStore> {
  folder?.close();
  folder = await StoreFolder.open(join(root, 'store'));
  return new ImageStore({
    folder,
    registry: readRegistry(`http://${registry.host}`),
    credentials: undefined,
    platform: platformOf('x64'),
    bounds: { bytesMax: 100 * MB, entriesMax: 10_000 },
    stallMs: 60_000,
    log: silentLogger,
    ...change,
  });
}

const never = new AbortController().signal;

/** Pulls an image and unpacks it, and gives the names of its layers, the highest first. */
async function get(
  store: ImageStore,
  name: string,
  container = 'C',
  cached = true,
): Promise<readonly string[]> {
  const request = { reference: readReference(name), cached, credentials: undefined };
  const image = await store.get(container, request, never);
  return (await store.unpack(image, never)).names.slice(0, -1);
}

/** A file in the highest layer. */
function file([name = '']: readonly string[], path: string): string {
  return readFileSync(join(root, 'store/layers', name, path), 'utf8');
}

const one = layer({ 'etc/passwd': 'app:x:7:7::/:\n', a: 'one' });
const two = layer({ b: 'two' });

describe('an image', () => {
  check.each([
    ['of Docker', buildImage({ layers: [one, two] })],
    ['of OCI', buildImage({ layers: [one, two], isOci: true })],
    ['with no layers', buildImage({ layers: [] })],
  ] as const)('%s is pulled', async (_kind, image) => {
    registry.push('app:1', image);
    const names = await get(await open(), 'app:1');
    expect(names).toHaveLength(image.layers.length);
    if (names.length > 0) expect(file(names, 'b')).toBe('two');
  });

  check('of a list is that of this platform, and another platform has none', async () => {
    const ofThisMachine = buildImage({ layers: [one] });
    const other = buildImage({ layers: [two], architecture: 's390x' });
    registry.push(
      'app:1',
      listOf([
        ['s390x', other],
        ['amd64', ofThisMachine],
      ]),
      ofThisMachine,
      other,
    );
    registry.push('app:2', listOf([['s390x', other]]), other);
    const store = await open();
    expect(file(await get(store, 'app:1'), 'a')).toBe('one');
    await expect(get(store, 'app:2')).rejects.toThrow(
      "Failed to pull the image 'app:2': the image is not there for linux/amd64",
    );
  });

  check('with a digest is the one of that digest', async () => {
    const image = buildImage({ layers: [one] });
    registry.push('app:1', image);
    const store = await open();
    expect(file(await get(store, `app@${digestOf(image.manifest)}`), 'a')).toBe('one');
    registry.handler = (_request, reply, url) => {
      if (!url.pathname.includes('/manifests/')) return false;
      const { manifest, mediaType } = buildImage({ layers: [two] });
      reply.writeHead(200, { 'content-type': mediaType }).end(manifest);
      return true;
    };
    await expect(get(store, `app@sha256:${'0'.repeat(64)}`)).rejects.toThrow(/digest/);
  });

  check(
    'is pulled once by simultaneous launches, and again when it is not to come from the cache',
    async () => {
      registry.push('app:1', buildImage({ layers: [one, two] }));
      const store = await open();
      await Promise.all(['A', 'B', 'C'].map((container) => get(store, 'app:1', container)));
      await get(store, 'app:1', 'D');
      expect(registry.pulled).toHaveLength(3);
      expect(store.metrics()['containerizer/mesos/provisioner/docker_store/image_pull_ms/count']).toBe(1);
      const changed = buildImage({ layers: [one, layer({ b: 'new' })] });
      registry.push('app:1', changed);
      expect(file(await get(store, 'app:1'), 'b')).toBe('two');
      expect(file(await get(store, 'app:1', 'E', false), 'b')).toBe('new');
      // The layer below was there already.
      expect(registry.pulled.slice(3)).not.toContain(changed.layers[0]);
      expect(registry.pulled).toHaveLength(5);
    },
  );

  check('shares its layers with others, unpacked once', async () => {
    registry.push('app:1', buildImage({ layers: [one, two] }));
    registry.push('app:2', buildImage({ layers: [one, layer({ c: '3' })] }));
    const store = await open();
    const [first, second] = [await get(store, 'app:1'), await get(store, 'app:2')];
    expect(second[1]).toBe(first[1]);
    expect(readdirSync(join(root, 'store/layers'))).toHaveLength(3);
  });

  (hasImages && findProgram('zstd') ? it : it.skip)('may have layers that zstd has compressed', async () => {
    registry.push('app:1', buildImage({ layers: [one, two], isOci: true, isZstd: true }));
    const store = await open();
    expect(file(await get(store, 'app:1'), 'b')).toBe('two');
    registry.push(
      'bomb:1',
      buildImage({ layers: [layer({ a: 'a'.repeat(MB) })], isOci: true, isZstd: true }),
    );
    const small = await open({ bounds: { bytesMax: MB / 2, entriesMax: 1000 } });
    await expect(get(small, 'bomb:1')).rejects.toThrow(
      "Failed to unpack the image 'bomb:1': zstd: it is larger than it may be",
    );
  });

  check('is there after a restart, without its registry', async () => {
    registry.push('app:1', buildImage({ layers: [one] }));
    const before = await get(await open(), 'app:1');
    mkdirSync(join(root, 'store/staging/half'));
    const requests = registry.requests.length;
    expect(await get(await open(), 'app:1')).toEqual(before);
    expect(registry.requests).toHaveLength(requests);
    expect(readdirSync(join(root, 'store/staging'))).toEqual([]);
  });

  check('that was damaged on disk fails once, and is pulled again', async () => {
    const image = buildImage({ layers: [one] });
    registry.push('app:1', image);
    const store = await open();
    const request = { reference: readReference('app:1'), cached: true, credentials: undefined };
    await store.get('C', request, never);
    writeFileSync(join(root, 'store/blobs/sha256', image.layers[0]?.slice(7) ?? ''), 'damaged');
    await expect(get(store, 'app:1')).rejects.toThrow(/Failed to unpack the image 'app:1'/);
    expect(file(await get(store, 'app:1'), 'a')).toBe('one');
  });
});

describe('a registry', () => {
  const auths = (credentials: string): string =>
    JSON.stringify({ auths: { [registry.host]: { auth: Buffer.from(credentials).toString('base64') } } });

  check.each([
    ['basic', basicAuthentication],
    ['token', tokenAuthentication],
  ])(
    'that asks for credentials gets those of the agent or of the image (%s)',
    async (_kind, authentication) => {
      registry.push('app:1', buildImage({ layers: [one] }));
      registry.handler = authentication('user:password');
      const wrong = await open({ credentials: auths('user:wrong') });
      await expect(get(wrong, 'app:1')).rejects.toThrow(
        /unauthorized|authentication required|invalid status code/i,
      );
      const withPassword = {
        reference: readReference('app:1'),
        cached: true,
        credentials: auths('user:password'),
      };
      expect(await wrong.get('C', withPassword, never)).toMatchObject({ reference: 'app:1' });
      registry.push('app:2', buildImage({ layers: [two] }));
      const right = await open({ credentials: auths('user:password') });
      expect(file(await get(right, 'app:2'), 'b')).toBe('two');
    },
  );

  check('is named in the reference, too', async () => {
    registry.push('app:1', buildImage({ layers: [one] }));
    const store = await open({ registry: readRegistry('https://nowhere.invalid') });
    expect(file(await get(store, `${registry.host}/app:1`), 'a')).toBe('one');
  });

  check('may be a folder of archives and layouts', async () => {
    const images = join(root, 'images');
    writeArchive(join(images, 'team/app:1.tar'), 'team/app:1', [one]);
    writeLayout(join(images, 'layout:1'), '1', buildImage({ layers: [two], isOci: true }));
    writeLayout(join(images, 'tagged'), 'x', buildImage({ layers: [one], isOci: true }));
    const store = await open({ registry: { kind: 'folder', path: images } });
    expect(file(await get(store, 'team/app:1'), 'a')).toBe('one');
    expect(file(await get(store, 'layout:1'), 'b')).toBe('two');
    expect(file(await get(store, 'tagged:x'), 'a')).toBe('one');
    await expect(get(store, 'app:2')).rejects.toThrow(`${images}/app:2.tar`);
  });
});

describe('a hostile registry', () => {
  /** Answers a request for this layer. */
  function layerIs(image: BuiltImage, answer: Parameters<typeof intercept>[1]): void {
    registry.push('app:1', image);
    intercept(`/blobs/${image.layers[0]}`, answer);
  }
  function intercept(path: string, answer: (reply: import('node:http').ServerResponse) => void): void {
    registry.handler = (_request, reply, url) => {
      if (!url.pathname.endsWith(path)) return false;
      answer(reply);
      return true;
    };
  }

  check('that sends another layer than the manifest says fails the pull', async () => {
    layerIs(buildImage({ layers: [one] }), (reply) => reply.end('something else'));
    await expect(get(await open(), 'app:1')).rejects.toThrow(/Failed to pull the image 'app:1': .*digest/i);
  });

  check('that sends a layer without an end is cut off', async () => {
    layerIs(buildImage({ layers: [one] }), (reply) => {
      const send = (): void => {
        while (!reply.destroyed && reply.write(Buffer.alloc(MB)));
      };
      reply.on('drain', send);
      send();
    });
    await expect(get(await open(), 'app:1')).rejects.toThrow('it is larger than it may be');
  });

  check('that says a layer is too large is not asked for it', async () => {
    registry.push('app:1', buildImage({ layers: [one] }));
    const store = await open({ bounds: { bytesMax: 100, entriesMax: 10 } });
    await expect(get(store, 'app:1')).rejects.toThrow('larger than --image_max_size allows');
    expect(registry.pulled).toEqual([]);
  });

  check('that says nothing any more is given up', async () => {
    layerIs(buildImage({ layers: [one] }), (reply) => reply.write('x'));
    const store = await open({ stallMs: 1000 });
    await expect(get(store, 'app:1')).rejects.toThrow('nothing came from the registry for 1 s');
  });

  check('that leads to a link-local address is not followed there', async () => {
    layerIs(buildImage({ layers: [one] }), (reply) =>
      reply.writeHead(307, { location: 'http://169.254.169.254/latest/secret' }).end(),
    );
    await expect(get(await open(), 'app:1')).rejects.toThrow(
      'the registry leads to what is refused: 169.254.169.254 is a link-local address',
    );
  });

  check('that has its tokens at a link-local address is not asked', async () => {
    registry.handler = (_request, reply) => {
      const realm = 'http://[::ffff:169.254.169.254]/token';
      reply.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="x"` }).end();
      return true;
    };
    await expect(get(await open(), 'app:1')).rejects.toThrow('link-local');
  });

  check('that is link-local itself is not asked', async () => {
    const name = '169.254.169.254:80/app:1';
    await expect(get(await open(), name)).rejects.toThrow('link-local');
  });
});

describe('a hostile image', () => {
  /** A tar whose entries have these names. */
  const renamed = (from: string, to: string): Buffer => {
    const tar = Buffer.from(layer({ [from]: 'hostile' }));
    return rename(tar, `./${from}`, to);
  };

  check('writes nothing out of its folder, by names and by links', async () => {
    const outside = join(root, 'outside');
    mkdirSync(outside);
    const climbing = renamed('climbing', `${'../'.repeat(9)}${outside.slice(1)}/x`);
    const links = layer({ 'etc/x': { to: outside }, up: { to: '../../../../../../../..' } });
    const through = layer({ 'up/escaped': 'hostile', 'etc/x/escaped': 'hostile' });
    registry.push('app:1', buildImage({ layers: [climbing, links, through] }));
    await get(await open(), 'app:1').catch(() => undefined);
    expect(readdirSync(outside)).toEqual([]);
    expect(existsSync('/escaped')).toBe(false);
  });

  check('makes no white-outs of its own', async () => {
    const device = layer({}, (path) => {
      execFileSync('mknod', [join(path, 'a'), 'c', '0', '0']);
    });
    registry.push('app:1', buildImage({ layers: [one, device] }));
    await expect(get(await open(), 'app:1')).rejects.toThrow(/Failed to unpack the image 'app:1'/);
  });

  check('that grows beyond all bounds is cut off', async () => {
    const bomb = layer({}, (path) => {
      execFileSync('dd', ['if=/dev/zero', `of=${join(path, 'big')}`, 'bs=1M', 'count=20'], {
        stdio: 'ignore',
      });
    });
    registry.push('app:1', buildImage({ layers: [bomb] }));
    const store = await open({ bounds: { bytesMax: 10 * MB, entriesMax: 1000 } });
    await expect(get(store, 'app:1')).rejects.toThrow('it is larger than it may be');
  });

  check.each([
    ['{', 'the configuration of the image is not JSON'],
    ['{"rootfs":{"diff_ids":[]}}', 'the configuration of the image does not name its layers'],
  ])('with the configuration %s is refused', async (text, reason) => {
    const { manifest, ...image } = buildImage({ layers: [one] });
    const config = Buffer.from(text);
    const json = JSON.parse(manifest.toString()) as { config: object };
    const descriptor = { ...json.config, size: config.length, digest: digestOf(config) };
    const changed = Buffer.from(JSON.stringify({ ...json, config: descriptor }));
    const blobs = new Map([...image.blobs, [digestOf(config), config]]);
    registry.push('app:1', { ...image, manifest: changed, blobs });
    await expect(get(await open(), 'app:1')).rejects.toThrow(new RegExp(`Failed to pull.*|${reason}`));
  });
});

check('a full disk fails the pull with the reason, and a later one succeeds', async () => {
  const store = join(root, 'store');
  mkdirSync(store);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', store]);
  try {
    const big = layer({}, (path) => {
      execFileSync('dd', ['if=/dev/urandom', `of=${join(path, 'big')}`, 'bs=1M', 'count=3'], {
        stdio: 'ignore',
      });
    });
    registry.push('app:1', buildImage({ layers: [big] }));
    registry.push('app:2', buildImage({ layers: [one] }));
    const images = await open();
    await expect(get(images, 'app:1')).rejects.toThrow(/no space left on device/i);
    expect(file(await get(images, 'app:2'), 'a')).toBe('one');
  } finally {
    folder?.close();
    execFileSync('umount', [store]);
  }
});

check('a garbage collection leaves what containers have, and what it is told to leave', async () => {
  registry.push('used:1', buildImage({ layers: [one, two] }));
  registry.push('kept:1', buildImage({ layers: [layer({ k: '1' })] }));
  registry.push('gone:1', buildImage({ layers: [one, layer({ g: '1' })] }));
  const store = await open();
  await get(store, 'used:1', 'C');
  await get(store, 'kept:1', 'D');
  const gone = await get(store, 'gone:1', 'E');
  store.forget('D');
  store.forget('E');
  await store.prune([readReference('kept')]);
  await store.prune([readReference('kept:1')]);
  expect(folder?.images().map(({ reference }) => reference)).toEqual(['used:1']);
  expect(folder?.layerIds()).not.toContain(gone[0]);
  expect(folder?.layerIds()).toContain(gone[1]);
  store.forget('C');
  await store.prune([]);
  expect([folder?.images(), folder?.layerIds(), folder?.digests()]).toEqual([[], [], []]);
});

check('an image is not kept for a container that left while it was pulled', async () => {
  registry.push('app:1', buildImage({ layers: [one] }));
  const store = await open();
  const leave = new AbortController();
  const request = { reference: readReference('app:1'), cached: true, credentials: undefined };
  const left = store.get('C', request, leave.signal);
  const other = get(store, 'app:1', 'D');
  leave.abort(new Error('it was destroyed'));
  await expect(left).rejects.toThrow('it was destroyed');
  store.forget('C');
  await other;
  await store.prune([]);
  expect(folder?.images().map(({ reference }) => reference)).toEqual(['app:1']);
  store.forget('D');
  await store.prune([]);
  expect(folder?.images()).toEqual([]);
});

check('a store is of one agent alone', async () => {
  await open();
  await expect(StoreFolder.open(join(root, 'store'))).rejects.toThrow('is used by another agent');
});

test('a layer is known by what lies below it', () => {
  const ids = layerIdsOf([{ diffId: 'a' }, { diffId: 'b' }]);
  expect(layerIdsOf([{ diffId: 'a' }, { diffId: 'c' }])[0]).toBe(ids[0]);
  expect(layerIdsOf([{ diffId: 'c' }, { diffId: 'b' }])[1]).not.toBe(ids[1]);
});

/** Gives an entry of a tar another name, with the check sum of its header. */
function rename(tar: Buffer, from: string, to: string): Buffer {
  const start = tar.indexOf(`${from}\0`);
  const header = tar.subarray(start, start + 512);
  header.fill(0, 0, 100);
  header.write(to);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return tar;
}
