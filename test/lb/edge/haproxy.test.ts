/** HAProxy let go while it is being started; a program of the test stands for it. */

import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from '../../../cluster/runtime/log';
import { printProcess } from '../../../cluster/runtime/process-start';
import { Haproxy } from '../../../lb/edge/haproxy';
import { signal } from '../../../lb/edge/processes';
import { openWorkFolder, type WorkFolder } from '../../../lb/edge/work-folder';

let path: string;
let folder: WorkFolder;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'lb-haproxy-'));
  folder = openWorkFolder(path, undefined);
  writeFileSync(folder.config, 'global\n');
});
afterEach(() => {
  const pid = launchedPid();
  if (pid !== undefined) signal(pid, 'SIGKILL');
  rmSync(path, { recursive: true, force: true });
});

/** Process id in the pid file. */
function launchedPid(): number | undefined {
  if (!existsSync(folder.pidFile)) return undefined;
  return Number(readFileSync(folder.pidFile, 'utf8').split(' ')[0]);
}

async function launched(): Promise<number> {
  for (;;) {
    const pid = launchedPid();
    if (pid !== undefined) return pid;
    await sleep(5);
  }
}

/** A program that tells of a worker on its master socket once the file `go` is there. */
function program(): string {
  const file = join(path, 'program.js');
  const text = `#!${process.execPath}
const { existsSync } = require('node:fs');
const socket = process.argv[process.argv.indexOf('-S') + 1].split(',')[0];
const rows = process.pid + ' master 0 0d 2.6\\n# workers\\n' + process.pid + ' worker 0 0d 2.6\\n';
const look = setInterval(() => {
  if (!existsSync(${JSON.stringify(join(path, 'go'))})) return;
  clearInterval(look);
  require('node:net').createServer((client) => client.end(rows)).listen(socket);
}, 5);
`;
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
}

test('it is let go once the start that is under way is over, and the pid file names it', async () => {
  const haproxy = new Haproxy(program(), folder, silentLogger);
  const start = haproxy.start();
  // The stop comes before the process is there.
  const detached = haproxy.detach();
  const pid = await launched();
  expect(haproxy.isUp()).toBe(false);
  writeFileSync(join(path, 'go'), '');
  await detached;
  expect([await start, haproxy.masterPid]).toEqual([{ ok: true }, pid]);
  expect(readFileSync(folder.pidFile, 'utf8')).toBe(printProcess(pid));
});

test('a start that hangs does not hold the stop for ever', async () => {
  const haproxy = new Haproxy(program(), folder, silentLogger);
  const start = haproxy.start();
  const pid = await launched();
  await haproxy.detach(20);
  expect(haproxy.masterPid).toBeUndefined();
  signal(pid, 'SIGKILL');
  expect(await start).toMatchObject({ ok: false });
  expect(await haproxy.start()).toMatchObject({ ok: false, why: 'the load balancer stops' });
});
