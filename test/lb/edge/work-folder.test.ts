/** The work folder: one process has it, nobody else writes into it, and what others left in it is not read. */

import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bootId, startedAt } from '../../../cluster/runtime/process-start';
import { openWorkFolder, readOwnText } from '../../../lb/edge/work-folder';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lb-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lock = (): string => join(folder, 'lb.lock');

test('it is taken once, and free again after that', () => {
  const first = openWorkFolder(folder, undefined);
  expect(() => openWorkFolder(folder, undefined)).toThrow(`in use by process ${process.pid}`);
  expect(readFileSync(lock(), 'utf8')).toBe(`${process.pid} ${startedAt(process.pid)} ${bootId()}\n`);
  first.release();
  openWorkFolder(folder, undefined).release();
});

test.each([
  ['of a process that is gone', '99999999 1'],
  ['of another process with a reused id', `${process.pid} 1`],
  ['of an earlier boot', `${process.pid} ${startedAt(process.pid)} 00000000-0000-0000-0000-000000000000`],
  ['without a text', ''],
  ['of another form', 'x'],
])('a lock %s is taken over', (_name, text) => {
  writeFileSync(lock(), text);
  openWorkFolder(folder, undefined).release();
});

test('a lock of an earlier version, without the boot, holds while its process lives', () => {
  writeFileSync(lock(), `${process.pid} ${startedAt(process.pid)}\n`);
  expect(() => openWorkFolder(folder, undefined)).toThrow(`in use by process ${process.pid}`);
});

test('made again when somebody removed it', () => {
  const files = openWorkFolder(folder, undefined);
  rmSync(folder, { recursive: true });
  files.ensure();
  expect(() => openWorkFolder(folder, undefined)).toThrow('in use by process');
});

test('others cannot write into it afterwards', () => {
  chmodSync(folder, 0o777);
  openWorkFolder(folder, undefined).release();
  expect(statSync(folder).mode & 0o777).toBe(0o755);
});

test('a long path, and one that HAProxy would take apart, have their sockets in a short folder, always the same', () => {
  for (const name of ['x'.repeat(100), 'a b']) {
    const path = join(folder, name);
    const [first, second] = [1, 2].map(() => {
      const files = openWorkFolder(path, undefined);
      files.release();
      return files;
    });
    expect(first?.masterSocket.length).toBeLessThan(90);
    expect(first?.masterSocket).toBe(second?.masterSocket);
    expect(statSync(dirname(first?.masterSocket ?? '')).mode & 0o777).toBe(0o700);
    first?.clear();
  }
});

describe('a file', () => {
  const file = (): string => join(folder, 'file');
  beforeEach(() => writeFileSync(file(), 'text'));

  test('of ours is read', () => expect(readOwnText(file())).toBe('text'));
  test('that is not there is empty', () => expect(readOwnText(join(folder, 'no'))).toBe(''));
  test('that is a link is not read', () => {
    symlinkSync(file(), join(folder, 'link'));
    expect(readOwnText(join(folder, 'link'))).toBe('');
  });
  (process.geteuid?.() === 0 ? test : test.skip)('of another user is not read', () => {
    chownSync(file(), 12_345, 12_345);
    expect(readOwnText(file())).toBe('');
  });
});
