/**
 * Manifests, configurations, credentials and flags of images, in tables; what a garbage collection takes.
 */

import { readCredentials } from '../../../../../cluster/agent/containerizer/images/credentials';
import { imageFlags } from '../../../../../cluster/agent/containerizer/images/image-flags';
import {
  imageFor,
  platformOf,
  readConfig,
  readManifest,
} from '../../../../../cluster/agent/containerizer/images/manifest';
import { garbageOf } from '../../../../../cluster/agent/containerizer/images/prune';
import { lastError } from '../../../../../cluster/agent/containerizer/images/run-tool';
import { overlayOptions } from '../../../../../cluster/agent/containerizer/images/unpack';
import { excess } from '../../../../../cluster/agent/containerizer/images/watched';
import { parseFlags } from '../../../../../cluster/runtime/config/flags';

const digest = `sha256:${'1'.repeat(64)}`;
const blob = { digest, size: 5 };
const bytes = (value: unknown): Buffer =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

describe('a manifest', () => {
  it('is that of an image, of a list, or an old one', () => {
    const image = { schemaVersion: 2, config: blob, layers: [blob] };
    expect(readManifest(bytes(image))).toEqual({ kind: 'image', config: blob, layers: [blob] });
    const platform = { os: 'linux', architecture: 'amd64' };
    const list = { schemaVersion: 2, manifests: [{ ...blob, platform }] };
    expect(readManifest(bytes(list))).toEqual({ kind: 'list', images: [{ ...blob, platform }] });
    expect(readManifest(bytes({ schemaVersion: 1, fsLayers: [] }))).toEqual({ kind: 'old' });
  });

  it.each([
    ['{', 'is not JSON'],
    [[], 'has no layers'],
    [{ layers: {} }, 'has no layers'],
    [{ config: blob, layers: [{ ...blob, digest: 'sha256:../../x' }] }, 'digest that is not of sha256'],
    [{ config: blob, layers: [{ ...blob, digest: 'md5:1' }] }, 'digest that is not of sha256'],
    [{ config: blob, layers: [{ ...blob, size: -1 }] }, 'size of a blob'],
    [{ config: blob, layers: [{ ...blob, size: 1e300 }] }, 'size of a blob'],
    [{ config: null, layers: [] }, 'digest that is not of sha256'],
    [{ manifests: [null] }, 'digest that is not of sha256'],
  ])('%j is refused', (value, reason) => {
    expect(() => readManifest(bytes(value))).toThrow(reason);
  });

  it('of a list is that of the platform, of its variant where there is one', () => {
    const image = (architecture: string, variant?: string) => ({
      ...blob,
      platform: { os: 'linux', architecture, variant },
    });
    const images = [image('arm', 'v6'), image('arm', 'v7'), image('amd64')];
    expect(imageFor(images, platformOf('arm')).platform.variant).toBe('v7');
    expect(imageFor(images, platformOf('x64')).platform.architecture).toBe('amd64');
    expect(() => imageFor(images, platformOf('ppc64'))).toThrow('not there for linux/ppc64');
  });
});

test('a configuration says how the program runs, in whatever it has', () => {
  const rootfs = { diff_ids: [digest] };
  const config = { Entrypoint: ['/e'], Cmd: 'no list', Env: ['A=1'], WorkingDir: '', User: 'u' };
  expect(readConfig(bytes({ rootfs, config }), 1).config).toEqual({
    entrypoint: ['/e'],
    cmd: [],
    env: ['A=1'],
    workingDir: undefined,
    user: 'u',
  });
  expect(readConfig(bytes({ rootfs, config: null }), 1).diffIds).toEqual([digest]);
  expect(() => readConfig(bytes({ rootfs }), 2)).toThrow('does not name its layers');
  expect(() => readConfig(bytes({ rootfs: { diff_ids: ['x'] } }), 1)).toThrow('does not name its layers');
});

describe('credentials', () => {
  const auth = { auth: 'dTpw' };

  it.each([
    [{ auths: { 'host:5000': { ...auth, email: 'x' } } }, 'host:5000'],
    [{ 'host:5000': auth }, 'host:5000'],
    [{ auths: { 'https://host:5000/v2/': auth } }, 'host:5000'],
    [{ auths: { 'https://index.docker.io/v1/': auth } }, 'docker.io'],
  ])('of %j are those of %s', (value, host) => {
    const { auths } = readCredentials(JSON.stringify(value));
    const [key = ''] = Object.keys('auths' in value ? value.auths : value);
    expect(auths).toEqual({ [host]: auth, [key]: auth });
  });

  it.each(['secret', '[]', '{"auths":"secret"}', '{"auths":{"host":"secret"}}'])(
    '%s is refused, and not shown',
    (text) => {
      expect(() => readCredentials(text)).toThrow(/^expected (?!.*secret)/);
    },
  );
});

describe('flags of images', () => {
  const read = (...args: readonly string[]) =>
    parseFlags(imageFlags, { command: 'meseta agent', about: '', args, env: {} }).flags;

  it('have their defaults', () => {
    expect(read()).toMatchObject({
      image_providers: false,
      docker_registry: { host: 'registry-1.docker.io' },
      docker_config: undefined,
      image_provisioner_backend: undefined,
      sandbox_directory: '/mnt/mesos/sandbox',
      image_max_size: 5 * 1024 ** 3,
    });
  });

  it('are read', () => {
    const gc = {
      image_disk_headroom: 0.2,
      image_disk_watch_interval: { nanoseconds: 60e9 },
      excluded_images: [{ type: 'DOCKER', docker: { name: 'kept' } }],
    };
    const flags = read('--image_providers=docker', `--image_gc_config=${JSON.stringify(gc)}`);
    expect(flags).toMatchObject({
      image_providers: true,
      image_gc_config: { headroom: 0.2, intervalMs: 60_000, excluded: [{ docker: { name: 'kept' } }] },
    });
    expect(JSON.parse(imageFlags.image_gc_config.print?.(flags.image_gc_config) ?? '')).toEqual(gc);
  });

  it.each([
    ['--image_providers=APPC', 'images of APPC are not supported'],
    ['--image_providers=oci', 'expected DOCKER'],
    ['--image_provisioner_backend=aufs', 'the backend aufs is not there'],
    ['--image_gc_config={"image_disk_headroom": 2}', 'image_disk_headroom'],
    ['--image_gc_config={"image_disk_headroom": 0.1}', 'image_disk_watch_interval'],
    ['--sandbox_directory=sandbox', 'absolute path'],
    ['--docker_config=secret', 'expected JSON'],
  ])('%s is refused', (flag, reason) => {
    expect(() => read(flag)).toThrow(reason);
  });
});

test('a garbage collection takes what nobody needs', () => {
  const image = (reference: string, ...layerIds: readonly string[]) => ({
    reference,
    layerIds,
    digests: layerIds.map((id) => `d${id}`),
  });
  const contents = {
    images: [image('used', '1', '2'), image('excluded', '1', '3'), image('old', '1', '4')],
    layerIds: ['1', '2', '3', '4', '5', '6'],
    digests: ['d1', 'd2', 'd3', 'd4', 'd5', 'd6'],
  };
  const needed = {
    excluded: new Set(['excluded']),
    references: new Set(['used']),
    // Of a container whose image has another reference by now.
    layerIds: new Set(['5']),
    digests: new Set(['d5']),
  };
  expect(garbageOf(contents, needed)).toEqual({
    references: ['old'],
    layerIds: ['4', '6'],
    digests: ['d4', 'd6'],
  });
});

test('the errors of tools are told in one line', () => {
  expect(lastError('time="x" level=warning msg="w"\ntime="x" level=fatal msg="a \\"b\\" c"\n', 1)).toBe(
    'a "b" c',
  );
  expect(lastError('  • unpacking\n  ⨯ unpack: no space left on device\n', 1)).toBe(
    'unpack: no space left on device',
  );
  expect(lastError('', 'SIGKILL')).toBe('it ended with SIGKILL');
  expect(lastError('write x: file too large', 1)).toBe('it is larger than it may be');
});

test('a folder is bounded by bytes and by files', () => {
  const bounds = { bytesMax: 10, entriesMax: 3 };
  expect(excess({ bytes: 10, entries: 3 }, bounds)).toBeUndefined();
  expect(excess({ bytes: 11, entries: 1 }, bounds)).toMatch('--image_max_size');
  expect(excess({ bytes: 1, entries: 4 }, bounds)).toMatch('more than 3 files');
});

test('an overlay has as many layers as the kernel takes', () => {
  const layers = (count: number) => Array<string>(count).fill('0123456789abcdef0123');
  expect(overlayOptions(['b', 'a'], '/u', '/w')).toBe('lowerdir=b:a,upperdir=/u,workdir=/w');
  expect(() => overlayOptions(layers(127), '/u', '/w')).not.toThrow();
  expect(() => overlayOptions(layers(300), '/u', '/w')).toThrow('too many layers (300)');
});
