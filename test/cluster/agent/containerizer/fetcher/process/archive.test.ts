import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { extract } from '../../../../../../cluster/agent/containerizer/fetcher/process/archive';
import { Budget } from '../../../../../../cluster/agent/containerizer/fetcher/process/budget';
import { withOpen } from '../../../../../../cluster/agent/containerizer/fetcher/process/open-file';
import {
  linkError,
  SandboxFiles,
} from '../../../../../../cluster/agent/containerizer/fetcher/process/sandbox-files';
import { packedBy, tarOf, zipOf } from '../archives';

const TAR = tarOf([
  { path: './', type: 'Directory', mode: 0o755 },
  { path: 'bin/run', body: 'echo hi', mode: 0o6755 },
  { path: 'bin/link', type: 'SymbolicLink', linkpath: '../bin/run' },
  { path: 'hard', type: 'Link', linkpath: './bin/run' },
  { path: 'closed', type: 'Directory', mode: 0 },
  { path: 'closed/file', body: 'in it' },
]);

const here = process.cwd();
let root = '';

// The sandbox is the folder of the process that fetches.
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fetch-archive-'));
  mkdirSync(join(root, 'sandbox'));
  process.chdir(join(root, 'sandbox'));
});

afterEach(() => {
  process.chdir(here);
  rmSync(root, { recursive: true });
});

/** Extracts an archive as a fetch does; the reason when it failed. */
async function extractBytes(name: string, bytes: Buffer): Promise<string> {
  const path = join(root, name);
  writeFileSync(path, bytes);
  const files = new SandboxFiles(new Budget({ bytesMax: 10_000_000, filesMax: 100 }));
  try {
    await withOpen(path, (fd) => extract({ fd, name }, files));
    return '';
  } catch (error) {
    await files.undo();
    return (error as Error).message;
  }
}

describe('extract', () => {
  test.each([
    ['all.tar', TAR],
    ['all.tgz', gzipSync(TAR)],
    ['all.tar.gz', TAR],
    ['all.tar.bz2', packedBy('bzip2', TAR)],
    ['all.txz', packedBy('xz', TAR)],
    ['twice.tbz2', gzipSync(gzipSync(TAR))],
  ])('takes %s for what is in it', async (name, bytes) => {
    expect(await extractBytes(name, bytes)).toBe('');
    expect(readFileSync('bin/link', 'utf8')).toBe('echo hi');
    expect(readFileSync('hard', 'utf8')).toBe('echo hi');
    expect(readFileSync('closed/file', 'utf8')).toBe('in it');
    expect(statSync('bin/run').mode & 0o7777).toBe(0o755);
  });

  test('replaces files that are there, and nothing else', async () => {
    writeFileSync('a', 'before');
    expect(await extractBytes('a.tar', tarOf([{ path: 'a', body: 'after' }]))).toBe('');
    expect(readFileSync('a', 'utf8')).toBe('after');
    symlinkSync(join(root, 'outside'), 'volume');
    expect(await extractBytes('v.tar', tarOf([{ path: 'volume', body: 'x' }]))).toContain('it is a link');
    expect(readdirSync('.').sort()).toEqual(['a', 'volume']);
  });

  const link = (path: string, linkpath: string) => ({ path, type: 'SymbolicLink' as const, linkpath });
  test.each([
    ['an absolute name', [{ path: '/tmp/evil', body: 'x' }], 'is absolute'],
    [
      'a bad name before others',
      [
        { path: '/evil', body: 'x' },
        { path: 'late/file', body: 'x' },
      ],
      'is absolute',
    ],
    ['a name that leads up', [{ path: 'a/../../evil', body: 'x' }], 'leads up'],
    ['a link that leads up', [link('a/b', '../../evil')], 'leads out of the sandbox'],
    ['an absolute link', [link('a', '/etc')], 'leads out of the sandbox'],
    ['a link through a link', [link('a/b', '..'), link('c', 'a/b/../..')], 'leads out of the sandbox'],
    [
      'a file through a link',
      [link('a', 'b'), { path: 'a/c', body: 'x' }],
      "'a' is in the way: it is a link",
    ],
    [
      'a hard link to what is there',
      [{ path: 'a', type: 'Link' as const, linkpath: 'b' }],
      'is no file before it',
    ],
    ['the output of the task', [{ path: './stdout', body: 'x' }], 'is the output of the task'],
    ['a device', [{ path: 'a', type: 'CharacterDevice' as const, devmaj: 1, devmin: 5 }], 'CharacterDevice'],
    ['a named pipe', [{ path: 'a', type: 'FIFO' as const }], 'FIFO'],
    ['a size beyond the bound', [{ path: 'a', size: 6e9 }], '--fetcher_max_size'],
    [
      'many files',
      Array.from({ length: 200 }, (_, n) => ({ path: `f/${n}`, body: '' })),
      '--fetcher_max_files',
    ],
    [
      'a long name that fills the memory',
      [{ path: 'a', type: 'NextFileHasLongPath' as const, size: 5e8 }],
      'is of the kind',
    ],
  ])('fails with an archive that has %s, and leaves nothing of it', async (_what, entries, reason) => {
    expect(await extractBytes('hostile.tar', tarOf(entries))).toContain(reason);
    expect(readdirSync('.')).toEqual([]);
  });

  test.each([
    ['up.zip', zipOf([{ path: '../evil', body: 'x' }]), 'invalid relative path'],
    ['link.zip', zipOf([{ path: 'a', body: '/etc', mode: 0o120777 }]), 'leads out of the sandbox'],
    ['long.zip', zipOf([{ path: 'a', body: 'x'.repeat(5000), mode: 0o120777 }]), 'too long'],
    ['device.zip', zipOf([{ path: 'a', mode: 0o020644 }]), 'neither a file nor a folder nor a link'],
    ['bomb.zip', zipOf([{ path: 'a', body: Buffer.alloc(20_000_000) }]), '--fetcher_max_size'],
    ['bomb.gz', gzipSync(Buffer.alloc(20_000_000)), '--fetcher_max_size'],
    ['bomb.tgz', gzipSync(tarOf([{ path: 'a', body: Buffer.alloc(20_000_000) }])), '--fetcher_max_size'],
    [
      'cut.tar',
      tarOf([{ path: 'a', body: 'x'.repeat(5000) }], { isCut: true }).subarray(0, 2000),
      'Truncated',
    ],
    ['text.tar', Buffer.from('this is no archive'), 'Unrecognized archive format'],
    ['cut.tgz', gzipSync(TAR).subarray(0, 100), 'unexpected end of file'],
    ['text.zip', Buffer.from('PK but no zip'), 'End of central directory'],
  ])('fails with %s, and leaves nothing of it', async (name, bytes, reason) => {
    const error = await extractBytes(name, bytes);
    expect(error).toContain(`Failed to extract archive '${name}'`);
    expect(error.toLowerCase()).toContain(reason.toLowerCase());
    expect(readdirSync('.')).toEqual([]);
  });
});

describe('linkError', () => {
  test.each([
    ['a', 'b'],
    ['a', './b/c'],
    ['a/b', '../c'],
    ['a/b/c', '../../d/e'],
    ['a/b', '..'],
  ])('is none for %s to %s', (place, target) => {
    expect(linkError(place, target)).toBeUndefined();
  });

  test.each([
    ['a', '..'],
    ['a', '/b'],
    ['a/b', '../../c'],
    ['a/b', 'c/../../..'],
    ['a', 'b/../c'],
  ])('refuses %s to %s', (place, target) => {
    expect(linkError(place, target)).toContain('leads out of the sandbox');
  });
});
