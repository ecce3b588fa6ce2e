import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileJson, printMode } from '../../../../cluster/runtime/files/file-info';
import { findAttachedIn, VirtualFiles } from '../../../../cluster/runtime/files/virtual-files';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'meseta-files-')));
const box = join(base, 'box');
afterAll(() => rmSync(base, { recursive: true }));

mkdirSync(join(box, 'sub'), { recursive: true });
mkdirSync(join(base, 'box-beside'));
writeFileSync(join(box, 'stdout'), 'hello world');
writeFileSync(join(box, 'sub', 'deep.txt'), 'deep');
writeFileSync(join(box, 'big'), 'x'.repeat(100_000));
writeFileSync(join(box, 'odd ü%2f name'), 'odd');
writeFileSync(join(base, 'secret'), 'secret');
writeFileSync(join(base, 'box-beside', 'file'), 'secret');
symlinkSync('stdout', join(box, 'inside'));
symlinkSync('../secret', join(box, 'outside'));
symlinkSync('../box-beside', join(box, 'beside'));
symlinkSync('/etc', join(box, 'etc'));
symlinkSync('nowhere', join(box, 'dangling'));
symlinkSync('loop', join(box, 'loop'));
execFileSync('mkfifo', [join(box, 'pipe')]);

const open = () => true;
const attached = new Map([
  ['/sandbox', { real: box, may: open }],
  ['/sandbox/sub', { real: join(base, 'box-beside'), may: open }],
  [
    '/log',
    { real: join(base, 'secret'), may: (sender?: { value?: string | undefined }) => sender?.value === 'ops' },
  ],
]);
const files = new VirtualFiles(findAttachedIn(attached));
const read = async (path: string, offset = 0, length?: number) => {
  const part = await files.read(path, { offset, length }, undefined);
  return 'problem' in part ? part.problem : part.data.toString();
};

describe('reading', () => {
  it.each([
    ['/sandbox/stdout', 'hello world'],
    ['/sandbox/stdout/', 'hello world'],
    ['/sandbox/inside', 'hello world'],
    ['/sandbox/odd ü%2f name', 'odd'],
    ['/sandbox/sub/file', 'secret'],
    ['/sandbox/none', 'missing'],
    ['/sandbox/stdout/below', 'missing'],
    ['/sandbox/dangling', 'missing'],
    ['/elsewhere', 'missing'],
    ['', 'missing'],
    ['/', 'missing'],
    ['/sandbox', 'invalid'],
    ['/sandbox/outside', 'invalid'],
    ['/sandbox/beside/file', 'invalid'],
    ['/sandbox/etc/passwd', 'invalid'],
    ['/sandbox/../secret', 'invalid'],
    ['/sandbox/x/../../secret', 'invalid'],
    ['/sandbox/loop', 'invalid'],
    ['/sandbox/pipe', 'invalid'],
    ['/sandbox/stdout\0', 'invalid'],
    ['/log', 'forbidden'],
    ['/log/below', 'forbidden'],
  ])('%s gives %s', async (path, expected) => {
    expect(await read(path)).toBe(expected);
  });

  it('is by pieces of at most 64 KiB', async () => {
    expect(await read('/sandbox/stdout', 6, 3)).toBe('wor');
    expect(await read('/sandbox/stdout', 11)).toBe('');
    expect(await read('/sandbox/stdout', 1e15)).toBe('');
    expect(await read('/sandbox/big', 0, 1e12)).toHaveLength(65_536);
    expect(await files.read('/sandbox/big', { offset: 0, length: 0 }, undefined)).toMatchObject({
      size: 100_000,
    });
  });

  it('is for whom it is allowed', async () => {
    const part = await files.read('/log', { offset: 0, length: undefined }, { value: 'ops' });
    expect(part).toMatchObject({ data: Buffer.from('secret') });
    expect(await files.read('/log/below', { offset: 0, length: 1 }, { value: 'ops' })).toMatchObject({
      problem: 'missing',
    });
  });
});

describe('listing', () => {
  it('shows what is inside, and no link that leads out', async () => {
    const listed = await files.browse('/sandbox/', undefined);
    const names = Array.isArray(listed) ? listed.map(({ path }: { path: string }) => path) : listed;
    expect(names).toEqual(
      ['big', 'inside', 'odd ü%2f name', 'pipe', 'stdout', 'sub'].map((name) => `/sandbox/${name}`),
    );
    expect(await files.browse('/sandbox/stdout', undefined)).toEqual([]);
    expect(await files.browse('/sandbox/etc', undefined)).toMatchObject({ problem: 'invalid' });
  });

  it('has the columns of ls', async () => {
    const listed = await files.browse('/sandbox', undefined);
    const row = Array.isArray(listed) ? listed.find(({ path }) => path === '/sandbox/stdout') : undefined;
    expect(row && fileJson(row)).toEqual({
      path: '/sandbox/stdout',
      nlink: 1,
      size: 11,
      mtime: expect.any(Number) as number,
      mode: expect.stringMatching(/^-rw-/) as string,
      uid: expect.any(String) as string,
      gid: expect.any(String) as string,
    });
    expect([printMode(0o100644), printMode(0o040755), printMode(0o120777)]).toEqual([
      '-rw-r--r--',
      'drwxr-xr-x',
      'lrwxrwxrwx',
    ]);
  });
});
