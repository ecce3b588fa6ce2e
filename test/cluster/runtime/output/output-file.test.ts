import {
  closeSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOutput } from '../../../../cluster/runtime/output/output-file';

describe('a file for output', () => {
  let folder = '';
  let path = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'output-file-'));
    path = join(folder, 'stdout');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is made for its user and the group alone, whatever the umask is', () => {
    const umask = process.umask(0o77);
    const file = openOutput(path, undefined);
    process.umask(umask);
    writeSync(file, 'text');
    closeSync(file);
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readFileSync(path, 'utf8')).toBe('text');
  });

  it.each([
    ['a file', () => writeFileSync(path, 'theirs')],
    ['a link to nothing', () => symlinkSync(`${path}.missing`, path)],
  ])('is refused where %s is already', (_name, put) => {
    put();
    expect(() => openOutput(path, undefined)).toThrow(
      `Failed to create '${path}': something else is there, which this task did not make`,
    );
  });
});
