/**
 * The agent's checkpoint on a disk that fails: its id and its reservations are those of before or the new ones, and never
 * none; a fault is told.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import {
  checkpointAgentId,
  openCheckpoint,
  readAgentId,
} from '../../../../../cluster/agent/edge/work-folder/checkpoint';
import { encodeProtobuf } from '../../../../../cluster/api/protobuf';
import { StartError } from '../../../../../cluster/runtime/lifecycle';
import { readWords } from '../../../master/operation-words';
import { disk, failLevel } from '../../../state/faulty-disk';
import { checkpointResources, readCheckpointedResources } from './stored-resources';

jest.mock(
  'node:fs/promises',
  () =>
    jest.requireActual<typeof import('../../../state/faulty-disk')>('../../../state/faulty-disk').promises,
);
jest.mock(
  'node:fs',
  () => jest.requireActual<typeof import('../../../state/faulty-disk')>('../../../state/faulty-disk').sync,
);

const root = mkdtempSync(join(tmpdir(), 'meseta-agent-faults-'));
let folders = 0;
const newFolder = (): string => {
  const folder = join(root, String(folders++));
  mkdirSync(folder);
  return folder;
};
const open = (folder: string) => openCheckpoint(folder, { warn: () => undefined });

beforeAll(() => failLevel(ClassicLevel));
afterEach(() => disk.reset());
afterAll(() => {
  jest.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

async function withId(): Promise<string> {
  const folder = newFolder();
  await checkpointAgentId(folder, 'S0');
  disk.reset();
  return folder;
}

describe("an agent's id", () => {
  it('is renamed into its place, and the names are synced after that: a power cut takes no rename back', async () => {
    const folder = await withId();
    await checkpointAgentId(folder, 'S1');
    expect(disk.operations).toEqual([
      'rm',
      'symlink',
      'rename',
      ...['open', 'file.sync', 'open', 'file.sync'],
    ]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])(
    'is the former or the new one when operation %i fails',
    async (operation) => {
      const folder = await withId();
      disk.reset({ operation, fault: 'EIO', lasts: true });
      await expect(checkpointAgentId(folder, 'S1')).rejects.toThrow('EIO');
      const isRenamed = operation > 2;
      disk.reset();
      expect(await readAgentId(folder)).toBe(isRenamed ? 'S1' : 'S0');
      await checkpointAgentId(folder, 'S1');
      expect(await readAgentId(folder)).toBe('S1');
    },
  );

  it('that cannot be read stops the start: the agent does not become a new one', async () => {
    const folder = await withId();
    disk.reset({ operation: 0, fault: 'EIO', lasts: false });
    const start = readAgentId(folder);
    await expect(start).rejects.toThrow(StartError);
    await expect(start).rejects.toThrow(/latest cannot be read: EIO.*Restore it, or remove it/);
  });
});

describe("an agent's reservations", () => {
  it('are those of before when they could not be stored, and that is told', async () => {
    const folder = newFolder();
    const state = await open(folder);
    await checkpointResources(state, readWords('cpus(db):1'));
    disk.reset({ operation: 0, fault: 'ENOSPC', lasts: true });
    await expect(checkpointResources(state, readWords('cpus(db):2'))).rejects.toThrow('ENOSPC');
    disk.reset();
    await state.close();
    const again = await open(folder);
    expect(await readCheckpointedResources(again)).toEqual(readWords('cpus(db):1'));
    await again.close();
  });

  it('outlive any fault while they move from the file of earlier versions into the store', async () => {
    const make = (): string => {
      const folder = newFolder();
      mkdirSync(join(folder, 'meta', 'resources'), { recursive: true });
      const message = encodeProtobuf('mesos.internal.CheckpointResourcesMessage', {
        resources: readWords('cpus(db):3'),
      });
      writeFileSync(join(folder, 'meta', 'resources', 'resources.info'), message);
      return folder;
    };
    disk.reset();
    await (await open(make())).close();
    const operations = [...disk.operations];
    expect(operations).toEqual(expect.arrayContaining(['readFile', 'level.write', 'level.sync', 'rm']));
    for (const [operation, name] of operations.entries()) {
      const folder = make();
      disk.reset({ operation, fault: 'EIO', lasts: false });
      await open(folder).then(
        (state) => state.close(),
        (error: unknown) => expect([name, String(error)]).toEqual([name, expect.stringContaining('EIO')]),
      );
      disk.reset();
      const state = await open(folder);
      expect([name, await readCheckpointedResources(state)]).toEqual([name, readWords('cpus(db):3')]);
      await state.close();
    }
  });
});
