import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  filesystemLinux,
  filesystemPosix,
} from '../../../../../cluster/agent/containerizer/isolators/filesystem';
import type { Isolator } from '../../../../../cluster/agent/containerizer/isolators/isolator';
import type { Resource } from '../../../../../cluster/api/generated/mesos';
import { holderProgram } from '../../../../../cluster/runtime/holder/held-program';
import { silentLogger } from '../../../../../cluster/runtime/log';
import { Place, runtime } from '../place';
import { configOf } from './builders';

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.close());

/** A persistent volume with a folder, as the agent makes it before. */
function volume(
  id: string,
  container_path = id,
  more: Partial<Resource> & { mode?: 'RO' | 'RW' } = {},
): Resource {
  mkdirSync(pathOf(id), { recursive: true });
  const { mode = 'RW', ...others } = more;
  const disk = { persistence: { id }, volume: { container_path, mode } };
  return {
    name: 'disk',
    type: 'SCALAR',
    scalar: { value: 1 },
    reservations: [{ type: 'DYNAMIC', role: 'web' }],
    disk,
    ...others,
  };
}

function pathOf(id: string): string {
  return join(place.workDir, 'volumes/roles/web', id);
}

type MakeIsolator = (place: Place) => Isolator;
const linux: MakeIsolator = ({ workDir }) => filesystemLinux({ workDir, config: configOf() });
const ways: readonly [string, MakeIsolator, boolean][] = [
  [
    'filesystem/posix',
    ({ workDir }) => filesystemPosix({ workDir, log: silentLogger }),
    holderProgram() !== undefined,
  ],
  ['filesystem/linux', linux, 'path' in runtime],
];

describe.each(ways)('%s', (_name, make, isThere) => {
  const check = isThere ? it : it.skip;

  check('shows persistent volumes, which outlive the container', async () => {
    const containers = place.containerizer([make(place)]);
    const spec = place.spec('echo kept > data/file; cat data/file', { resources: [volume('v1', 'data')] });
    await (await containers.launch(spec)).ended;
    await containers.destroy(spec.containerId);
    expect(place.output(spec)).toBe('kept\n');
    expect(readFileSync(join(pathOf('v1'), 'file'), 'utf8')).toBe('kept\n');
  });

  check('follows the resources of a running container, also after a restart of the agent', async () => {
    const before = place.containerizer([make(place)]);
    const spec = place.spec('sleep 1000', { resources: [volume('v1')] });
    await before.launch(spec);
    const containers = place.containerizer([make(place)]);
    await containers.recover([spec.containerId]);
    await containers.update(spec.containerId, { resources: [volume('v2')], limits: {} });
    expect(readlinkSync(join(spec.directory, 'v2'))).toBe(pathOf('v2'));
    expect(lstatSync(join(spec.directory, 'v1'), { throwIfNoEntry: false })).toBeUndefined();
    await containers.update(spec.containerId, { resources: [], limits: {} });
    expect(existsSync(join(spec.directory, 'v2'))).toBe(false);
    expect(existsSync(pathOf('v2'))).toBe(true);
    await containers.destroy(spec.containerId);
  });

  check('leaves out paths that the original leaves out', async () => {
    const containers = place.containerizer([make(place)]);
    const resources = [volume('v1', '/absolute'), volume('v2', 'a/b')];
    const spec = place.spec('ls', { resources });
    await (await containers.launch(spec)).ended;
    expect(place.output(spec)).toBe('stderr\nstdout\n');
    await containers.destroy(spec.containerId);
  });

  check('refuses a volume where something else is', async () => {
    const containers = place.containerizer([make(place)]);
    const spec = place.spec('true', { resources: [volume('v1', 'taken')] });
    mkdirSync(join(spec.directory, 'taken'), { recursive: true });
    await expect(containers.launch(spec)).rejects.toThrow('something else is there');
  });

  const asRoot = isThere && process.getuid?.() === 0 ? it : it.skip;
  asRoot('gives a volume to the user of the container, but not one that others share', async () => {
    const containers = place.containerizer([make(place)]);
    const shared = volume('shared', 'shared', { shared: {} });
    const first = place.spec('sleep 1000', { user: 'nobody', resources: [shared, volume('own')] });
    const second = place.spec('sleep 1000', { user: 'daemon', resources: [shared] });
    await containers.launch(first);
    const { uid } = statSync(pathOf('own'));
    expect(uid).toBe(statSync(first.directory).uid);
    await containers.launch(second);
    expect(statSync(pathOf('shared')).uid).toBe(uid);
    await containers.destroy(first.containerId);
    await containers.destroy(second.containerId);
  });
});

const withRuntime = 'path' in runtime ? test : test.skip;
withRuntime('with filesystem/linux a volume to read cannot be written to', async () => {
  const resources = [volume('v1', 'data', { mode: 'RO' })];
  writeFileSync(join(pathOf('v1'), 'file'), 'old\n');
  const containers = place.containerizer([linux(place)]);
  const spec = place.spec('cat data/file; echo new > data/file || echo refused', { resources });
  await (await containers.launch(spec)).ended;
  expect(place.output(spec)).toBe('old\nrefused\n');
  await containers.destroy(spec.containerId);
});
