/** Processes named in files: a reused id and a reboot make another process of it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isAlive, printProcess, readProcess, startedAt } from '../../../cluster/runtime/process-start';

const system = { startedAt: (pid: number) => (pid === 7 ? '500' : undefined), bootId: () => 'boot-b' };

test.each([
  { name: 'with its start and boot', text: '7 500 boot-b\n', alive: true },
  { name: 'of an earlier version, without the boot', text: '7 500\n', alive: true },
  { name: 'with another start', text: '7 499 boot-b\n', alive: false },
  { name: 'of an earlier boot, with the same start', text: '7 500 boot-a\n', alive: false },
  { name: 'that is gone', text: '8 500 boot-b\n', alive: false },
  { name: 'without a start', text: '7\n', alive: false },
])('a process $name', ({ text, alive }) => {
  const entry = readProcess(text);
  expect(entry).toBeDefined();
  expect(entry && isAlive(entry, system)).toBe(alive);
});

test.each(['', '\n', 'x 1', '0 1', '-1 1', '1e9 1', '99999999999999999999 1'])('%j is no entry', (text) => {
  expect(readProcess(text)).toBeUndefined();
});

test('a process is alive by its printed entry until it ends, and has a start of one word', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const pid = child.pid as number;
  const entry = readProcess(printProcess(pid));
  expect(startedAt(pid)).toMatch(/^\S+$/);
  expect(entry && isAlive(entry)).toBe(true);
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  expect(entry && isAlive(entry)).toBe(false);
  expect(readProcess(printProcess(pid))).toMatchObject({ pid, start: '' });
});
