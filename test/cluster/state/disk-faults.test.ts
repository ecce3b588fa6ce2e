/**
 * A store on a disk that fails: each operation of a run fails once, or it and all after it. Nothing that was acknowledged
 * is lost, nothing is half there, and an opening that fails says where and why.
 */

import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { StartError } from '../../../cluster/runtime/lifecycle';
import { CommitFile } from '../../../cluster/state/commit-file';
import { LocalStore } from '../../../cluster/state/local';
import { disk, type Fault, type FaultPlan, failLevel } from './faulty-disk';

jest.mock(
  'node:fs/promises',
  () => jest.requireActual<typeof import('./faulty-disk')>('./faulty-disk').promises,
);
jest.mock('node:fs', () => jest.requireActual<typeof import('./faulty-disk')>('./faulty-disk').sync);

type Contents = Record<string, string>;

const root = mkdtempSync(join(tmpdir(), 'meseta-faults-'));
let folders = 0;
const newFolder = (): string => join(root, String(folders++));

beforeAll(() => failLevel(ClassicLevel));
afterEach(() => disk.reset());
afterAll(() => {
  jest.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

async function contents(folder: string): Promise<Contents> {
  const state = await LocalStore.open(folder);
  try {
    const variables = await state.fetchAll('');
    return Object.fromEntries(variables.map(({ name, value }) => [name, value.toString()]));
  } finally {
    await state.close();
  }
}

interface Run {
  /** All that was acknowledged. */
  readonly acknowledged: Contents;
  /** The contents if the commits that failed had been stored, one more each. */
  readonly possible: Contents[];
  readonly errors: unknown[];
  readonly opening: unknown;
}

/** A store with two commits. */
async function filled(): Promise<string> {
  const folder = newFolder();
  const state = await LocalStore.open(folder);
  await state.commit([put('a', 'one'), put('b', 'one')]);
  await state.commit([put('a', 'two')]);
  await state.close();
  return folder;
}

function put(name: string, value: string): { name: string; value: Buffer } {
  return { name, value: Buffer.from(value) };
}

/** Opens the store, commits three times and closes it, whatever fails. */
async function work(folder: string): Promise<Run> {
  let acknowledged: Contents = { a: 'two', b: 'one' };
  const possible: Contents[] = [acknowledged];
  const errors: unknown[] = [];
  let state: LocalStore;
  try {
    state = await LocalStore.open(folder);
  } catch (opening) {
    return { acknowledged, possible, errors, opening };
  }
  let last = acknowledged;
  for (const value of ['three', 'four', 'five']) {
    last = { ...last, a: value, b: value };
    try {
      await state.commit([put('a', value), put('b', value)]);
      acknowledged = last;
      possible.length = 0;
      possible.push(acknowledged);
    } catch (error) {
      errors.push(error);
      possible.push(last);
    }
  }
  await state.close().catch((error: unknown) => errors.push(error));
  return { acknowledged, possible, errors, opening: undefined };
}

/** The operations of a run without a fault. */
async function operationsOfRun(): Promise<readonly string[]> {
  const folder = await filled();
  disk.reset();
  const { errors, opening } = await work(folder);
  expect([errors, opening]).toEqual([[], undefined]);
  return [...disk.operations];
}

/** Runs with one fault, and opens the store again without it. */
async function runWith(
  plan: FaultPlan,
): Promise<{ run: Run; failed: string | undefined; after: Contents; folder: string }> {
  const folder = await filled();
  disk.reset(plan);
  const run = await work(folder);
  const { failed } = disk;
  disk.reset();
  return { run, failed, after: await contents(folder), folder };
}

const READS = /^(readdir|readFile|file\.read)$/;
/** The operations that may fail in this way. */
const MAY: Readonly<Record<Fault, (operation: string) => boolean>> = {
  EIO: () => true,
  ENOSPC: (operation) => !READS.test(operation),
  torn: (operation) => /[wW]rite/.test(operation),
  short: (operation) => operation === 'writeSync',
};

describe.each<[string, Fault, boolean]>([
  ['fails with EIO once', 'EIO', false],
  ['fails with EIO from then on', 'EIO', true],
  ['finds the disk full once', 'ENOSPC', false],
  ['finds the disk full from then on', 'ENOSPC', true],
  ['is cut short and fails', 'torn', false],
  ['is cut short and does not tell', 'short', false],
  ['is cut short like all after it, and none tells', 'short', true],
])('when an operation %s', (_name, fault, lasts) => {
  it('a store keeps what it acknowledged, whichever operation that is', async () => {
    const operations = await operationsOfRun();
    expect(operations.length).toBeGreaterThan(20);
    for (const [operation, name] of operations.entries()) {
      if (!MAY[fault](name)) continue;
      const { run, failed, after, folder } = await runWith({ operation, fault, lasts });
      const where = `${failed} (${operation})`;
      expect([where, failed]).toEqual([where, name]);
      expect([where, run.possible]).toEqual([where, expect.arrayContaining([after])]);
      if (run.opening !== undefined) {
        expect([where, run.opening instanceof StartError]).toEqual([where, true]);
        expect((run.opening as Error).message).toContain(folder);
      }
      rmSync(folder, { recursive: true });
    }
  });
});

describe('after a commit that failed', () => {
  it.each(['level.write', 'level.sync', 'writeSync', 'file.datasync'])(
    'at %s no other one is acknowledged until the store was opened again',
    async (name) => {
      const operations = await operationsOfRun();
      const first = operations.indexOf(name, operations.indexOf('level.write') - 1);
      const { run } = await runWith({ operation: first, fault: 'EIO', lasts: false });
      expect(run.errors.length).toBeGreaterThanOrEqual(1);
      expect(run.errors.map(String)).toEqual(run.errors.map(() => expect.stringContaining('EIO')));
      expect(run.acknowledged).toEqual({ a: 'two', b: 'one' });
    },
  );
});

interface Moment {
  readonly name: string;
  readonly folder: string;
}

/** Copies of the store at each step of its last commit, as a crash would leave it with all that was written. */
async function momentsOfCommit(): Promise<Moment[]> {
  const folder = await filled();
  const moments: Moment[] = [];
  const keep = (name: string): void => {
    const copy = newFolder();
    cpSync(folder, copy, { recursive: true });
    moments.push({ name, folder: copy });
  };
  const state = await LocalStore.open(folder);
  keep('before');
  const { begin, confirm } = CommitFile.prototype;
  jest.spyOn(CommitFile.prototype, 'begin').mockImplementation(function (this: CommitFile, commits) {
    begin.call(this, commits);
    keep('begun');
  });
  jest.spyOn(CommitFile.prototype, 'confirm').mockImplementation(async function (this: CommitFile, point) {
    keep('in the log');
    await confirm.call(this, point);
  });
  await state.commit([put('a', 'three'), put('b', 'three'), put('c', 'x'.repeat(300))]);
  jest.spyOn(CommitFile.prototype, 'begin').mockRestore();
  jest.spyOn(CommitFile.prototype, 'confirm').mockRestore();
  keep('acknowledged');
  await state.close();
  return moments;
}

/** Each opening takes a while: every so many bytes are tried. */
const BYTES_STEP = 11;

/** Sizes from one to another, both among them. */
function someOf(from: number, to: number): number[] {
  const steps = Math.floor((to - from) / BYTES_STEP);
  return [...Array.from({ length: steps + 1 }, (_none, index) => from + index * BYTES_STEP), to - 1, to];
}

const OLD = { a: 'two', b: 'one' };
const NEW = { a: 'three', b: 'three', c: 'x'.repeat(300) };

/** Files that differ between two moments. */
function changedFiles(from: Moment, to: Moment): string[] {
  const bytesOf = ({ folder }: Moment, name: string): string =>
    readdirSync(folder).includes(name) ? readFileSync(join(folder, name), 'latin1') : '';
  return readdirSync(to.folder).filter(
    (name) =>
      statSync(join(to.folder, name)).isFile() &&
      !/^LO(G|CK)/.test(name) &&
      bytesOf(from, name) !== bytesOf(to, name),
  );
}

describe('a crash in a commit', () => {
  it('leaves all of it or nothing of it, wherever the last write to the log ended', async () => {
    const [, begun, logged] = (await momentsOfCommit()) as [Moment, Moment, Moment];
    const [log, ...others] = changedFiles(begun, logged);
    expect([log, others]).toEqual([expect.stringMatching(/\.log$/), []]);
    const from = statSync(join(begun.folder, log as string)).size;
    const to = statSync(join(logged.folder, log as string)).size;
    expect(to - from).toBeGreaterThan(300);
    for (const size of someOf(from, to)) {
      const folder = newFolder();
      cpSync(logged.folder, folder, { recursive: true });
      truncateSync(join(folder, log as string), size);
      expect([size, await contents(folder)]).toEqual([size, size === to ? NEW : OLD]);
      rmSync(folder, { recursive: true });
    }
  });

  it('leaves all of it, wherever the write to the commit file ended', async () => {
    const [, , logged, acknowledged] = (await momentsOfCommit()) as [Moment, Moment, Moment, Moment];
    expect(changedFiles(logged, acknowledged)).toEqual(['COMMITS']);
    const before = readFileSync(join(logged.folder, 'COMMITS'));
    const after = readFileSync(join(acknowledged.folder, 'COMMITS'));
    const differing = [...after.keys()].filter((index) => before[index] !== after[index]);
    for (const index of differing.filter((_index, position) => position % BYTES_STEP === 0)) {
      const folder = newFolder();
      cpSync(logged.folder, folder, { recursive: true });
      writeFileSync(
        join(folder, 'COMMITS'),
        Buffer.concat([after.subarray(0, index), before.subarray(index)]),
      );
      expect([index, await contents(folder)]).toEqual([index, NEW]);
      rmSync(folder, { recursive: true });
    }
    expect(differing.length).toBeGreaterThan(10);
  });

  it('is refused when the log lost what the commit file vouches for: a sync that lied', async () => {
    const [, begun, , acknowledged] = (await momentsOfCommit()) as [Moment, Moment, Moment, Moment];
    const [log] = changedFiles(begun, acknowledged).filter((name) => name.endsWith('.log'));
    cpSync(join(begun.folder, log as string), join(acknowledged.folder, log as string));
    await expect(contents(acknowledged.folder)).rejects.toThrow('1 acknowledged commit is missing of 3');
  });
});
