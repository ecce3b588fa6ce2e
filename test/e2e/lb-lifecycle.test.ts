/**
 * Starting and stopping: what is there, what is left, and what is said when it cannot work.
 */

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { FakeMarathon } from '../../bench/lb/fake-marathon';
import { haproxyProcesses } from '../../lb/edge/processes';
import { startLb } from '../../lb/main';
import { appJson, taskJson } from '../lb/builders';
import { ask, backend, bench, cleanups, deps, lbConfig, newFolder, until } from './lb-stand';

jest.setTimeout(30_000);
afterEach(() => cleanups.run());

test('stopping leaves no process, no socket and no open port', async () => {
  const { lb, front, folder, config } = await bench();
  const socketsOf = (): string[] => readdirSync(folder).filter((name) => /\.(sock|pid|lock)$/.test(name));
  expect(haproxyProcesses(config).length).toBeGreaterThanOrEqual(2);
  expect(socketsOf()).not.toEqual([]);
  await lb.stop();
  expect(haproxyProcesses(config)).toEqual([]);
  expect(socketsOf()).toEqual([]);
  const socket = connect(front, '127.0.0.1');
  await expect(
    new Promise((resolve, reject) => socket.on('connect', resolve).on('error', reject)),
  ).rejects.toThrow('ECONNREFUSED');
});

test('what a killed load balancer left running is ended by the next start', async () => {
  const { folder, config, lb } = await bench();
  await lb.stop();
  const words = ['-W', '-S', `${join(folder, 'haproxy-master.sock')},mode,600`, '-f', config];
  const left = spawn('/usr/sbin/haproxy', words, { detached: true, stdio: 'ignore' });
  left.unref();
  await until('the left-over runs', () => haproxyProcesses(config).length >= 2);
  const old = haproxyProcesses(config);
  const began = performance.now();
  const next = await startLb(lbConfig('http://127.0.0.1:9', folder), deps);
  process.stderr.write(`start with a left-over HAProxy: ${(performance.now() - began).toFixed(0)} ms` + '\n');
  cleanups.add(() => next.stop());
  expect(haproxyProcesses(config).some((pid) => old.includes(pid))).toBe(false);
  expect((await ask(next.stats.port, '/_haproxy_health_check')).status).toBe(200);
});

test('start is quick and does not wait for Marathon; a long work folder path is no obstacle', async () => {
  const folder = join(newFolder(), 'x'.repeat(120));
  const began = performance.now();
  const lb = await startLb(lbConfig('http://127.0.0.1:9', folder), deps);
  process.stderr.write(`start without Marathon: ${(performance.now() - began).toFixed(0)} ms` + '\n');
  cleanups.add(() => lb.stop());
  expect((await ask(lb.vhosts?.port ?? 0)).status).toBe(503);
  expect((await ask(lb.http.port, '/health')).status).toBe(200);
  const again = startLb(lbConfig('http://127.0.0.1:9', folder), deps);
  await expect(again).rejects.toThrow('in use by process');
});

test('a start that cannot work says why and leaves nothing behind', async () => {
  const other = await backend('other');
  const folder = newFolder();
  const start = (...more: string[]): Promise<unknown> =>
    startLb(lbConfig('http://127.0.0.1:9', folder, more), deps);
  await expect(start('--http-in-port', String(other.port))).rejects.toThrow(
    `cannot listen on 127.0.0.1:${other.port} for the HTTP front (--http-in-port): another process listens there`,
  );
  await expect(start('--haproxy', '/nowhere/haproxy')).rejects.toThrow('apt-get install haproxy');
  await expect(start('--haproxy', '/bin/true')).rejects.toThrow('is not HAProxy');
  await expect(start('--ssl-certs', '/nowhere.pem')).rejects.toThrow('--ssl-certs: there is no /nowhere.pem');
  await expect(start('--stats-address', '0.0.0.0')).rejects.toThrow('--stats-address');
  expect(haproxyProcesses(join(folder, 'haproxy.cfg'))).toEqual([]);
});

test('without --sse the configuration is written once', async () => {
  const marathon = new FakeMarathon();
  await marathon.start();
  cleanups.add(() => marathon.stop());
  marathon.apps = [appJson('/web', 10_000, [taskJson('t1', [31_000])])];
  const folder = newFolder();
  const config = { ...lbConfig(marathon.url, folder, ['--auth-credentials', 'bob:se:cret']), sse: false };
  const lb = await startLb(config, deps);
  await lb.stop();
  expect(readFileSync(join(folder, 'haproxy.cfg'), 'utf8')).toContain('backend web_10000');
  expect(marathon.authorization).toBe(`Basic ${Buffer.from('bob:se:cret').toString('base64')}`);
  expect(haproxyProcesses(join(folder, 'haproxy.cfg'))).toEqual([]);
});
