/** `meseta down` signals the process of up.pid only, and tells a file that a reboot or a kill left. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isUpCommand, readUpFile, writeUpFile } from '../../../cli/up-file';
import { bootId, printProcess, startedAt } from '../../../cluster/runtime/process-start';
import { runAt } from './run';

let folder: string;
let children: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meseta-down-'));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const file = (): string => join(folder, 'up.pid');
const down = () => runAt('127.0.0.1:1', ['down', `--work-dir=${folder}`]);

/** A node process whose script is FOLDER/bin/meseta and which waits. */
async function meseta(...words: string[]): Promise<ChildProcess & { pid: number }> {
  const script = join(folder, 'bin', 'meseta');
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(script, "process.stdout.write('up'); setInterval(() => undefined, 1000);\n");
  chmodSync(script, 0o755);
  const child = spawn(process.execPath, [script, ...words], { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  await once(child.stdout, 'data');
  return child as typeof child & { pid: number };
}

const alive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

test('the process that the file names by id, start and boot is stopped', async () => {
  const child = await meseta('up');
  const gone = once(child, 'exit');
  writeFileSync(file(), printProcess(child.pid));
  expect(await down()).toEqual({ status: 0, out: `The cluster in ${folder} is stopped.\n`, err: '' });
  expect(await gone).toEqual([null, 'SIGTERM']);
});

test.each([
  {
    name: 'after a kill, its number another daemon of meseta',
    words: ['master'],
    entry: (pid: number) => `${pid} 1 ${bootId()}`,
  },
  {
    name: 'after a kill, its number another `meseta up`',
    words: ['up'],
    entry: (pid: number) => `${pid} 1 ${bootId()}`,
  },
  {
    name: 'after a reboot, its number and start those of another process',
    words: ['up'],
    entry: (pid: number) => `${pid} ${startedAt(pid)} 00000000-0000-0000-0000-000000000000`,
  },
  { name: 'of an earlier version, its number another daemon of meseta', words: ['master'], entry: String },
])('a file that stayed $name: nothing is signalled, and that is told', async ({ words, entry }) => {
  const child = await meseta(...words);
  writeFileSync(file(), `${entry(child.pid)}\n`);
  const { status, err } = await down();
  expect(status).not.toBe(0);
  expect(err).toContain(
    `No cluster runs in ${folder}: process ${child.pid} of its up.pid ended without a stop`,
  );
  expect(alive(child)).toBe(true);
  expect(readUpFile(folder)?.running).toBe(false);
});

test('the bare number of an earlier version stops a process that is `meseta up`', async () => {
  const child = await meseta('up', '--agents=2');
  const gone = once(child, 'exit');
  writeFileSync(file(), `${child.pid}\n`);
  expect((await down()).status).toBe(0);
  expect(await gone).toEqual([null, 'SIGTERM']);
});

test.each(['', 'x\n', '-1\n'])('a file with %j is as none', async (text) => {
  writeFileSync(file(), text);
  expect((await down()).err).toContain(`No cluster runs in ${folder}. Name the folder`);
});

test('a new `up` replaces a file that stayed, and removes its own only', () => {
  writeFileSync(file(), '1 1 old\n');
  const forget = writeUpFile(folder);
  expect(readUpFile(folder)).toMatchObject({ pid: process.pid, running: true });
  forget();
  expect(existsSync(file())).toBe(false);
  writeUpFile(folder);
  writeFileSync(file(), 'of another\n');
  forget();
  expect(readFileSync(file(), 'utf8')).toBe('of another\n');
});

test.each([
  { line: 'node /opt/meseta/bin/meseta up', up: true },
  { line: '/usr/bin/node --max-old-space-size=512 ./meseta demo --exit', up: true },
  { line: 'nodejs bin/meseta up --agents=2', up: true },
  { line: 'node /opt/meseta/bin/meseta master', up: false },
  { line: 'node /opt/meseta/bin/meseta', up: false },
  { line: 'node /opt/meseta/other.js up', up: false },
  { line: 'tail -f meseta.log', up: false },
  { line: 'tail /opt/meseta up', up: false },
  { line: 'node', up: false },
  { line: '', up: false },
])('"$line" is `meseta up`: $up', ({ line, up }) => {
  expect(isUpCommand(line.split(' '))).toBe(up);
});
