import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../../../../cluster/runtime/files/make-folder';

const root = mkdtempSync(join(tmpdir(), 'meseta-folders-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const modeOf = (path: string): number => statSync(path).mode & 0o777;

it('makes a folder and its parents for the owner alone', () => {
  makeFolder(join(root, 'a', 'b'));
  expect([modeOf(join(root, 'a')), modeOf(join(root, 'a', 'b'))]).toEqual([0o700, 0o700]);
  makeFolder(join(root, 'a', 'open'), 0o755);
  expect(modeOf(join(root, 'a', 'open'))).toBe(0o755 & ~process.umask());
});

it('leaves a folder that is there as it is', () => {
  const folder = join(root, 'there');
  mkdirSync(folder);
  chmodSync(folder, 0o750);
  makeFolder(folder);
  expect(modeOf(folder)).toBe(0o750);
});

it('tells why it cannot, also where Node would not return', () => {
  writeFileSync(join(root, 'file'), '');
  expect(() => makeFolder(join(root, 'file', 'x', 'y'))).toThrow(/ENOTDIR/);
  expect(() => makeFolder(join(root, 'file'))).toThrow(/ENOTDIR.*file/);
  expect(() => makeFolder('/proc/none/deeper')).toThrow(/ENOENT.*\/proc\/none/);
});
