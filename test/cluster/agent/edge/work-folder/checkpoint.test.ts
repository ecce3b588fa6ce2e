import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkpointAgentId,
  openCheckpoint,
  readAgentId,
} from '../../../../../cluster/agent/edge/work-folder/checkpoint';
import { encodeProtobuf } from '../../../../../cluster/api/protobuf';
import { StartError } from '../../../../../cluster/runtime/lifecycle';
import type { StateStore } from '../../../../../cluster/state/store';
import { readWords } from '../../../master/operation-words';
import { checkpointResources, readCheckpointedResources } from './stored-resources';

describe('what an agent keeps over a restart', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meseta-agent-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const open = (): Promise<StateStore> => openCheckpoint(folder, { warn: () => undefined });

  it('is nothing at first, then its id and the reservations last told', async () => {
    expect(await readAgentId(folder)).toBeUndefined();
    const first = await open();
    expect(await readCheckpointedResources(first)).toEqual([]);
    await checkpointAgentId(folder, 'S0');
    await checkpointAgentId(folder, 'S1');
    await Promise.all([
      checkpointResources(first, readWords('cpus(db):1')),
      checkpointResources(first, readWords('cpus(db):2;disk(db)[v1]:100')),
    ]);
    await first.close();
    expect(await readAgentId(folder)).toBe('S1');
    const second = await open();
    expect(await readCheckpointedResources(second)).toEqual(readWords('cpus(db):2;disk(db)[v1]:100'));
    await second.close();
  });

  it('moves from the file of earlier versions into the store, once', async () => {
    const path = join(folder, 'meta', 'resources');
    await mkdir(path, { recursive: true });
    const bytes = encodeProtobuf('mesos.internal.CheckpointResourcesMessage', {
      resources: readWords('cpus(db):3'),
    });
    await writeFile(join(path, 'resources.info'), bytes);
    const state = await open();
    expect(await readCheckpointedResources(state)).toEqual(readWords('cpus(db):3'));
    await state.close();
    expect(existsSync(join(path, 'resources.info'))).toBe(false);
  });

  it('stops the start when that file is damaged, and says what can be done', async () => {
    await mkdir(join(folder, 'meta', 'resources'), { recursive: true });
    await writeFile(join(folder, 'meta', 'resources', 'resources.info'), 'not a message');
    await expect(open()).rejects.toThrow(StartError);
    await expect(open()).rejects.toThrow(
      /move it out of the agent's --work_dir to start without reservations/,
    );
  });

  it('is a new agent where the link was removed, and an error where it leads nowhere', async () => {
    await checkpointAgentId(folder, 'S0');
    const link = join(folder, 'meta', 'slaves', 'latest');
    await rm(link);
    expect(await readAgentId(folder)).toBeUndefined();
    await symlink('S0x', link);
    await expect(readAgentId(folder)).rejects.toThrow(
      /latest cannot be read: it names "S0x".*start as a new agent/,
    );
  });

  it('is held by one agent at a time', async () => {
    const holder = await open();
    await expect(open()).rejects.toThrow(/in use by another process.*choose another --work_dir/);
    await holder.close();
    await (await open()).close();
    expect(await readAgentId(folder)).toBeUndefined();
  });
});
