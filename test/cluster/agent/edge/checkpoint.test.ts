import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  keepResources,
  recallAgentId,
  recallResources,
  rememberAgentId,
} from '../../../../cluster/agent/edge/checkpoint';
import { StartError } from '../../../../cluster/runtime/lifecycle';
import { readWords } from '../../master/operation-words';

describe('what an agent keeps over a restart', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meseta-agent-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is nothing at first, then its id and the reservations last told', async () => {
    expect(await recallAgentId(folder)).toBeUndefined();
    expect(await recallResources(folder)).toEqual([]);
    await rememberAgentId(folder, 'S0');
    await rememberAgentId(folder, 'S1');
    await keepResources(folder, readWords('cpus(db):1'));
    await keepResources(folder, readWords('cpus(db):2;disk(db)[v1]:100'));
    expect(await recallAgentId(folder)).toBe('S1');
    expect(await recallResources(folder)).toEqual(readWords('cpus(db):2;disk(db)[v1]:100'));
  });

  it('stops the start when it is damaged, and says what can be done', async () => {
    await keepResources(folder, readWords('cpus(db):1'));
    await writeFile(join(folder, 'meta', 'resources', 'resources.info'), 'not a message');
    await expect(recallResources(folder)).rejects.toThrow(StartError);
    await expect(recallResources(folder)).rejects.toThrow(/remove it to start without reservations/);
  });
});
