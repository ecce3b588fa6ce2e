/** Orders to HAProxy: servers that leave and come back, certificates, ages of sessions. HAProxy is played by a socket. */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../cluster/runtime/clock';
import { silentLogger } from '../../../cluster/runtime/log';
import type { ServerLine } from '../../../lb/core/render/server-line';
import { LbMachine } from '../../../lb/edge/machine';
import { longestSession, RuntimeApi } from '../../../lb/edge/runtime-api';
import { lbBoot, serverLine } from '../builders';

let folder: string;
let server: Server;
let api: RuntimeApi;
let machine: LbMachine;
let heard: string[];
/** Servers that still have connections. */
let busy: Set<string>;

function answerTo(command: string): string {
  const [, name] = /^del server (\S+)/.exec(command) ?? [];
  if (name !== undefined)
    return busy.has(name)
      ? 'Server still has connections attached to it, cannot remove it.\n\n'
      : 'Server deleted.\n\n';
  if (command.startsWith('add server') && command.includes('id 7'))
    return "'id' : custom id 7 already used at (null):0 ('server web/c').\n\n";
  if (command.startsWith('add server')) return 'New server registered.\n\n';
  if (command.startsWith('set ssl cert')) return 'Transaction created for certificate x!\n\n';
  return command.startsWith('commit ssl cert') ? 'Committing x.\nSuccess!\n\n' : '\n';
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lb-api-'));
  heard = [];
  busy = new Set();
  server = createServer({ allowHalfOpen: true }, (socket) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('end', () => {
      heard.push(text.trimEnd());
      const commands = text.includes('<<') ? [text] : text.trimEnd().split(';');
      socket.end(commands.map(answerTo).join(''));
    });
  });
  await new Promise<void>((resolve) => server.listen(join(folder, 's'), resolve));
  machine = new LbMachine({ boot: lbBoot, clock: systemClock(), log: silentLogger, isStrict: true });
  api = new RuntimeApi(join(folder, 's'), undefined, machine, silentLogger);
});
afterEach(async () => {
  await machine.stop();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const line = (id: number, options = ''): ServerLine => serverLine('s', '1.1.1.1:1', options, { id });
const remove = { kind: 'remove', backend: 'b', server: line(1) } as const;
const add = (server: ServerLine) => ({ kind: 'add', backend: 'b', server }) as const;

test('a server that leaves is deleted once it has no request left', async () => {
  busy.add('b/s');
  expect(await api.perform([remove])).toEqual({ ok: true });
  expect(heard).toEqual(['set server b/s state maint']);
  await sleep(250);
  expect(api.leavingCount).toBe(1);
  busy.clear();
  for (let turn = 0; api.leavingCount > 0 && turn < 6000; turn++) await sleep(10);
  expect(api.leavingCount).toBe(0);
});

test('a server that comes back while it has requests is put back as it is', async () => {
  busy.add('b/s');
  await api.perform([remove]);
  heard = [];
  expect(await api.perform([add(line(1))])).toEqual({ ok: true });
  expect(heard).toEqual(['del server b/s', 'set server b/s weight 1;set server b/s state ready']);
  expect(api.leavingCount).toBe(0);
});

test('one that comes back otherwise, and has requests, needs a reload; without requests it is added anew', async () => {
  busy.add('b/s');
  await api.perform([remove]);
  const refused = await api.perform([add(line(2))]);
  expect(refused).toEqual({ ok: false, why: 'b/s still finishes the requests it had before' });
  busy.clear();
  heard = [];
  expect(await api.perform([add(line(2, 'check inter 5s'))])).toEqual({ ok: true });
  expect(heard).toEqual([
    'del server b/s',
    'add server b/s 1.1.1.1:1 id 2 check inter 5s;enable health b/s;set server b/s state ready',
  ]);
});

test('a server whose id another one has is added again without the id', async () => {
  expect(await api.perform([add(line(7, 'check')), remove])).toEqual({ ok: true });
  expect(heard).toEqual([
    'add server b/s 1.1.1.1:1 id 7 check;enable health b/s;set server b/s state ready;set server b/s state maint',
    'add server b/s 1.1.1.1:1 check;enable health b/s;set server b/s state ready',
  ]);
});

test('empty lines and line ends of Windows in a certificate do not end it', async () => {
  const pem =
    '-----BEGIN CERTIFICATE-----\r\nAA\r\n-----END CERTIFICATE-----\r\n\r\n-----BEGIN KEY-----\nBB\n\n\n';
  expect(await api.replaceCertificate('/x.pem', pem)).toEqual({ ok: true });
  expect(heard).toEqual([
    'set ssl cert /x.pem <<\n-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n-----BEGIN KEY-----\nBB',
    'commit ssl cert /x.pem',
  ]);
});

test('the oldest session counts, our own does not', () => {
  const row = (front: string, age: string): string =>
    `0x55: proto=tcpv4 src=1.1.1.1:1 fe=${front} be=b age=${age} calls=1`;
  expect(longestSession('')).toBe(0);
  expect(longestSession([row('web', '5s'), row('web', '1h2m'), row('GLOBAL', '9d')].join('\n'))).toBe(3720);
});
