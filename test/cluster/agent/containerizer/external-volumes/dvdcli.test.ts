import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dvdcli } from '../../../../../cluster/agent/containerizer/external-volumes/dvdcli';
import { FakeDvdcli } from './fake-dvdcli';

let folder: string;
let program: FakeDvdcli;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meseta-dvdcli-'));
  program = new FakeDvdcli(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const dvdcli = (limits: { readonly mountMs?: number } = {}) => new Dvdcli({ file: program.file, ...limits });
const NO_OPTIONS = new Map<string, string>();
const asRoot = process.getuid?.() === 0 ? test : test.skip;

asRoot('a volume is mounted and unmounted by the words of the original (needs root)', async () => {
  const volume = { driver: 'rexray', name: 'my volume' };
  const options = new Map([
    ['size', '5'],
    ['iops', '150=x'],
  ]);
  expect(await dvdcli().mount({ driver: 'rexray', name: 'data' }, options)).toBe(
    program.mounted('rexray', 'data'),
  );
  await dvdcli().unmount({ driver: 'rexray', name: 'data' });
  await dvdcli().mount(volume, NO_OPTIONS);
  await dvdcli().unmount(volume);
  expect(program.calls()).toEqual([
    'mount --volumedriver=rexray --volumename=data --volumeopts=size=5 --volumeopts=iops=150=x',
    'unmount --volumedriver=rexray --volumename=data',
    'mount --volumedriver=rexray --volumename=my volume',
    'unmount --volumedriver=rexray --volumename=my volume',
  ]);
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(folder);
});

test('a call that fails tells the words of the program', async () => {
  await expect(dvdcli().mount({ driver: 'broken', name: 'data' }, NO_OPTIONS)).rejects.toThrow(
    new Error('Unexpected termination of the subprocess: error while mounting data'),
  );
  await expect(dvdcli().unmount({ driver: 'stuck', name: 'data' })).rejects.toThrow(
    new Error('Unexpected termination of the subprocess: volume data is in use'),
  );
});

test('a call that ends without a word tells its status', async () => {
  writeFileSync(program.file, '#!/bin/sh\nexit 3\n');
  await expect(dvdcli().unmount({ driver: 'd', name: 'data' })).rejects.toThrow(
    new Error('Unexpected termination of the subprocess: exit status 3'),
  );
});

test('a call that hangs is killed after its time', async () => {
  const hangs = { driver: 'hangs', name: 'data' };
  await expect(dvdcli({ mountMs: 300 }).mount(hangs, NO_OPTIONS)).rejects.toThrow(
    new Error("'mount' timed out in 300ms"),
  );
});

test('a call whose children go on with its output ends nevertheless', async () => {
  const pid = join(folder, 'pid');
  writeFileSync(
    program.file,
    `#!/bin/sh\nsetsid sleep 1000 & echo $! > ${pid}.new; mv ${pid}.new ${pid}; sleep 1000\n`,
  );
  const unwanted = new AbortController();
  const mount = dvdcli().mount({ driver: 'd', name: 'data' }, NO_OPTIONS, unwanted.signal);
  const failure = expect(mount).rejects.toThrow('the container is destroyed');
  while (!existsSync(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
  unwanted.abort(new Error('the container is destroyed'));
  await failure;
  process.kill(Number(readFileSync(pid, 'utf8')), 'SIGKILL');
});

test('a mount that nobody wants any more is killed', async () => {
  const unwanted = new AbortController();
  const mount = dvdcli().mount({ driver: 'hangs', name: 'data' }, NO_OPTIONS, unwanted.signal);
  setTimeout(() => unwanted.abort(new Error('the container is destroyed')), 50);
  await expect(mount).rejects.toThrow('the container is destroyed');
});

test('a program that is not there tells so', async () => {
  const gone = new Dvdcli({ file: join(folder, 'gone') });
  await expect(gone.unmount({ driver: 'd', name: 'data' })).rejects.toThrow(
    /^Unexpected termination of the subprocess: .*gone/,
  );
});
