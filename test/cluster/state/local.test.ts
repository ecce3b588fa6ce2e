import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { StartError } from '../../../cluster/runtime/lifecycle';
import { LocalStore } from '../../../cluster/state/local';
import { stateContract } from './contract';

const root = mkdtempSync(join(tmpdir(), 'meseta-state-'));
let folders = 0;
const newFolder = (): string => join(root, 'deep', String(folders++));
afterAll(() => rmSync(root, { recursive: true, force: true }));
afterEach(() => jest.restoreAllMocks());

stateContract('the local store', () => LocalStore.open(newFolder()));

describe('the local store', () => {
  it('finds all after it was closed and opened again', async () => {
    const folder = newFolder();
    const first = await LocalStore.open(folder);
    await first.commit([
      { name: 'a', value: Buffer.from('1') },
      { name: 'gone', value: Buffer.from('2') },
    ]);
    await first.commit([{ name: 'gone', value: undefined }]);
    const before = await first.fetchAll('');
    await first.close();
    const second = await LocalStore.open(folder);
    expect(await second.fetchAll('')).toEqual(before);
    expect(await second.names()).toEqual(['a']);
    expect((await second.commit([{ name: 'a', value: Buffer.from('2'), version: 99 }])).ok).toBe(false);
    await second.close();
  });

  it('does not repeat the version of a removed variable after it was opened again', async () => {
    const folder = newFolder();
    const versions: number[] = [];
    for (let round = 0; round < 3; round++) {
      const state = await LocalStore.open(folder);
      const result = await state.commit([{ name: 'a', value: Buffer.from('x'), version: 0 }]);
      versions.push((result.ok && result.versions.get('a')) || 0);
      await state.commit([{ name: 'a', value: undefined }]);
      await state.close();
    }
    expect(new Set(versions).size).toBe(3);
  });

  it('finishes what was asked for before it closes', async () => {
    const folder = newFolder();
    const first = await LocalStore.open(folder);
    const pending = first.commit([{ name: 'a', value: Buffer.from('1') }]);
    await first.close();
    expect((await pending).ok).toBe(true);
    const second = await LocalStore.open(folder);
    expect(await second.names()).toEqual(['a']);
    await second.close();
  });

  it('is held by one at a time, and tells the other what to do', async () => {
    const folder = newFolder();
    const holder = await LocalStore.open(folder);
    const other = LocalStore.open(folder);
    await expect(other).rejects.toThrow(StartError);
    await expect(other).rejects.toThrow(
      `the state in ${folder} is in use by another process: stop that one, or choose another --work_dir`,
    );
    await holder.close();
    await (await LocalStore.open(folder)).close();
    expect(folder).toContain(root);
  });

  it('says what is wrong with a folder that cannot be one', async () => {
    const file = join(root, 'file');
    writeFileSync(file, 'not a folder');
    const opened = LocalStore.open(join(file, 'state'));
    await expect(opened).rejects.toThrow(StartError);
    await expect(opened).rejects.toThrow(
      /cannot open the state in .*file\/state: .* choose another --work_dir/,
    );
  });

  it('shares the cost of a sync among commits that come at once', async () => {
    const state = await LocalStore.open(newFolder());
    const batch = jest.spyOn(ClassicLevel.prototype, 'batch' as never);
    const commit = (index: number) => state.commit([{ name: `v${index}`, value: Buffer.from('x') }]);
    await Promise.all(Array.from({ length: 1000 }, (_, index) => commit(index)));
    expect(batch.mock.calls.length).toBeGreaterThan(0);
    expect(batch.mock.calls.length).toBeLessThan(10);
    for (const [, options] of batch.mock.calls as unknown as [unknown, unknown][]) {
      expect(options).toEqual({ sync: true });
    }
    await state.close();
  });

  it('forgets what could not be written, and takes nothing more until it is opened again', async () => {
    const folder = newFolder();
    const state = await LocalStore.open(folder);
    await state.commit([{ name: 'a', value: Buffer.from('1') }]);
    const before = await state.fetchAll('');
    jest
      .spyOn(ClassicLevel.prototype, 'batch' as never)
      .mockRejectedValueOnce(new Error('the disk is full') as never);
    const failed = state.commit([
      { name: 'a', value: Buffer.from('2') },
      { name: 'b', value: Buffer.from('2') },
    ]);
    const behind = state.commit([{ name: 'c', value: Buffer.from('3') }]);
    await expect(failed).rejects.toThrow('the disk is full');
    await expect(behind).rejects.toThrow('the disk is full');
    expect(await state.fetchAll('')).toEqual(before);
    await expect(state.commit([{ name: 'a', value: Buffer.from('3') }])).rejects.toThrow('the disk is full');
    await state.close();
    const again = await LocalStore.open(folder);
    expect(await again.fetchAll('')).toEqual(before);
    expect((await again.commit([{ name: 'a', value: Buffer.from('3') }])).ok).toBe(true);
    await again.close();
  });

  it('reads what was there before a commit or after it, never between', async () => {
    const state = await LocalStore.open(newFolder());
    await state.commit([{ name: 'a', value: Buffer.from('0') }]);
    const reads: Promise<string>[] = [];
    const writes = Array.from({ length: 300 }, async (_, index) => {
      for (let turn = 0; turn < index % 7; turn++) await new Promise(setImmediate);
      reads.push(state.fetch('a').then(({ value }) => value.toString()));
      reads.push(state.fetchAll('').then((all) => all.map(({ value }) => value.toString()).join()));
      return await state.commit([{ name: 'a', value: Buffer.from(String(index)) }]);
    });
    await Promise.all(writes);
    expect((await Promise.all(reads)).filter((value) => !/^\d+$/.test(value))).toEqual([]);
    await state.close();
  });
});
