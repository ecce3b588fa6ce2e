import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFileEnd } from '../../../../cluster/runtime/files/file-end';

describe('readFileEnd', () => {
  const folder = mkdtempSync(join(tmpdir(), 'file-end-'));
  const path = (name: string): string => join(folder, name);
  afterAll(() => rmSync(folder, { recursive: true }));

  test('has the last bytes of a file, and all of a short one', () => {
    writeFileSync(path('long'), `${'x'.repeat(10_000)}end`);
    expect(readFileEnd(path('long'), 5)).toBe('xxend');
    writeFileSync(path('short'), 'abc');
    expect(readFileEnd(path('short'), 5)).toBe('abc');
  });

  test('reads nothing through links, and nothing of a folder', () => {
    writeFileSync(path('secret'), 'secret');
    symlinkSync(path('secret'), path('symbolic'));
    expect(() => readFileEnd(path('symbolic'), 5)).toThrow('ELOOP');
    linkSync(path('secret'), path('hard'));
    expect(readFileEnd(path('hard'), 5)).toBe('');
    mkdirSync(path('folder'));
    expect(readFileEnd(path('folder'), 5)).toBe('');
  });
});
