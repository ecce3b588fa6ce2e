/**
 * Starting and stopping: what is there, what is left, and what is said when it cannot work.
 */

import { spawn } from 'node:child_process';
import { chmodSync, chownSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { FakeMarathon } from '../../bench/lb/fake-marathon';
import { endHaproxies, haproxyMasters, haproxyProcesses } from '../../lb/edge/processes';
import { startLb } from '../../lb/main';
import { appJson, taskJson } from '../lb/builders';
import { ask, backend, cleanups, deps, freePort, lbConfig, newFolder, stand, until } from './lb-stand';

afterEach(() => cleanups.run());

test('stopping leaves no process, no socket and no open port', async () => {
  const { lb, front, folder, config } = await stand();
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

const PORTS = ['front', 'appIds', 'stats', 'api'] as const;

/** Flags with ports that stay the same over restarts. */
async function fixedPorts(): Promise<{ flags: string[]; front: number; api: number }> {
  const [front, appIds, stats, api] = await Promise.all(PORTS.map(freePort));
  const flags = ['--http-in-port', front, '--appid-port', appIds, '--stats-port', stats, '--http-port', api];
  return { flags: flags.map(String), front: front ?? 0, api: api ?? 0 };
}

const NOBODY = 'http://127.0.0.1:9';

/** A load balancer that served one app and let HAProxy go. */
async function left(): Promise<{
  folder: string;
  config: string;
  flags: string[];
  front: number;
  api: number;
  body: () => Promise<string>;
  issues: () => Promise<string>;
}> {
  const { flags, front, api } = await fixedPorts();
  const web = await backend('web');
  const marathon = new FakeMarathon();
  await marathon.start();
  cleanups.add(() => marathon.stop());
  const port = await freePort();
  marathon.apps = [appJson('/web', port, [taskJson('t1', [web.port])])];
  const folder = newFolder();
  const lb = await startLb({ ...lbConfig(marathon.url, folder, flags), stopHaproxy: false }, deps);
  const body = async (): Promise<string> => (await ask(port).catch(() => ({ body: '' }))).body;
  await until('served', async () => (await body()) === 'web');
  await lb.stop();
  const config = join(folder, 'haproxy.cfg');
  cleanups.add(() => endHaproxies(config, 2000));
  const issues = async (): Promise<string> => (await ask(api, '/issues')).body;
  return { folder, config, flags, front, api, body, issues };
}

test('HAProxy that was let go serves on, is adopted by the next start, and ended with it', async () => {
  const { folder, config, flags, api, body } = await left();
  const pids = haproxyProcesses(config);
  expect([pids.length, await body()]).toEqual([2, 'web']);
  const began = performance.now();
  const next = await startLb(lbConfig(NOBODY, folder, flags), deps);
  process.stderr.write(`start that adopts HAProxy: ${(performance.now() - began).toFixed(0)} ms\n`);
  expect([haproxyProcesses(config), await body()]).toEqual([pids, 'web']);
  expect(JSON.parse((await ask(api, '/health')).body)).toMatchObject({
    adopted: true,
    configuration: 'previous',
  });
  await next.stop();
  expect(haproxyProcesses(config)).toEqual([]);
});

test('HAProxy whose configuration was removed is not ended, and the start says what to do', async () => {
  const { folder, config, flags, body } = await left();
  for (const name of [config, join(folder, 'memory.json')]) rmSync(name);
  const [master] = haproxyMasters(config);
  await expect(startLb(lbConfig(NOBODY, folder, flags), deps)).rejects.toThrow(
    `is gone, so that it cannot be adopted: put the file back, or end that process and its traffic with kill ${master}`,
  );
  expect(await body()).toBe('web');
});

test('an adopted HAProxy that somebody kills, or whose worker somebody ends, is back with what it served', async () => {
  const { folder, config, flags, api, body } = await left();
  const next = await startLb(lbConfig(NOBODY, folder, flags), deps);
  cleanups.add(() => next.stop());
  const first = haproxyProcesses(config);
  for (const pid of first) process.kill(pid, 'SIGKILL');
  await until('it is back', async () => (await body()) === 'web');
  const health = async (): Promise<unknown> => JSON.parse((await ask(api, '/health')).body);
  await until('it is told', async () => JSON.stringify(await health()).includes('"adopted":false'));
  const [master] = haproxyMasters(config);
  const worker = haproxyProcesses(config).find((pid) => pid !== master) ?? 0;
  expect(first).not.toContain(worker);
  // A worker that ends in order leaves its master without one.
  process.kill(worker, 'SIGUSR1');
  await until('the worker is gone', () => !haproxyProcesses(config).includes(worker));
  await until('there is another', async () => (await body()) === 'web');
});

test('when HAProxy is gone, too, and Marathon away, the configuration of the run before serves', async () => {
  const { folder, config, flags, body, issues } = await left();
  await endHaproxies(config, 0);
  const next = await startLb(lbConfig(NOBODY, folder, flags), deps);
  cleanups.add(() => next.stop());
  expect(await body()).toBe('web');
  await until('it is told', async () =>
    (await issues()).includes('the configuration of the run before serves'),
  );
});

test('a configuration of the run before that HAProxy refuses is told, and HAProxy starts without', async () => {
  const { folder, config, flags, api, issues } = await left();
  await endHaproxies(config, 0);
  writeFileSync(config, `${readFileSync(config, 'utf8')}\nfrontend broken\n  no such line\n`, {
    mode: 0o600,
  });
  const next = await startLb(lbConfig(NOBODY, folder, flags), deps);
  cleanups.add(() => next.stop());
  expect(await issues()).toMatch(/cannot load the configuration of the run before: .*unknown keyword/);
  expect((await ask(api, '/health')).status).toBe(200);
});

test('a pid file that names another process ends nobody and is told', async () => {
  const { folder, config, flags, body } = await left();
  await endHaproxies(config, 0);
  const words = ['-e', 'setTimeout(() => {}, 60000)', '--', '-W', '-f', config];
  const other = spawn(process.execPath, words, { stdio: 'ignore' });
  cleanups.add(() => other.kill('SIGKILL'));
  await until('it runs', () => other.pid !== undefined);
  writeFileSync(join(folder, 'haproxy.pid'), `${other.pid}\n`);
  const told: string[] = [];
  const log = { ...deps.log, warn: (_fields: object, text: string) => void told.push(text) };
  const next = await startLb(lbConfig(NOBODY, folder, flags), { ...deps, log });
  cleanups.add(() => next.stop());
  expect(told.join('\n')).toContain(`is another process than the HAProxy of ${config}`);
  expect(await body()).toBe('web');
  expect(other.exitCode).toBeNull();
});

test('a start that fails leaves the HAProxy that serves alone', async () => {
  const { folder, config, flags, api, body } = await left();
  const pids = haproxyProcesses(config);
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(api, '127.0.0.1', resolve));
  cleanups.add(() => new Promise((resolve) => blocker.close(resolve)));
  await expect(startLb(lbConfig(NOBODY, folder, flags), deps)).rejects.toThrow(`127.0.0.1:${api}`);
  expect([haproxyProcesses(config), await body()]).toEqual([pids, 'web']);
});

test('files that others could write are not trusted', async () => {
  const folder = newFolder();
  chmodSync(folder, 0o777);
  const lb = await startLb(lbConfig(NOBODY, folder), deps);
  cleanups.add(() => lb.stop());
  expect(statSync(folder).mode & 0o022).toBe(0);
  if (process.geteuid?.() !== 0) return;
  const foreign = newFolder();
  chownSync(foreign, 12_345, 12_345);
  await expect(startLb(lbConfig(NOBODY, foreign), deps)).rejects.toThrow(
    'belongs to another user (uid 12345)',
  );
});

test('start is quick and does not wait for Marathon; a long work folder path is no obstacle', async () => {
  const folder = join(newFolder(), 'x'.repeat(120));
  const began = performance.now();
  const lb = await startLb(lbConfig('http://127.0.0.1:9', folder), deps);
  process.stderr.write(`start without Marathon: ${(performance.now() - began).toFixed(0)} ms\n`);
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
