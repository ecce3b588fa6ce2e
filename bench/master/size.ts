/**
 * A master and emulated agents in processes of their own, for benchmarks of the master.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Offer, TaskInfo } from '../../cluster/api/generated/mesos';
import { HttpClient } from '../../cluster/runtime/http/client';
import { freePort } from '../free-port';
import { benchFolder, endWithBench } from '../leftovers';

export { freePort } from '../free-port';

const BIN = join(__dirname, '..', '..', '..', 'bin', 'meseta');
/**
 * For instance `--cpu-prof --cpu-prof-dir=profiles`, to see where the time of master and agents goes. Without it what the
 * master's README advises for large clusters.
 */
const NODE_FLAGS = (process.env['BENCH_NODE_FLAGS'] ?? '--max-semi-space-size=64').split(' ').filter(Boolean);

export interface Sized {
  readonly client: HttpClient;
  readonly url: string;
}

/** Starts them, waits until all agents are registered, runs, and ends everything. */
export async function atSize(
  agents: number,
  agentFlags: readonly string[],
  run: (sized: Sized) => Promise<void>,
): Promise<void> {
  const folder = benchFolder('meseta-bench-');
  const port = await freePort();
  const children: ChildProcess[] = [];
  const start = (...args: string[]): void => {
    const child = spawn(process.execPath, [...NODE_FLAGS, BIN, ...args], { stdio: 'ignore' });
    children.push(endWithBench(child));
  };
  const client = new HttpClient();
  const sized = { client, url: `http://127.0.0.1:${port}` };
  try {
    start('master', `--port=${port}`, `--work_dir=${folder}`, '--allocation_interval=100ms');
    await until(() => metricIs(sized, 'master/elected', 1));
    const place = [`--master=127.0.0.1:${port}`, `--count=${agents}`, '--registration-time=0secs'];
    start('emulate', 'agents', ...place, ...agentFlags);
    await until(() => metricIs(sized, 'master/slaves_active', agents), 1000);
    await run(sized);
  } finally {
    for (const child of children.reverse()) child.kill();
    await client.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A small task for an offer's agent. */
export function smallTask(offer: Offer, id: string): TaskInfo {
  return {
    name: 'bench',
    task_id: { value: id },
    agent_id: offer.agent_id,
    command: { value: 'true' },
    resources: [
      { name: 'cpus', type: 'SCALAR', scalar: { value: 0.1 } },
      { name: 'mem', type: 'SCALAR', scalar: { value: 32 } },
    ],
  };
}

export async function metrics({ client, url }: Sized): Promise<Record<string, number>> {
  const answer = await client.request({ url: `${url}/metrics/snapshot` });
  return JSON.parse(answer.body.toString()) as Record<string, number>;
}

export async function metricIs(sized: Sized, name: string, wanted: number): Promise<boolean> {
  return (await metrics(sized))[name] === wanted;
}

/** Waits for something that comes true within five minutes; asking costs a large cluster's master some time, too. */
export async function until(holds: () => Promise<boolean>, everyMs = 100): Promise<void> {
  for (let tries = 0; tries < 300_000 / everyMs; tries++) {
    if (await holds().catch(() => false)) return;
    await new Promise((done) => setTimeout(done, everyMs));
  }
  throw new Error('waited five minutes in vain');
}
