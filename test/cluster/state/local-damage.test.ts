/**
 * A store whose files were damaged: each block of each file is flipped and cut. The store either has all that
 * was acknowledged, or it does not open and says where and what to do.
 */

import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { StartError } from '../../../cluster/runtime/lifecycle';
import { acceptLocal } from '../../../cluster/state/accept';
import { CommitFile } from '../../../cluster/state/commit-file';
import { LocalStore } from '../../../cluster/state/local';

const BLOCK_BYTES = 256;
const root = mkdtempSync(join(tmpdir(), 'meseta-damage-'));
let folders = 0;
afterAll(() => rmSync(root, { recursive: true, force: true }));

const newFolder = (): string => join(root, String(folders++));

async function contents(folder: string, notices: string[] = []): Promise<Record<string, string>> {
  const state = await LocalStore.open(folder, { log: { warn: (_fields, text) => notices.push(text) } });
  try {
    const variables = await state.fetchAll('');
    return Object.fromEntries(variables.map(({ name, value }) => [name, value.toString()]));
  } finally {
    await state.close();
  }
}

async function fill(folder: string, from: number, to: number): Promise<void> {
  const state = await LocalStore.open(folder);
  for (let index = from; index < to; index++) {
    await state.commit([{ name: `v${index % 7}`, value: Buffer.from(`value ${index} `.repeat(8)) }]);
  }
  await state.commit([{ name: 'v3', value: undefined }]);
  await state.close();
}

/** A store whose commits are all in its log. */
async function logOnly(): Promise<string> {
  const folder = newFolder();
  await fill(folder, 0, 20);
  return folder;
}

/** A store with tables, a log, and entries that newer ones hide. */
async function withTables(): Promise<string> {
  const folder = await logOnly();
  await fill(folder, 20, 40);
  const level = new ClassicLevel(folder);
  await level.open();
  await level.compactRange('', '\uffff');
  await level.close();
  await fill(folder, 40, 50);
  return folder;
}

interface Damage {
  readonly file: string;
  readonly at: number;
  readonly apply: (path: string, position: number) => void;
}

function flip(path: string, position: number): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(position) ^ 0x20, position);
  writeFileSync(path, bytes);
}

/** One flip and one cut in each block of each file of the folder. */
function damagesOf(folder: string): Damage[] {
  return readdirSync(folder).flatMap((file) => {
    const { size } = statSync(join(folder, file));
    const blocks = Array.from({ length: Math.ceil(size / BLOCK_BYTES) }, (_, index) => index * BLOCK_BYTES);
    return blocks.flatMap((start) => {
      const position = Math.min(size - 1, start + ((start / BLOCK_BYTES) % BLOCK_BYTES));
      return [
        { file, at: position, apply: flip },
        { file, at: start, apply: truncateSync },
      ];
    });
  });
}

/** How the store fared: whole, refused, or (which must not be) open with something else. */
async function fate(folder: string, { file, at: position, apply }: Damage, before: string): Promise<string> {
  const damaged = newFolder();
  cpSync(folder, damaged, { recursive: true });
  apply(join(damaged, file), position);
  const result = await contents(damaged).then(
    (after) =>
      JSON.stringify(after) === before ? 'whole' : `OPENED WITH OTHER CONTENTS: ${JSON.stringify(after)}`,
    (error: unknown) => (isGoodRefusal(error, damaged) ? 'refused' : `BAD REFUSAL: ${String(error)}`),
  );
  rmSync(damaged, { recursive: true, force: true });
  return ['whole', 'refused'].includes(result) ? result : `${file} at ${position}, ${apply.name}: ${result}`;
}

function isGoodRefusal(error: unknown, folder: string): boolean {
  return error instanceof StartError && error.message.includes(`meseta state accept ${folder}`);
}

describe.each([
  ['in its log alone', logOnly],
  ['in tables and a log', withTables],
])('a store with its commits %s', (_name, make) => {
  it('has all it acknowledged or does not open, whichever block of whichever file is flipped or cut', async () => {
    const folder = await make();
    const before = JSON.stringify(await contents(folder));
    const fates: string[] = [];
    for (const damage of damagesOf(folder)) fates.push(await fate(folder, damage, before));
    expect([...new Set(fates)].sort()).toEqual(['refused', 'whole']);
    expect(fates.filter((result) => result === 'refused').length).toBeGreaterThan(10);
  });
});

describe('a damaged store', () => {
  const damaged = async (): Promise<string> => {
    const folder = await logOnly();
    flip(join(folder, '000003.log'), 300);
    return folder;
  };

  it('names the file, the folder, what is missing and the way out', async () => {
    const folder = await damaged();
    await expect(contents(folder)).rejects.toThrow(
      `the state in ${folder} is not all that was stored: 20 acknowledged commits are missing of 21. ` +
        'Damaged: 000003.log (dropping',
    );
  });

  it('is refused again at the next start, with the files of before the first', async () => {
    const folder = await damaged();
    const log = readFileSync(join(folder, '000003.log'));
    for (let start = 0; start < 3; start++) await expect(contents(folder)).rejects.toThrow(StartError);
    expect(readFileSync(join(folder, 'before-opening', '000003.log')).equals(log)).toBe(true);
  });

  it('opens with all of it once its files are put back', async () => {
    const folder = await logOnly();
    const before = await contents(folder);
    const copy = newFolder();
    cpSync(folder, copy, { recursive: true });
    for (const name of readdirSync(folder)) if (name.endsWith('.ldb')) truncateSync(join(folder, name), 9);
    await expect(contents(folder)).rejects.toThrow(StartError);
    rmSync(folder, { recursive: true });
    cpSync(copy, folder, { recursive: true });
    expect(await contents(folder)).toEqual(before);
  });

  it('goes on with what is left when that is accepted, and counts on from there', async () => {
    const folder = await damaged();
    await expect(contents(folder)).rejects.toThrow(StartError);
    expect(await acceptLocal(folder)).toMatchObject({ variables: 1, commits: 21 });
    expect(readdirSync(join(folder, 'before-accepting'))).toContain('000003.log');
    const left = Object.keys(await contents(folder));
    expect(left).toHaveLength(1);
    await fill(folder, 0, 3);
    expect(Object.keys(await contents(folder))).toEqual(['v0', 'v1', 'v2']);
  });

  it('is accepted with what can be read when its tables are damaged', async () => {
    const folder = await withTables();
    const table = readdirSync(folder).find((name) => name.endsWith('.ldb')) as string;
    truncateSync(join(folder, table), 9);
    await expect(contents(folder)).rejects.toThrow(StartError);
    await acceptLocal(folder);
    expect(Object.keys(await contents(folder)).length).toBeLessThanOrEqual(7);
  });

  it('does not open without its commit file', async () => {
    const folder = await logOnly();
    rmSync(join(folder, 'COMMITS'));
    for (let start = 0; start < 2; start++)
      await expect(contents(folder)).rejects.toThrow('the file COMMITS is missing');
  });

  it('of a single commit does not open without its commit file either, however often it is tried', async () => {
    const folder = newFolder();
    const state = await LocalStore.open(folder);
    await state.commit([{ name: 'a', value: Buffer.from('1') }]);
    await state.close();
    rmSync(join(folder, 'COMMITS'));
    for (let start = 0; start < 3; start++)
      await expect(contents(folder)).rejects.toThrow('the file COMMITS is missing');
    expect(await acceptLocal(folder)).toMatchObject({ variables: 1 });
    expect(await contents(folder)).toEqual({ a: '1' });
  });

  it.each([['logOnly', logOnly] as const, ['withTables', withTables] as const])(
    'does not open without its file CURRENT, and loses nothing more: %s',
    async (_name, make) => {
      const folder = await make();
      const before = await contents(folder);
      const current = readFileSync(join(folder, 'CURRENT'));
      rmSync(join(folder, 'CURRENT'));
      const files = readdirSync(folder).filter((name) => !name.startsWith('LOG'));
      for (let start = 0; start < 2; start++)
        await expect(contents(folder)).rejects.toThrow('the file CURRENT is missing');
      expect(readdirSync(folder)).toEqual(expect.arrayContaining(files));
      const repaired = newFolder();
      cpSync(folder, repaired, { recursive: true });
      writeFileSync(join(repaired, 'CURRENT'), current);
      expect(await contents(repaired)).toEqual(before);
      expect(await acceptLocal(folder)).toMatchObject({ variables: 6 });
      expect(await contents(folder)).toEqual(before);
    },
  );

  it('is a new store when a crash cut the making of the first one short', async () => {
    const folder = newFolder();
    const other = await logOnly();
    mkdirSync(folder);
    cpSync(join(other, 'MANIFEST-000002'), join(folder, 'MANIFEST-000001'));
    expect(await contents(folder)).toEqual({});
  });

  it.each([
    ['before-opening', 'an older version'],
    ['before-opening.new', 'a start that was killed'],
  ])('keeps its files although an empty %s is left of %s', async (left) => {
    const folder = await damaged();
    const log = readFileSync(join(folder, '000003.log'));
    mkdirSync(join(folder, left));
    await expect(contents(folder)).rejects.toThrow(StartError);
    expect(readFileSync(join(folder, 'before-opening', '000003.log')).equals(log)).toBe(true);
  });

  it('keeps the files of this start, not those of a start before its last commits', async () => {
    const folder = await logOnly();
    cpSync(folder, `${folder}-copy`, { recursive: true });
    await fill(folder, 20, 30);
    renameSync(`${folder}-copy`, join(folder, 'before-opening'));
    const log = readdirSync(folder).find((name) => name.endsWith('.log')) as string;
    flip(join(folder, log), 300);
    const bytes = readFileSync(join(folder, log));
    await expect(contents(folder)).rejects.toThrow(StartError);
    expect(readFileSync(join(folder, 'before-opening', log)).equals(bytes)).toBe(true);
  });

  it('that is in use is not accepted, and no copy of it is left', async () => {
    const folder = await logOnly();
    const state = await LocalStore.open(folder);
    await expect(acceptLocal(folder)).rejects.toThrow('in use by another process');
    expect(readdirSync(folder).filter((name) => name.startsWith('before'))).toEqual([]);
    await state.close();
  });

  it('does not open with the commit file of another store', async () => {
    const folder = await logOnly();
    const other = newFolder();
    const state = await LocalStore.open(other);
    for (let index = 0; index < 21; index++) await state.commit([{ name: 'other', value: Buffer.from('x') }]);
    await state.close();
    cpSync(join(other, 'COMMITS'), join(folder, 'COMMITS'));
    await expect(contents(folder)).rejects.toThrow('are of different stores');
  });

  it('does not open with older files than it acknowledged', async () => {
    const folder = await logOnly();
    const older = newFolder();
    cpSync(folder, older, { recursive: true });
    await fill(folder, 20, 23);
    cpSync(join(folder, 'COMMITS'), join(older, 'COMMITS'));
    await expect(contents(older)).rejects.toThrow('4 acknowledged commits are missing of 25');
  });

  it('is noticed by a read when the disk changes after the opening', async () => {
    const folder = await withTables();
    const state = await LocalStore.open(folder);
    const level = new Map([['v1', Buffer.from('something else')]]);
    jest
      .spyOn(ClassicLevel.prototype, 'get')
      .mockImplementation((async (name: string) => level.get(name)) as never);
    await expect(state.fetch('v1')).rejects.toThrow('the variable v1 is not what was stored');
    await expect(state.fetch('v2')).rejects.toThrow('the variable v2 is not');
    jest.restoreAllMocks();
    await state.close();
  });
});

describe('a crash', () => {
  it('between the log and the commit file loses nothing', async () => {
    const folder = await logOnly();
    const commits = readFileSync(join(folder, 'COMMITS'));
    await fill(folder, 5, 5);
    writeFileSync(join(folder, 'COMMITS'), commits);
    const notices: string[] = [];
    const after = await contents(folder, notices);
    expect(Object.keys(after)).toHaveLength(6);
    expect(notices).toEqual([
      'the last commit was stored before a crash and acknowledged by nobody; it is taken',
    ]);
    expect(await contents(folder, notices)).toEqual(after);
    expect(notices).toHaveLength(1);
  });

  it('that cut the last record short is told in a line, and loses nothing that was acknowledged', async () => {
    const folder = await logOnly();
    const before = await contents(folder);
    const file = await CommitFile.open(join(folder, 'COMMITS'));
    file.begin((file.confirmed.last?.commits ?? 0) + 1);
    await file.close();
    const notices: string[] = [];
    expect(await contents(folder, notices)).toEqual(before);
    expect(notices).toEqual([
      'a commit that a crash cut short is left out; nobody was told that it had been stored',
    ]);
  });

  it('before the first commit leaves a store that opens', async () => {
    const folder = newFolder();
    await (await LocalStore.open(folder)).close();
    expect(await contents(folder)).toEqual({});
  });
});

describe('a store of a version that did not count', () => {
  it('is taken with a word about it, and vouched for from then on', async () => {
    const folder = newFolder();
    const level = new ClassicLevel<string, Buffer>(folder, { valueEncoding: 'buffer' });
    const entry = Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 0, 0, 9]), Buffer.from('kept')]);
    await level.put('a', entry);
    await level.put('\u0000sequence', entry.subarray(0, 8));
    await level.close();
    const notices: string[] = [];
    expect(await contents(folder, notices)).toEqual({ a: 'kept' });
    expect(notices.join()).toContain('they are counted from now on');
    expect(await contents(folder, notices)).toEqual({ a: 'kept' });
    expect(notices).toHaveLength(1);
    await fill(folder, 0, 2);
    rmSync(join(folder, 'COMMITS'));
    await expect(contents(folder)).rejects.toThrow(StartError);
  });
});

describe('a commit that cannot be confirmed', () => {
  it('fails, and so do all after it, until the store is opened again', async () => {
    const folder = newFolder();
    const state = await LocalStore.open(folder);
    await state.commit([{ name: 'a', value: Buffer.from('1') }]);
    jest.spyOn(CommitFile.prototype, 'confirm').mockRejectedValueOnce(new Error('EIO: i/o error'));
    await expect(state.commit([{ name: 'a', value: Buffer.from('2') }])).rejects.toThrow('EIO');
    await expect(state.commit([{ name: 'b', value: Buffer.from('3') }])).rejects.toThrow('EIO');
    await state.close();
    jest.restoreAllMocks();
    expect(await contents(folder)).toEqual({ a: '2' });
  });
});
