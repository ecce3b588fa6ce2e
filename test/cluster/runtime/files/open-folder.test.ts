import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ignoreExisting,
  pathIn,
  withFolder,
  withFolderIn,
} from '../../../../cluster/runtime/files/open-folder';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'meseta-open-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('works in the folder that was opened, even if a link has its place meanwhile', () => {
  const target = join(root, 'target');
  mkdirSync(target);
  withFolder(root, (folder) =>
    withFolderIn(folder, { name: 'inner', mode: 0o700 }, (inner) => {
      renameSync(join(root, 'inner'), join(root, 'moved'));
      symlinkSync(target, join(root, 'inner'));
      writeFileSync(pathIn(inner, 'file'), '');
    }),
  );
  expect([readdirSync(target), readdirSync(join(root, 'moved'))]).toEqual([[], ['file']]);
});

it('opens no link', () => {
  symlinkSync(root, join(root, 'link'));
  const use = jest.fn();
  expect(() =>
    withFolder(root, (folder) => withFolderIn(folder, { name: 'link', mode: 0o700 }, use)),
  ).toThrow(/ENOTDIR|ELOOP/);
  expect(use).not.toHaveBeenCalled();
});

it('ignores that something exists, and no other error', () => {
  expect(() => ignoreExisting(() => mkdirSync(root))).not.toThrow();
  expect(() => ignoreExisting(() => mkdirSync(join(root, 'a', 'b')))).toThrow(/ENOENT/);
});
