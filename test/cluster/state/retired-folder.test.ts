import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { retireFolder } from '../../../cluster/state/retired-folder';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'retired-folder-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

test('a folder is renamed, to a name that no other one has', () => {
  const folder = join(parent, 'state');
  const warn = jest.fn();
  for (const name of ['state.moved-to-zookeeper', 'state.moved-to-zookeeper-2']) {
    mkdirSync(folder);
    expect(retireFolder(folder, { warn })).toBe(join(parent, name));
    expect([existsSync(folder), existsSync(join(parent, name))]).toEqual([false, true]);
  }
  expect(warn).not.toHaveBeenCalled();
});

test('one that cannot be renamed is left with a warning', () => {
  const warn = jest.fn();
  expect(retireFolder(join(parent, 'nowhere'), { warn })).toBe(join(parent, 'nowhere'));
  expect(warn).toHaveBeenCalledTimes(1);
});
