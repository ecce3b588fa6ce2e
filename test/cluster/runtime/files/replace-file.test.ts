import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replaceFile } from '../../../../cluster/runtime/files/replace-file';

test('a file is made and replaced, for its owner alone, and nothing else is left', () => {
  const folder = mkdtempSync(join(tmpdir(), 'meseta-replace-'));
  try {
    const path = join(folder, 'a.json');
    replaceFile(path, 'longer text');
    replaceFile(path, 'text');
    expect(readFileSync(path, 'utf8')).toBe('text');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['a.json']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
