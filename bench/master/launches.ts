/**
 * Sustained launches: a master with a durable registry, emulated agents, and one framework that launches as fast as
 * offers come. Each update is acknowledged. The original's published figure is 810 a second (its authors' hardware,
 * 5,000 agents).
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Offer, TaskInfo } from '../../cluster/api/generated/mesos';
import { systemClock } from '../../cluster/runtime/clock';
import { HttpClient } from '../../cluster/runtime/http/client';
import { silentLogger } from '../../cluster/runtime/log';
import { createScheduler } from '../../frameworks/scheduler/edge/scheduler';

const BIN = join(__dirname, '..', '..', '..', 'bin', 'meseta');
const AGENTS = Number(process.env['BENCH_AGENTS'] ?? 1000);
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 15);
const TASKS_PER_OFFER = 10;

export async function benchLaunches(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'meseta-bench-'));
  const port = await freePort();
  const children: ChildProcess[] = [];
  const run = (...args: string[]): void => {
    children.push(spawn(process.execPath, [BIN, ...args], { stdio: 'ignore' }));
  };
  const client = new HttpClient();
  try {
    run('master', `--port=${port}`, `--work_dir=${folder}`, '--allocation_interval=100ms');
    await until(() => metric(client, port, 'master/elected', 1));
    run(
      'emulate',
      'agents',
      `--master=127.0.0.1:${port}`,
      `--count=${AGENTS}`,
      '--task-time=5secs',
      '--task-spread=1secs',
      '--registration-time=0secs',
    );
    await until(() => metric(client, port, 'master/slaves_active', AGENTS));
    await measure(client, port);
  } finally {
    for (const child of children.reverse()) child.kill();
    await client.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(client: HttpClient, port: number): Promise<void> {
  const counts = { launched: 0, running: 0, ended: 0 };
  const scheduler = createScheduler({
    masters: [`http://127.0.0.1:${port}`],
    clock: systemClock(),
    log: silentLogger,
    seed: 1,
    onRefused: () => undefined,
    onBroken: (error) => {
      throw error;
    },
    onNotice: (notice) => {
      if (notice.kind === 'subscribed') frameworkId = notice.subscribed.framework_id.value;
      if (notice.kind !== 'event') return;
      const { event } = notice;
      if (event.type === 'OFFERS') for (const offer of event.offers?.offers ?? []) accept(offer);
      const status = event.type === 'UPDATE' ? event.update?.status : undefined;
      if (!status?.uuid || !status.agent_id) return;
      if (status.state === 'TASK_RUNNING') counts.running += 1;
      else counts.ended += 1;
      const { task_id, agent_id, uuid } = status;
      scheduler.call({ framework_id: id(), type: 'ACKNOWLEDGE', acknowledge: { task_id, agent_id, uuid } });
    },
  });
  let frameworkId = '';
  const id = () => ({ value: frameworkId });
  const accept = (offer: Offer): void => {
    const task_infos = Array.from({ length: TASKS_PER_OFFER }, () => task(offer, counts.launched++));
    const operations = [{ type: 'LAUNCH' as const, launch: { task_infos } }];
    scheduler.call({
      framework_id: id(),
      type: 'ACCEPT',
      accept: { offer_ids: [offer.id], operations, filters: { refuse_seconds: 0 } },
    });
  };
  scheduler.setFramework({ user: 'root', name: 'bench', failover_timeout: 0 });
  const begin = Date.now();
  await new Promise((done) => setTimeout(done, SECONDS * 1000));
  const seconds = (Date.now() - begin) / 1000;
  const metrics = JSON.parse(
    (await client.request({ url: `http://127.0.0.1:${port}/metrics/snapshot` })).body.toString(),
  ) as Record<string, number>;
  const rate = (count: number): string => (count / seconds).toFixed(0);
  process.stdout.write(
    `${AGENTS} agents, ${seconds.toFixed(0)} s: ${rate(counts.running)} tasks a second running and acknowledged, ` +
      `${rate(counts.ended)} ended; ${metrics['master/tasks_running']} run now (the original, published: 810 a second)\n`,
  );
  await scheduler.stop();
}

function task(offer: Offer, number: number): TaskInfo {
  return {
    name: 'bench',
    task_id: { value: `t${number}` },
    agent_id: offer.agent_id,
    command: { value: 'true' },
    resources: [
      { name: 'cpus', type: 'SCALAR', scalar: { value: 0.1 } },
      { name: 'mem', type: 'SCALAR', scalar: { value: 32 } },
    ],
  };
}

async function metric(client: HttpClient, port: number, name: string, wanted: number): Promise<boolean> {
  const answer = await client.request({ url: `http://127.0.0.1:${port}/metrics/snapshot` });
  return (JSON.parse(answer.body.toString()) as Record<string, number>)[name] === wanted;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await holds().catch(() => false)) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('the cluster did not come up within a minute');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
