/**
 * The size of folders under watch, and work that ends when it cannot be measured.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSize, sizeOf, watched } from '../../../../../cluster/agent/containerizer/images/watched';

const folder = mkdtempSync(join(tmpdir(), 'meseta-watched-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('killed')), { once: true });
  });

test('a folder has the size of its files', async () => {
  writeFileSync(join(folder, 'file'), 'x'.repeat(100_000));
  const { bytes, entries } = await sizeOf(folder);
  expect(bytes).toBeGreaterThanOrEqual(100_000);
  expect(entries).toBe(2);
});

test('a folder that cannot be measured is no empty one', async () => {
  const missing = join(folder, 'missing');
  await expect(sizeOf(missing)).rejects.toThrow(
    `the size of ${missing} cannot be measured: du: cannot access`,
  );
});

test('work in a folder that cannot be measured ends with the reason', async () => {
  const bounds = { bytesMax: 1e9, entriesMax: 100 };
  const { signal } = new AbortController();
  await expect(watched(join(folder, 'missing'), bounds, signal, aborted)).rejects.toThrow(
    'cannot be measured',
  );
});

const GONE = "du: cannot access '/a/b': No such file or directory\n";

test.each([
  ['without a complaint', '4096\t/a\n', '', 4096],
  ['with files that are gone', '4096\t/a\n', GONE + GONE, 4096],
  ['with a folder that is a file now', '1\t/a\n', "du: cannot read directory '/a/c': Not a directory\n", 1],
  [
    'with files that it may not read',
    '1\t/a\n',
    `${GONE}du: cannot read directory '/a': Permission denied\n`,
    Number.NaN,
  ],
  ['that was killed', '', '', Number.NaN],
])('a size %s is read', (_name, stdout, stderr, size) => {
  expect(readSize(stdout, stderr)).toBe(size);
});
