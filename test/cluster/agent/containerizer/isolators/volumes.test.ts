import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  makeFileInside,
  makeFolderInside,
} from '../../../../../cluster/agent/containerizer/isolators/sandbox-folders';
import {
  hostPathError,
  mayBeMade,
  volumeHostPath,
} from '../../../../../cluster/agent/containerizer/isolators/volume-host-path';
import {
  sandboxPathError,
  volumeSandboxPath,
} from '../../../../../cluster/agent/containerizer/isolators/volume-sandbox-path';
import { volumeError } from '../../../../../cluster/agent/containerizer/isolators/volumes';
import type { ContainerInfo, Volume } from '../../../../../cluster/api/generated/mesos';
import { configOf, contextOf, runOf, specOf } from './builders';

let folder: string;
let sandbox: string;
let parentSandbox: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'meseta-volumes-')));
  [sandbox, parentSandbox] = [join(folder, 'sandbox'), join(folder, 'parent')];
  mkdirSync(sandbox);
  mkdirSync(parentSandbox);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const container = (...volumes: readonly Volume[]): ContainerInfo => ({ type: 'MESOS', volumes });
const fromHost = (path: string, container_path: string, mode: Volume.Mode = 'RW'): Volume => ({
  mode,
  container_path,
  source: { type: 'HOST_PATH', host_path: { path } },
});
const fromSandbox = (
  type: 'SELF' | 'PARENT',
  path: string,
  container_path: string,
  mode: Volume.Mode = 'RW',
): Volume => ({ mode, container_path, source: { type: 'SANDBOX_PATH', sandbox_path: { type, path } } });
const runWith = (...volumes: readonly Volume[]) =>
  runOf(
    { directory: sandbox, container: container(...volumes), parent: 'P' },
    { parent: runOf({ containerId: 'P', directory: parentSandbox }) },
  );

describe('a volume', () => {
  it.each<[object, string | undefined]>([
    [{ host_path: '/a' }, undefined],
    [
      { host_path: '/a', image: { type: 'DOCKER' } },
      expect.stringContaining('Only one of them should be set'),
    ],
    [{}, expect.stringContaining('Only one of them should be set')],
    [{ source: { type: 'HOST_PATH' } }, "Invalid volume: 'source.host_path' is not set for HOST_PATH volume"],
    [{ source: {} }, "Invalid volume: 'source.type' is unknown"],
  ])('with %j: %j', (members, error) => {
    expect(volumeError({ mode: 'RW', container_path: 'a', ...members })).toEqual(error);
  });
});

describe('volume/host_path', () => {
  const prepare = (volume: Volume, ...args: readonly string[]) =>
    volumeHostPath(contextOf({ config: configOf(...args) })).prepare?.(runWith(volume));

  it('mounts folders and files of the host, below the sandbox or where a folder is', async () => {
    const host = join(folder, 'host');
    mkdirSync(host);
    writeFileSync(join(host, 'file'), '');
    expect(await prepare(fromHost(host, 'a/b', 'RO'))).toEqual({
      mounts: [{ source: host, destination: join(sandbox, 'a/b'), type: 'bind', options: ['rbind', 'ro'] }],
    });
    expect(statSync(join(sandbox, 'a/b')).isDirectory()).toBe(true);
    await prepare(fromHost(join(host, 'file'), 'c/file'));
    expect(statSync(join(sandbox, 'c/file')).isFile()).toBe(true);
    expect(await prepare(fromHost(host, parentSandbox))).toMatchObject({
      mounts: [{ destination: parentSandbox }],
    });
    expect(await prepare(fromHost(host, host))).toEqual({});
    expect(await prepare({ mode: 'RW', container_path: 'd', host_path: host })).toMatchObject({
      mounts: [{ source: host }],
    });
    expect(await prepare({ mode: 'RW', container_path: 'd', host_path: 'relative' })).toEqual({});
  });

  it('makes folders that are missing only where the operator allows it', async () => {
    const missing = join(folder, 'made/here');
    await expect(prepare(fromHost(missing, 'a'))).rejects.toThrow(
      `Path '${missing}' in HOST_PATH volume does not exist`,
    );
    await expect(
      prepare(fromHost(missing, 'a'), '--host_path_volume_force_creation=/elsewhere'),
    ).rejects.toThrow(/is not whitelisted for creation/);
    await prepare(
      fromHost(missing, 'a'),
      `--host_path_volume_force_creation=/elsewhere:${join(folder, 'made')}`,
    );
    expect(existsSync(missing)).toBe(true);
    expect(mayBeMade('/a/../b', ['/a'])).toBe(false);
    expect(mayBeMade('/ab', ['/a'])).toBe(false);
  });

  it('makes nothing outside of the sandbox', async () => {
    await expect(prepare(fromHost(folder, join(folder, 'missing')))).rejects.toThrow(
      /is an absolute path. It must exist if the container shares the host filesystem/,
    );
    await expect(prepare(fromHost(folder, '../a'))).rejects.toThrow("Path '../a' is outside of the sandbox");
  });

  it.each<[Volume, string]>([
    [fromHost('relative', 'a'), "Path 'relative' in HOST_PATH volume is not absolute"],
    [
      {
        mode: 'RW',
        container_path: 'a',
        source: {
          type: 'HOST_PATH',
          host_path: { path: '/a', mount_propagation: { mode: 'BIDIRECTIONAL' } },
        },
      },
      "Mount propagation BIDIRECTIONAL of the HOST_PATH volume '/a' is not supported",
    ],
  ])('refuses %j', (volume, reason) => {
    expect(hostPathError(specOf({ container: container(volume) }))).toBe(reason);
  });
});

describe('volume/sandbox_path', () => {
  const prepare = (hasRuntime: boolean, ...volumes: readonly Volume[]) =>
    volumeSandboxPath(contextOf({ hasRuntime })).prepare?.(runWith(...volumes));

  it.each([true, false])(
    'links a folder of the parent, with a runtime (%s) and without',
    async (hasRuntime) => {
      expect(await prepare(hasRuntime, fromSandbox('PARENT', 'shared', 'in/it'))).toEqual({});
      await prepare(hasRuntime, fromSandbox('PARENT', 'shared', 'in/it'));
      expect(readlinkSync(join(sandbox, 'in/it'))).toBe(join(parentSandbox, 'shared'));
      expect(statSync(join(parentSandbox, 'shared')).isDirectory()).toBe(true);
    },
  );

  it('mounts what is read-only or at an absolute path', async () => {
    expect(
      await prepare(true, fromSandbox('PARENT', 'shared', 'a', 'RO'), fromSandbox('SELF', 'own', folder)),
    ).toEqual({
      mounts: [
        {
          source: join(parentSandbox, 'shared'),
          destination: join(sandbox, 'a'),
          type: 'bind',
          options: ['rbind', 'ro'],
        },
        { source: join(sandbox, 'own'), destination: folder, type: 'bind', options: ['rbind', 'rw'] },
      ],
    });
  });

  it('links what is read-only without a runtime, as in Mesos', async () => {
    expect(await prepare(false, fromSandbox('PARENT', 'shared', 'a', 'RO'))).toEqual({});
    expect(lstatSync(join(sandbox, 'a')).isSymbolicLink()).toBe(true);
  });

  it.each<[Volume, Parameters<typeof specOf>[0], boolean, string]>([
    [fromSandbox('SELF', '/a', '/b'), {}, true, "Path '/a' in SANDBOX_PATH volume is absolute"],
    [
      fromSandbox('PARENT', 'a', 'b'),
      {},
      true,
      'SANDBOX_PATH volume PARENT type only works for nested container',
    ],
    [
      fromSandbox('SELF', 'a', 'b'),
      {},
      true,
      "'container_path' is relative for SANDBOX_PATH volume SELF type",
    ],
    [
      { mode: 'RW', container_path: 'b', source: { type: 'SANDBOX_PATH', sandbox_path: { path: 'a' } } },
      {},
      true,
      'Unknown SANDBOX_PATH volume type',
    ],
    [
      fromSandbox('PARENT', 'a', '/b'),
      { parent: 'P' },
      false,
      'SANDBOX_PATH volume with absolute container path needs an OCI runtime, and there is none',
    ],
    [
      fromSandbox('PARENT', 'a/../..', 'b'),
      { parent: 'P' },
      true,
      "Path 'a/../..' in SANDBOX_PATH volume is outside of the sandbox",
    ],
    ...['.', '..', 'a/..', './', '../b'].map((path): [Volume, { parent: string }, boolean, string] => [
      fromSandbox('PARENT', 'a', path),
      { parent: 'P' },
      true,
      `'container_path' ${path} of SANDBOX_PATH volume is not a place in the sandbox`,
    ]),
  ])('refuses %j', (volume, change, hasRuntime, reason) => {
    expect(sandboxPathError(specOf({ ...change, container: container(volume) }), hasRuntime)).toBe(reason);
  });

  it('refuses a place in the sandbox where something is already', async () => {
    mkdirSync(join(sandbox, 'a'));
    await expect(prepare(true, fromSandbox('PARENT', 'shared', 'a'))).rejects.toThrow(
      "'container_path' a of SANDBOX_PATH volume is in the sandbox already",
    );
  });

  it('refuses a place in the sandbox that another volume has', async () => {
    const first = fromSandbox('PARENT', 'one', 'a');
    await prepare(true, first);
    await prepare(true, first);
    await expect(prepare(true, fromSandbox('PARENT', 'two', 'a'))).rejects.toThrow(
      "'container_path' a of SANDBOX_PATH volume is in the sandbox already",
    );
    expect(readlinkSync(join(sandbox, 'a'))).toBe(join(parentSandbox, 'one'));
  });

  it('shares the whole sandbox of the parent by the path .', async () => {
    await prepare(true, fromSandbox('PARENT', '.', 'all'));
    expect(readlinkSync(join(sandbox, 'all'))).toBe(parentSandbox);
  });

  it('never leaves the sandbox of the parent, also not by a link of a task', async () => {
    mkdirSync(join(folder, 'secret'));
    symlinkSync(join(folder, 'secret'), join(parentSandbox, 'link'));
    await expect(prepare(true, fromSandbox('PARENT', 'link/below', 'a'))).rejects.toThrow(
      "Path 'link/below' is outside of the sandbox",
    );
    await expect(prepare(true, fromSandbox('PARENT', '../secret', 'a'))).rejects.toThrow(
      /outside of the sandbox/,
    );
    expect(existsSync(join(folder, 'secret/below'))).toBe(false);
  });
});

describe('folders of a sandbox', () => {
  it('are made with those on the way, and files on empty ones', () => {
    expect(makeFolderInside(sandbox, './a//b/')).toBe(join(sandbox, 'a/b'));
    expect(makeFileInside(sandbox, 'a/file')).toBe(join(sandbox, 'a/file'));
    expect(makeFileInside(sandbox, 'a/file')).toBe(join(sandbox, 'a/file'));
    expect(makeFolderInside(sandbox, '.')).toBe(sandbox);
  });

  it('may be reached by links that stay inside', () => {
    mkdirSync(join(sandbox, 'a'));
    symlinkSync('a', join(sandbox, 'link'));
    expect(makeFolderInside(sandbox, 'link/b')).toBe(join(sandbox, 'a/b'));
  });
});
