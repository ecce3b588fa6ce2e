import {
  CacheTable,
  cacheFileName,
  cacheKey,
} from '../../../../../cluster/agent/containerizer/fetcher/cache-table';

/** A table of 100 bytes with an entry of 40 bytes for each key, which nobody uses. */
function tableOf(...keys: readonly string[]): CacheTable {
  const table = new CacheTable(100);
  for (const key of keys) {
    const entry = table.add(key, `/${key}`);
    expect(table.reserve(entry, 40)).toEqual([]);
    entry.references = 0;
    entry.isReady = true;
  }
  return table;
}

describe('CacheTable', () => {
  test('evicts what was used longest ago, and no more than it has to', () => {
    const table = tableOf('a', 'b');
    table.get('a');
    expect(table.reserve(table.add('c', '/c'), 50)?.map(({ key }) => key)).toEqual(['b']);
    expect(table.usedBytes).toBe(90);
    expect(table.get('b')).toBeUndefined();
  });

  test('evicts nothing that is in use, and nothing at all when that does not do', () => {
    const table = tableOf('a', 'b');
    const used = table.get('a');
    if (used) used.references = 1;
    expect(table.reserve(table.add('c', '/c'), 70)).toBeUndefined();
    expect(table.get('b')).toBeDefined();
    expect(table.usedBytes).toBe(80);
  });

  test('has room for nothing that is larger than itself', () => {
    const table = tableOf();
    expect(table.reserve(table.add('a', '/a'), 101)).toBeUndefined();
  });

  test('keeps the entry that came in the place of one that is removed', () => {
    const table = tableOf('a');
    const former = table.get('a');
    const latter = table.add('a', '/a2');
    if (former) table.remove(former);
    expect(table.get('a')).toBe(latter);
  });
});

test.each([
  [1, 'short.tgz', 'c1-short.tgz'],
  [12, 'a-rather-long-name-of-a-file.tar.gz', 'c12-a-rather-l_ile.tar.gz'],
])('the file %d of %s is named %s', (serial, name, file) => {
  expect(cacheFileName(serial, name)).toBe(file);
});

test('users have keys of their own', () => {
  expect([cacheKey('u', 'http://h/a'), cacheKey(undefined, 'http://h/a')]).toEqual([
    'u@http://h/a',
    'http://h/a',
  ]);
});
