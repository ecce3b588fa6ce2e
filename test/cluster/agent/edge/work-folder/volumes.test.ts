import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeChanges } from '../../../../../cluster/agent/edge/work-folder/checkpoint';
import { changeVolumes, finishVolumes } from '../../../../../cluster/agent/edge/work-folder/volumes';
import type { Resource } from '../../../../../cluster/api/generated/mesos';
import { MemoryStore } from '../../../../../cluster/state/memory';

let workDir = '';
let state: MemoryStore;
beforeEach(() => {
  workDir = mkdtempSync(join(tmpdir(), 'meseta-volumes-'));
  state = new MemoryStore();
});
afterEach(() => rmSync(workDir, { recursive: true, force: true }));

const keep = (resources: readonly Resource[]): Promise<void> =>
  writeChanges({ workDir, state }, [{ entry: 'resources', value: resources }]);

function volume(id: string, source?: object): Resource {
  return {
    name: 'disk',
    type: 'SCALAR',
    scalar: { value: 100 },
    reservations: [{ type: 'DYNAMIC', role: 'db' }],
    disk: { persistence: { id }, volume: { container_path: 'data', mode: 'RW' }, ...(source && { source }) },
  } as Resource;
}

it('makes a folder that only its id leads to, and removes it with its data', async () => {
  await keep([volume('v1')]);
  const folder = join(workDir, 'volumes', 'roles', 'db', 'v1');
  expect(statSync(folder).mode & 0o777).toBe(0o755);
  expect(statSync(join(workDir, 'volumes')).mode & 0o066).toBe(0);
  writeFileSync(join(folder, 'data'), 'x');
  await keep([volume('v1'), volume('v2')]);
  expect(readFileSync(join(folder, 'data'), 'utf8')).toBe('x');
  await keep([volume('v2')]);
  expect(readdirSync(join(workDir, 'volumes', 'roles', 'db'))).toEqual(['v2']);
});

it('is finished at the next start after a crash in between', async () => {
  await keep([volume('old')]);
  await changeVolumes({ workDir, state }, [volume('new')]);
  mkdirSync(join(workDir, 'volumes', 'roles', 'db', 'old'));
  await finishVolumes({ workDir, state });
  expect(readdirSync(join(workDir, 'volumes', 'roles', 'db'))).toEqual(['new']);
  expect(await state.names('agent/')).toEqual(['agent/resources']);
  await finishVolumes({ workDir, state });
  await keep([]);
  expect(readdirSync(join(workDir, 'volumes', 'roles', 'db'))).toEqual([]);
});

it('destroys nothing when it does not know what there was', async () => {
  await keep([volume('v1')]);
  await state.commit([{ name: 'agent/resources', value: Buffer.from([255, 255]) }]);
  await keep([volume('v2')]);
  expect(readdirSync(join(workDir, 'volumes', 'roles', 'db')).sort()).toEqual(['v1', 'v2']);
});

it('keeps what is in a folder that was there before', async () => {
  const folder = join(workDir, 'volumes', 'roles', 'db', 'v1');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'data'), 'old');
  await keep([volume('v1')]);
  expect(readFileSync(join(folder, 'data'), 'utf8')).toBe('old');
});

it('empties the root of a mounted disk and keeps it', async () => {
  const root = join(workDir, 'disk');
  mkdirSync(join(root, 'deep', 'er'), { recursive: true });
  writeFileSync(join(root, 'deep', 'file'), '');
  const mounted = volume('m', { type: 'MOUNT', mount: { root } });
  await keep([mounted]);
  expect(existsSync(join(root, 'deep', 'file'))).toBe(true);
  await keep([]);
  expect(readdirSync(root)).toEqual([]);
});

it('removes links of a volume and not what they lead to', async () => {
  const secret = join(workDir, 'secret');
  mkdirSync(secret);
  writeFileSync(join(secret, 'file'), 'mine');
  await keep([volume('v1')]);
  symlinkSync(secret, join(workDir, 'volumes', 'roles', 'db', 'v1', 'link'));
  await keep([]);
  expect(readFileSync(join(secret, 'file'), 'utf8')).toBe('mine');
});

it('tells which volume cannot be made, and why', async () => {
  writeFileSync(join(workDir, 'volumes'), 'a file');
  await expect(keep([volume('v1')])).rejects.toThrow(
    /^Failed to create the persistent volume v1 at '.*\/volumes\/roles\/db\/v1': ENOTDIR/,
  );
});

it('stops the start when what was begun cannot be finished', async () => {
  await keep([]);
  writeFileSync(join(workDir, 'volumes'), 'a file');
  await expect(keep([volume('v1')])).rejects.toThrow('Failed to create');
  await expect(finishVolumes({ workDir, state })).rejects.toThrow(/start the agent again$/);
});
