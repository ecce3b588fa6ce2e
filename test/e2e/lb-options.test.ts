/**
 * Options: targets of log lines, --poll, the signals of the original, and --longhelp.
 */

import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FakeMarathon } from '../../bench/lb/fake-marathon';
import { ask, Cleanups, freePort, stand, until, webServer } from '../../bench/lb/kit';
import { type Logger, silentLogger } from '../../cluster/runtime/log';
import { withSyslog } from '../../lb/edge/syslog';
import { appJson, taskJson } from '../lb/builders';
import { meseta } from './meseta';

const cleanups = new Cleanups();
afterEach(() => cleanups.run());

const BIN = join(__dirname, '..', '..', 'bin', 'meseta');
const vhost = { labels: { HAPROXY_0_VHOST: 'web.localhost' } };

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lb-options-'));
  cleanups.add(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('requests are logged to a syslog address, in the form asked for', async () => {
  const heard: string[] = [];
  const syslog = createSocket('udp4', (message) => heard.push(message.toString()));
  syslog.bind(0, '127.0.0.1');
  await once(syslog, 'listening');
  cleanups.add(() => syslog.close());
  const { port } = syslog.address() as AddressInfo;
  const web = await webServer('web', cleanups);
  const target = ['--access-log', `127.0.0.1:${port} local3`, '--access-log-format', 'own $HOME %ST %b'];
  const app = appJson('/web', await freePort(), [taskJson('t', [web.port])], vhost);
  const { front } = await stand(cleanups, target, [app]);
  await until('served', async () => (await ask(front, '/', { host: 'web.localhost' })).status === 200);
  await until('logged', () => heard.some((line) => /own \$HOME 200 web_\d+/.test(line)));
  expect(heard.find((line) => line.includes('own'))).toMatch(/^<158>/);
});

test('our own lines go to a syslog socket too, one line each; a socket that is not there is told', async () => {
  const folder = newFolder();
  const lines: string[] = [];
  const log: Logger = { ...silentLogger, warn: (_fields, text) => void lines.push(text) };
  const socket = join(folder, 'log');
  // Node has no unix datagram sockets: a small program of the system's Perl stands in for syslogd.
  const program =
    'use Socket; socket(S,AF_UNIX,SOCK_DGRAM,0); bind(S,sockaddr_un($ARGV[0])); $|=1; while(defined recv(S,$_,9999,0)){print "$_\\n"}';
  const child = spawn('perl', ['-e', program, socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  cleanups.add(() => child.kill('SIGKILL'));
  let heard = '';
  child.stdout.on('data', (chunk: Buffer) => {
    heard += chunk.toString();
  });
  await until('the socket is there', () => readdirSync(folder).includes('log'));
  const syslog = withSyslog(log, socket);
  cleanups.add(() => syslog.stop());
  syslog.log.child({ part: 'x' }).info({ a: 1 }, 'two\nlines');
  await until('heard', () => /meseta-lb.*: two lines \{"a":1\}/.test(heard));
  const gone = withSyslog(log, join(folder, 'nothing'));
  cleanups.add(() => gone.stop());
  for (let index = 0; index < 3; index++) gone.log.error({}, 'x');
  await until('told', () => lines.some((line) => line.startsWith('nothing goes to syslog')));
});

test('with --poll the apps are read every so often, and no events are asked for', async () => {
  const marathon = new FakeMarathon();
  await marathon.start();
  cleanups.add(() => marathon.stop());
  const web = await webServer('web', cleanups);
  const port = await freePort();
  const child = await daemon(marathon.url, ['poll', '--poll-interval', '1']);
  await until('the first reading', () => marathon.reads >= 1);
  marathon.apps = [appJson('/web', port, [taskJson('t', [web.port])])];
  await until('served', async () => (await ask(port)).body === 'web');
  expect(marathon.listening).toBe(0);
  child.kill('SIGTERM');
  await once(child, 'exit');
});

/** `meseta lb` in a process of its own. */
async function daemon(marathon: string, args: readonly string[]) {
  const places = ['--bind-address', '127.0.0.1', '--http-in-port', '0', '--https-in-port', '0'];
  const rest = [
    '--appid-port',
    '0',
    '--stats-port',
    '0',
    '--http-port',
    '0',
    '--stop-haproxy',
    '--work-dir',
    newFolder(),
  ];
  const [first = '', ...more] = args;
  const words = ['lb', first, '--group', 'external', '--marathon', marathon, ...places, ...rest, ...more];
  const child = spawn(process.execPath, [BIN, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  cleanups.add(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  return child;
}

test('SIGHUP reads the apps again and SIGUSR1 reloads; neither ends it. Requests are logged to standard output', async () => {
  const marathon = new FakeMarathon();
  const web = await webServer('web', cleanups);
  const port = await freePort();
  const app = appJson('/web', port, [taskJson('t', [web.port])], { labels: { HAPROXY_0_MODE: 'http' } });
  marathon.apps = [app];
  await marathon.start();
  cleanups.add(() => marathon.stop());
  const child = await daemon(marathon.url, ['--sse', '--access-log', 'stdout']);
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  await until('served', async () => (await ask(port)).body === 'web');
  await until('logged', () => /web_\d+ .*"GET \/ HTTP\/1.1"/.test(out));
  await until('started', () => err.includes('the load balancer serves'));
  await sleep(200);
  const before = marathon.reads;
  child.kill('SIGHUP');
  await until('read again', () => marathon.reads > before);
  child.kill('SIGUSR1');
  await until('reloaded', () => err.includes('asked for by a signal'));
  expect((await ask(port)).body).toBe('web');
  child.kill('SIGTERM');
  expect((await once(child, 'exit'))[0]).toBe(0);
});

test('--longhelp tells everything: flags, labels, templates', async () => {
  const { status, out } = await meseta(['lb', '--longhelp']);
  expect(status).toBe(0);
  for (const word of ['--group', 'HAPROXY_{n}_VHOST', 'HAPROXY_BACKEND_HEAD', 'balance {{words balance}}'])
    expect(out).toContain(word);
});
