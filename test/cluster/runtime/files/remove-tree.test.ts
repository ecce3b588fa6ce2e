import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRoot } from '../../../../cluster/runtime/files/private';
import { removeTree } from '../../../../cluster/runtime/files/remove-tree';

let root = '';
let tree = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'meseta-tree-'));
  tree = join(root, 'tree');
  mkdirSync(tree);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('removes a folder with everything in it, however deep', async () => {
  let folder = tree;
  for (let depth = 0; depth < 600; depth++) {
    mkdirSync(join(folder, 'deeper'));
    writeFileSync(join(folder, 'file'), 'x');
    folder = join(folder, 'deeper');
    // Paths have a limit, so that deeper folders are made from a folder on the way.
    if (folder.length > 3000) break;
  }
  for (let index = 0; index < 100; index++) writeFileSync(join(tree, `file-${index}`), '');
  await removeTree(tree);
  expect(readdirSync(root)).toEqual([]);
});

it('removes files and folders whose names are no UTF-8', async () => {
  const named = (...bytes: readonly number[]): Buffer =>
    Buffer.concat([Buffer.from(`${tree}/`), Buffer.from(bytes)]);
  writeFileSync(named(0xff, 0xfe), 'x');
  mkdirSync(named(0xfd));
  writeFileSync(Buffer.concat([named(0xfd), Buffer.from([0x2f, 0xc3])]), 'x');
  await removeTree(tree);
  expect(readdirSync(root)).toEqual([]);
});

it('removes links and leaves what they lead to', async () => {
  const outside = join(root, 'outside');
  mkdirSync(join(outside, 'folder'), { recursive: true });
  writeFileSync(join(outside, 'file'), 'mine');
  symlinkSync(outside, join(tree, 'to-folder'));
  symlinkSync(join(outside, 'file'), join(tree, 'to-file'));
  symlinkSync('nowhere', join(tree, 'dangling'));
  await removeTree(tree);
  expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('mine');
  expect(readdirSync(root)).toEqual(['outside']);
});

it('does not begin with a link', async () => {
  mkdirSync(join(root, 'outside'));
  writeFileSync(join(root, 'outside', 'file'), 'mine');
  symlinkSync(join(root, 'outside'), join(root, 'link'));
  await expect(removeTree(join(root, 'link'))).rejects.toThrow(/ENOTDIR|ELOOP/);
  expect(existsSync(join(root, 'outside', 'file'))).toBe(true);
});

it('opens up folders that their user has closed', async () => {
  mkdirSync(join(tree, 'closed', 'deeper'), { recursive: true });
  writeFileSync(join(tree, 'closed', 'deeper', 'file'), '');
  chmodSync(join(tree, 'closed', 'deeper'), 0);
  chmodSync(join(tree, 'closed'), 0o500);
  await removeTree(tree);
  expect(existsSync(tree)).toBe(false);
});

const itAsRoot = isRoot() ? it : it.skip;
itAsRoot('empties no file system that is mounted in it, goes on with the rest, and tells', async () => {
  const volume = join(root, 'volume');
  mkdirSync(volume);
  writeFileSync(join(volume, 'data'), 'kept');
  mkdirSync(join(tree, 'a', 'mounted'), { recursive: true });
  writeFileSync(join(tree, 'a', 'file'), '');
  execFileSync('mount', ['--bind', volume, join(tree, 'a', 'mounted')]);
  try {
    await expect(removeTree(tree)).rejects.toThrow(/EBUSY/);
    expect(readFileSync(join(volume, 'data'), 'utf8')).toBe('kept');
  } finally {
    const [moved = ''] = readdirSync(tree);
    execFileSync('umount', [join(tree, moved, 'mounted')]);
  }
  expect(readdirSync(join(tree, readdirSync(tree)[0] ?? ''))).toEqual(['mounted']);
  await removeTree(tree);
});

it('stops when it is told to', async () => {
  writeFileSync(join(tree, 'file'), '');
  await expect(removeTree(tree, () => true)).rejects.toThrow('stopped before the end');
  expect(readdirSync(tree)).toEqual(['file']);
});
