/**
 * Very many jobs due in one second: a real master, emulated agents and Chronos in processes of their own, and how late the
 * tasks are launched and run.
 */

import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { benchFolder, endWithBench } from '../leftovers';
import { atSize, freePort, type Sized, until } from '../master/size';
import { at } from './api';

const BIN = join(__dirname, '..', '..', '..', 'bin', 'meseta');
const AGENTS = 100;
const JOBS = Number(process.env['BENCH_DUE'] ?? 1000);
/** Requests under way at once while jobs are put and read. */
const TOGETHER = 20;
/** The jobs are put before. */
const AHEAD_MS = Number(process.env['BENCH_AHEAD_SECONDS'] ?? 60) * 1000;

interface RunRow {
  readonly attempts: readonly { readonly launchedAt: string; readonly startedAt?: string }[];
}

export async function benchLaunches(): Promise<void> {
  const flags = ['--resources=cpus:24;mem:65536;disk:1000000', '--task-time=2secs'];
  await atSize(AGENTS, flags, async (sized) => {
    const folder = benchFolder('meseta-bench-');
    const port = await freePort();
    const place = [`--master=${sized.url.replace('http://', '')}`, `--http_port=${port}`];
    const args = [BIN, 'chronos', ...place, `--work_dir=${folder}`, '--logging_level=error'];
    const chronos = endWithBench(spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }));
    const url = `http://127.0.0.1:${port}`;
    try {
      await until(async () => (await sized.client.request({ url: `${url}/ping` })).status === 200);
      await measure(sized, url);
    } finally {
      chronos.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

async function measure({ client }: Sized, url: string): Promise<void> {
  const slot = Math.ceil((Date.now() + AHEAD_MS) / 1000) * 1000;
  const base = `${url}/v1/scheduler`;
  await forAll(async (number) => {
    const schedule = `R1/${new Date(slot + (number % 1000)).toISOString()}/PT1H`;
    const job = { name: `due-${number}`, command: 'true', schedule, cpus: 0.1, mem: 16, disk: 0 };
    const headers = { 'content-type': 'application/json' };
    const { status } = await client.request({
      url: `${base}/iso8601`,
      method: 'POST',
      headers,
      body: JSON.stringify(job),
    });
    if (status !== 204) throw new Error(`a job was answered with ${status}`);
  });
  const spare = slot - Date.now();
  if (spare < 5000) throw new Error(`the jobs were put ${-spare} ms too late; BENCH_AHEAD_SECONDS helps`);
  await new Promise((resolve) => setTimeout(resolve, spare + 10_000));
  const launched: number[] = [];
  const started: number[] = [];
  await forAll(async (number) => {
    const answer = await client.request({ url: `${base}/job/due-${number}/runs` });
    const { runs } = JSON.parse(answer.body.toString()) as { runs: readonly RunRow[] };
    const attempt = runs[0]?.attempts[0];
    if (attempt === undefined) return;
    launched.push(Date.parse(attempt.launchedAt) - slot - (number % 1000));
    if (attempt.startedAt !== undefined) started.push(Date.parse(attempt.startedAt) - slot - (number % 1000));
  });
  process.stdout.write(
    `${JOBS} jobs due in one second on ${AGENTS} emulated agents: ${launched.length} launched, ` +
      `p50 ${at(launched, 0.5)} ms and p99 ${at(launched, 0.99)} ms after their slots; ` +
      `${started.length} ran, p50 ${at(started, 0.5)} ms and p99 ${at(started, 0.99)} ms after them\n`,
  );
}

/** Calls for the number of each job, several at once. */
async function forAll(call: (number: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < JOBS) await call(next++);
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
}
