/** HAProxy let go while it is being started, and what a reload hands over; a program of the test stands for it. */

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

const HEADER = '# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state';
const DOWN = '3 web_80 1 task1 127.0.0.1 0 0';

/**
 * A program that tells of a worker on its master socket once the file `go` is there, and reloads. It knows a server that
 * is down; the worker's own socket is there when `runtime` says so.
 */
function program(runtime = false): string {
  const file = join(path, 'program.js');
  const text = `#!${process.execPath}
const { existsSync } = require('node:fs');
const { createServer } = require('node:net');
const socket = process.argv[process.argv.indexOf('-S') + 1].split(',')[0];
const state = '1\\n${HEADER}\\n${DOWN}\\n4 up_80 1 task2 127.0.0.1 2 0\\n';
let reloads = 0;
const rows = () => process.pid + ' master ' + reloads + ' 0d 2.6\\n# workers\\n' + process.pid + ' worker 0 0d 2.6\\n';
const answers = { 'show proc': rows, reload: () => String(++reloads), ['@!' + process.pid + '\\nshow servers state']: () => state };
const serve = (path, answer) =>
  createServer((client) => client.once('data', (data) => client.end(answer(String(data).trim())))).listen(path);
const look = setInterval(() => {
  if (!existsSync(${JSON.stringify(join(path, 'go'))})) return;
  clearInterval(look);
  if (${runtime}) serve(${JSON.stringify(folder.statsSocket)}, () => state);
  serve(socket, (command) => answers[command]?.() ?? '');
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

const CHECKED = 'backend web_80\n  server task1 127.0.0.1:31000 check inter 10s\n';
test.each([
  { name: 'an adopted configuration', config: CHECKED, runtime: true, rows: [DOWN] },
  {
    name: 'a removed socket of the worker, by way of the master',
    config: CHECKED,
    runtime: false,
    rows: [DOWN],
  },
  { name: 'no health check', config: CHECKED.replace(' check', ''), runtime: true, rows: [] },
])('a reload hands over which servers are down: $name', async ({ config, runtime, rows }) => {
  writeFileSync(folder.config, config);
  writeFileSync(join(path, 'go'), '');
  const haproxy = new Haproxy(program(runtime), folder, silentLogger);
  expect(await haproxy.start()).toEqual({ ok: true });
  expect(await haproxy.reload(haproxy.filesOnDisk(false))).toEqual({ ok: true });
  const stateRows = readFileSync(folder.stateFile, 'utf8').trim().split('\n').slice(2);
  expect(stateRows).toEqual(rows);
  await haproxy.detach();
});
