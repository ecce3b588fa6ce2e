/**
 * The built program: a building thread, several processes on one port, masters out of ZooKeeper, the settings file.
 */

import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import zookeeper from 'node-zookeeper-client';
import { silentLogger } from '../../cluster/runtime/log';
import { readZkUrl, type ZkUrl } from '../../cluster/zookeeper/core/url';
import { ZkClient } from '../../cluster/zookeeper/edge/client';
import { missingForZookeeper, ZookeeperServer } from '../cluster/zookeeper/server';
import { FakeMaster } from '../dns/fake-master';
import { agent, framework, getState, task, taskUpdated } from '../dns/v1';
import { eventually } from './eventually';

const ROOT = join(__dirname, '../..');
const run = promisify(execFile);
const undo: (() => Promise<void> | void)[] = [];
beforeAll(() => {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { stdio: 'ignore' });
});
afterEach(async () => {
  for (const stop of undo.splice(0).reverse()) await stop();
});

interface Started {
  readonly child: ChildProcess;
  readonly port: number;
  readonly log: () => string;
}

async function start(...args: readonly string[]): Promise<Started> {
  const base = ['dns', '--port', '0', '--http', 'off', '--external', 'off', '--log-level', 'debug'];
  const child = spawn(process.execPath, [join(ROOT, 'bin/meseta'), ...base, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr?.on('data', (chunk) => {
    text += String(chunk);
  });
  undo.push(() => end(child, 'SIGTERM'));
  const port = await eventually('DNS', () => Number(/"port":(\d+)/.exec(text)?.[1] ?? 0) || undefined);
  return { child, port, log: () => text };
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}

async function dig(port: number, ...args: readonly string[]): Promise<string> {
  return (
    await run('dig', ['@127.0.0.1', '-p', String(port), '+short', '+tries=1', '+time=2', ...args])
  ).stdout.trim();
}

async function master(name: string, options: object = {}): Promise<FakeMaster> {
  const fake = await FakeMaster.start({
    ...options,
    snapshot: getState({
      agents: [agent('x-S0', '10.0.0.2')],
      frameworks: [framework('f1', 'marathon')],
      tasks: [task(name, { statuses: [{ state: 'TASK_RUNNING', timestamp: 1 }] })],
    }),
  });
  undo.push(() => fake.die().catch(() => undefined));
  return fake;
}

test('three processes answer on one port, follow every change, and end together', async () => {
  const fake = await master('web');
  const { child, port } = await start('--masters', `127.0.0.1:${fake.port}`, '--processes', '3');
  const pids = (): number[] =>
    readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number);
  const all = (address: string) => async () =>
    (await Promise.all(Array.from({ length: 20 }, () => dig(port, 'web.marathon.mesos')))).every(
      (answer) => answer === address,
    );
  await eventually('the zone in all processes', all('10.0.0.2'));
  expect(pids()).toHaveLength(2);
  fake.push(taskUpdated('web', 'TASK_RUNNING', '10.1.0.9', 2));
  await eventually('the change in all processes', all('10.1.0.9'));
  expect(await dig(port, '+tcp', 'web.marathon.mesos')).toBe('10.1.0.9');
  const [first = 0, ...rest] = pids();
  process.kill(first, 'SIGKILL');
  await eventually('another process', () => pids().length === 2 && !pids().includes(first));
  await eventually('the zone in the new process', all('10.1.0.9'));
  const children = [...rest, ...pids()];
  await end(child, 'SIGTERM');
  expect(child.exitCode).toBe(0);
  await eventually('the end of all', () => children.every((pid) => !alive(pid)));
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const missing = missingForZookeeper();
(missing === undefined ? test : test.skip)(
  `masters are found in ZooKeeper, and the leader is followed${missing === undefined ? '' : ` (skipped: ${missing} is missing)`}`,
  async () => {
    const server = await ZookeeperServer.start();
    undo.push(() => server.stop());
    const [firstMaster, secondMaster] = [
      await master('one', { leader: '127.0.0.1:1111' }),
      await master('two', { leader: '127.0.0.1:2222' }),
    ];
    const enroll = async (fake: FakeMaster): Promise<ZkClient> => {
      const url = readZkUrl(`zk://127.0.0.1:${server.port}/`) as ZkUrl;
      const client = new ZkClient({ url, sessionTimeoutMs: 4000, log: silentLogger });
      undo.push(() => client.stop());
      client.start();
      await client.makePath('/mesos');
      const info = { address: { ip: '127.0.0.1', port: fake.port }, hostname: 'm', id: 'm', port: fake.port };
      await client.create(
        '/mesos/json.info_',
        Buffer.from(JSON.stringify(info)),
        zookeeper.CreateMode.EPHEMERAL_SEQUENTIAL,
      );
      return client;
    };
    const first = await enroll(firstMaster);
    const folder = mkdtempSync(join(tmpdir(), 'dns-zk-'));
    undo.push(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'config.json');
    writeFileSync(
      file,
      JSON.stringify({ zk: `zk://127.0.0.1:${server.port}/mesos`, listener: '127.0.0.1', ttl: 5 }),
    );
    const { port } = await start('--config', file);
    await eventually('the first leader', async () => (await dig(port, 'one.marathon.mesos')) === '10.0.0.2');
    await enroll(secondMaster);
    await first.stop();
    await eventually('the second leader', async () => (await dig(port, 'two.marathon.mesos')) === '10.0.0.2');
    await server.kill();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(await dig(port, 'two.marathon.mesos')).toBe('10.0.0.2');
    expect(await dig(port, 'master0.mesos')).toBe('127.0.0.1');
  },
);

test('without a leader in ZooKeeper it ends when the time is over', async () => {
  const { child, log } = await start('--zk', 'zk://127.0.0.1:1/mesos', '--zk-detection-timeout', '1');
  await eventually('a line about it', () => log().includes('no leader in ZooKeeper for 1 seconds'));
  expect(child.pid).toBeDefined();
});
