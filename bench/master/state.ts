/**
 * `/state` under load: 100 agents, 10 running and 10 completed frameworks of 10 tasks an agent each; 20 pollers ask without
 * pause while tasks come and go, and `/health` is asked beside them. The original's published mean is 0.95 s.
 */

import { spawn } from 'node:child_process';
import type { Offer } from '../../cluster/api/generated/mesos';
import { endWithBench } from '../leftovers';
import { type LoadScheduler, loadScheduler } from './load-scheduler';
import { atSize, metricIs, metrics, type Sized, smallTask, until } from './size';

const AGENTS = 100;
const FRAMEWORKS = 10;
const TASKS_PER_AGENT = 10;
const POLLERS = 20;
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 10);

export async function benchState(): Promise<void> {
  await atSize(
    AGENTS,
    ['--resources=cpus:1000;mem:10000000;disk:1000000;ports:[31000-32000]'],
    async (sized) => {
      for (let index = 0; index < FRAMEWORKS; index++) await completed(sized, `done-${index}`);
      const running: LoadScheduler[] = [];
      for (let index = 0; index < FRAMEWORKS; index++) {
        running.push(await filled(sized, `run-${index}`, (index + 1) * AGENTS * TASKS_PER_AGENT));
      }
      await poll(sized);
      for (const scheduler of running) await scheduler.stop();
    },
  );
}

/** A framework that has launched its tasks and is then torn down. */
async function completed(sized: Sized, name: string): Promise<void> {
  const scheduler = await filled(sized, name, AGENTS * TASKS_PER_AGENT);
  scheduler.call({ type: 'TEARDOWN' });
  await until(() => metricIs(sized, 'master/tasks_running', 0));
  await scheduler.stop();
}

/** A framework with ten tasks on each agent; waits until so many run in all. */
export async function filled(sized: Sized, name: string, runningInAll: number): Promise<LoadScheduler> {
  const full = new Set<string>();
  const filters = { refuse_seconds: 3600 };
  const offered = (offer: Offer): void => {
    const offer_ids = [offer.id];
    const agentId = offer.agent_id.value;
    if (full.has(agentId)) return scheduler.call({ type: 'DECLINE', decline: { offer_ids, filters } });
    full.add(agentId);
    const task_infos = Array.from({ length: TASKS_PER_AGENT }, (_none, index) =>
      smallTask(offer, `${name}-${agentId}-${index}`),
    );
    const operations = [{ type: 'LAUNCH' as const, launch: { task_infos } }];
    scheduler.call({ type: 'ACCEPT', accept: { offer_ids, operations, filters } });
  };
  const scheduler = loadScheduler({ url: sized.url, name, failoverSeconds: 3600, offered });
  await until(async () => ((await metrics(sized))['master/tasks_running'] ?? 0) >= runningInAll);
  return scheduler;
}

/** Asks for a page without pause in a process of its own, which prints how long each answer took in ms. */
const POLLER = `
const { get, Agent } = require('node:http');
const [url, count, until] = process.argv.slice(1);
const agent = new Agent({ keepAlive: true });
const times = [];
let bytes = 0;
const ask = () => {
  if (Date.now() > Number(until)) return;
  const began = performance.now();
  get(url, { agent }, (answer) => {
    let size = 0;
    answer.on('data', (chunk) => { size += chunk.length; });
    answer.on('end', () => { bytes = size; times.push(performance.now() - began); setTimeout(ask, Number(count) > 1 ? 0 : 10); });
  });
};
for (let index = 0; index < Number(count); index++) ask();
process.on('exit', () => process.stdout.write(JSON.stringify({ times, bytes })));
process.stdin.on('end', () => process.exit(0)).resume();
setTimeout(() => process.exit(0), Number(until) - Date.now() + 5000);
`;

interface Polled {
  readonly times: readonly number[];
  readonly bytes: number;
}

function poller(url: string, count: number, until_: number): Promise<Polled> {
  const child = endWithBench(spawn(process.execPath, ['-e', POLLER, url, String(count), String(until_)]));
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  return new Promise((done) => child.once('close', () => done(JSON.parse(out) as Polled)));
}

/** Asks for `/health` again and again until it is stopped; how long each answer took, in ms. */
export function pollHealth({ url }: Sized): { readonly stop: () => Promise<readonly number[]> } {
  const args = ['-e', POLLER, `${url}/health`, '1', String(Date.now() + 600_000)];
  const child = endWithBench(spawn(process.execPath, args));
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  const ended = new Promise((done) => child.once('close', done));
  return {
    stop: async () => {
      child.stdin.end();
      await ended;
      return (JSON.parse(out) as Polled).times;
    },
  };
}

async function poll({ url }: Sized): Promise<void> {
  const end = Date.now() + SECONDS * 1000;
  const [state, health] = await Promise.all([
    poller(`${url}/state`, POLLERS, end),
    poller(`${url}/health`, 1, end),
  ]);
  const mean = state.times.reduce((sum, time) => sum + time, 0) / state.times.length / 1000;
  const p99 = [...health.times].sort((a, b) => a - b)[Math.floor(health.times.length * 0.99)] ?? 0;
  process.stdout.write(
    `/state of ${(state.bytes / 1e6).toFixed(1)} MB, ${POLLERS} pollers: mean ${mean.toFixed(3)} s ` +
      `(the original, published: 0.95 s); /health meanwhile p99 ${p99.toFixed(0)} ms (aim: under 250 ms)\n`,
  );
}
