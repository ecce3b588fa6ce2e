import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckpointChange } from '../../../../../cluster/agent/core/state/entries';
import {
  readAgentId,
  readBootId,
  readLastBootId,
  writeChanges,
} from '../../../../../cluster/agent/edge/work-folder/checkpoint';
import { readRecovery } from '../../../../../cluster/agent/edge/work-folder/recovery';
import { StartError } from '../../../../../cluster/runtime/lifecycle';
import { MemoryStore } from '../../../../../cluster/state/memory';
import { resources } from '../../../master/builders';
import { readWords } from '../../../master/operation-words';

const INFO = {
  hostname: 'h',
  port: 5051,
  resources: resources({ cpus: '4' }),
  attributes: [],
  checkpoint: true,
};
const EXECUTOR = { executor_id: { value: 'e' } };
const LEFT: readonly CheckpointChange[] = [
  { entry: 'agent', value: { ...INFO, id: { value: 'S0' } } },
  { entry: 'resources', value: readWords('cpus(db):1') },
  { entry: 'framework', frameworkId: 'F', value: { name: 'web', user: 'root', checkpoint: true } },
  {
    entry: 'executor',
    containerId: 'c',
    value: { frameworkId: 'F', kind: 'custom', completed: false, info: EXECUTOR },
  },
];

describe('what an agent finds at its start', () => {
  let workDir = '';
  const warnings: string[] = [];
  const log = { warn: (_fields: object, text?: string) => void warnings.push(text ?? '') };
  beforeEach(() => {
    workDir = mkdtempSync(join(tmpdir(), 'meseta-recovery-'));
    warnings.length = 0;
  });
  afterEach(() => rmSync(workDir, { recursive: true, force: true }));

  const config = { recover: 'reconnect', strict: true, reconfiguration_policy: 'equal' } as const;
  async function left(changes: readonly CheckpointChange[] = LEFT): Promise<MemoryStore> {
    const checkpoint = new MemoryStore();
    await writeChanges({ workDir, state: checkpoint }, changes);
    return checkpoint;
  }
  const read = (checkpoint: MemoryStore, options: Partial<typeof CONFIG> = {}, info = INFO) =>
    readRecovery({ config: { ...config, ...options }, workDir, checkpoint, log } as never, info);
  const CONFIG = { recover: 'cleanup', strict: false, reconfiguration_policy: 'additive' };
  const kinds = ({ recovery }: Awaited<ReturnType<typeof readRecovery>>): string[] =>
    recovery.entries.map(({ entry }) => entry).sort();

  it('is nothing at its first one', async () => {
    const { agentId, recovery } = await read(new MemoryStore());
    expect(agentId).toBeUndefined();
    expect(recovery).toEqual({
      mode: 'reconnect',
      rebooted: false,
      bootId: await readBootId(),
      entries: [],
      errors: 0,
    });
  });

  it('is all that the last run has left, under the same id', async () => {
    const found = await read(await left());
    expect(found.agentId).toBe('S0');
    expect(kinds(found)).toEqual(['agent', 'executor', 'framework', 'resources']);
  });

  it('says that the machine has started again when the boot id is another one', async () => {
    const bootId = (await readBootId()) ?? '';
    const same = await read(await left([...LEFT, { entry: 'boot', value: bootId }]));
    expect([same.recovery.rebooted, await readLastBootId(workDir)]).toEqual([false, bootId]);
    writeFileSync(join(workDir, 'meta', 'boot_id'), 'another');
    expect((await read(await left())).recovery.rebooted).toBe(true);
  });

  it('is only the reservations after an operator has removed the link: the agent is a new one', async () => {
    const checkpoint = await left();
    rmSync(join(workDir, 'meta', 'slaves', 'latest'));
    const found = await read(checkpoint);
    expect([found.agentId, kinds(found)]).toEqual([undefined, ['resources']]);
    expect(await checkpoint.names()).toEqual(['agent/resources']);
  });

  it('stops the start when an entry cannot be read, unless it is to be lenient', async () => {
    const checkpoint = await left();
    await checkpoint.commit([{ name: 'executors/c', value: Buffer.from('torn') }]);
    await expect(read(checkpoint)).rejects.toThrow(StartError);
    await expect(read(checkpoint)).rejects.toThrow(/executors\/c in the store .* cannot be read/);
    const found = await read(checkpoint, { strict: false });
    expect([found.recovery.errors, kinds(found)]).toEqual([1, ['agent', 'framework', 'resources']]);
    expect(warnings).toEqual(['an entry of the checkpoint cannot be read']);
  });

  it('stops the start of an agent that has changed', async () => {
    const start = read(await left(), {}, { ...INFO, hostname: 'other' });
    await expect(start).rejects.toThrow(StartError);
    await expect(start).rejects.toThrow(
      /Failed to perform recovery: Incompatible agent info detected[\s\S]*rm -f .*meta\/slaves\/latest/,
    );
  });

  it('is that of a new agent for one that has changed with a restart of its machine', async () => {
    const checkpoint = await left();
    mkdirSync(join(workDir, 'meta'), { recursive: true });
    writeFileSync(join(workDir, 'meta', 'boot_id'), 'another');
    const found = await read(checkpoint, {}, { ...INFO, port: 1 });
    expect([found.agentId, kinds(found)]).toEqual([undefined, ['resources']]);
    expect(await readAgentId(workDir)).toBeUndefined();
    expect(warnings).toHaveLength(1);
  });

  it('lets more resources pass under the additive policy', async () => {
    const more = { ...INFO, resources: resources({ cpus: '8', mem: '64' }) };
    expect((await read(await left(), { reconfiguration_policy: 'additive' }, more)).agentId).toBe('S0');
    await expect(read(await left(), {}, more)).rejects.toThrow(/Incompatible agent info/);
  });
});
