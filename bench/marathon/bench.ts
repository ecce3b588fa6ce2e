/**
 * Launches of Marathon at size: a real master, emulated agents and Marathon in processes of their own. For each shape the
 * time until all instances run and, meanwhile, the times of reads, of changes and of pings, the way of a change to the
 * event stream, and memory. Before that the steps of the core alone, without sockets; BENCH_STEPS_ONLY=1 ends there.
 * BENCH_SHAPES selects shapes by number, BENCH_AGENTS the number of agents.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { benchFolder, endWithBench } from '../leftovers';
import { atSize, freePort, type Sized, until } from '../master/size';
import { type Load, startLoad } from './load';
import { benchSteps } from './steps';
import { followEvents } from './stream';

const BIN = join(__dirname, '..', '..', '..', 'bin', 'meseta');
const AGENTS = Number(process.env['BENCH_AGENTS'] ?? 200);
const RESOURCES = '--resources=cpus:64;mem:262144;disk:1000000;ports:[31000-41000]';
/** Requests that create apps, under way at once. */
const TOGETHER = 20;
/** A run ends after so long, with what runs by then. */
const LIMIT_MS = Number(process.env['BENCH_SECONDS'] ?? 180) * 1000;
const NODE_FLAGS = (process.env['BENCH_NODE_FLAGS'] ?? '').split(' ').filter(Boolean);

interface Shape {
  readonly name: string;
  readonly apps: number;
  readonly instances: number;
  /** The aim that the original set itself in its own scale tests. */
  readonly original: string;
}

const SHAPES: readonly Shape[] = [
  { name: '1 app x 1,000', apps: 1, instances: 1000, original: 'the original aimed at 60 s' },
  { name: '1,000 apps x 1', apps: 1000, instances: 1, original: 'the original aimed at 200 s' },
  { name: '10,000 apps x 1', apps: 10_000, instances: 1, original: 'the original aimed at 3,600 s' },
  { name: '1 app x 50,000', apps: 1, instances: 50_000, original: 'the original could not load them' },
];

export async function benchMarathon(): Promise<void> {
  const chosen = (process.env['BENCH_SHAPES'] ?? '1,2,3,4').split(',').map((number) => Number(number) - 1);
  const shapes = chosen.flatMap((index) => SHAPES[index] ?? []);
  for (const { apps, instances } of shapes) {
    benchSteps(apps, instances, 'one change');
    if (apps > 1) benchSteps(apps, instances, 'a change each');
  }
  if (process.env['BENCH_STEPS_ONLY']) return;
  for (const shape of shapes) await atSize(AGENTS, [RESOURCES], (sized) => withMarathon(sized, shape));
}

async function withMarathon(sized: Sized, shape: Shape): Promise<void> {
  const folder = benchFolder('meseta-bench-');
  const port = await freePort();
  const place = [`--master=${sized.url.replace('http://', '')}`, `--http_port=${port}`];
  const args = [...NODE_FLAGS, BIN, 'marathon', ...place, `--work_dir=${folder}`, '--logging_level=error'];
  const marathon = endWithBench(spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }));
  const url = `http://127.0.0.1:${port}`;
  try {
    await until(async () => (await sized.client.request({ url: `${url}/ping` })).status === 200);
    await measure(sized, { url, marathon, shape });
  } finally {
    marathon.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Measured {
  readonly url: string;
  readonly marathon: ChildProcess;
  readonly shape: Shape;
}

async function measure({ client }: Sized, { url, marathon, shape }: Measured): Promise<void> {
  const wanted = shape.apps * shape.instances;
  const events = followEvents(url);
  await until(() => Promise.resolve(events.isOpen()));
  const before = residentBytes(marathon);
  const load = startLoad(client, url);
  const began = performance.now();
  await createApps(load, shape);
  while (events.running() < wanted && performance.now() - began < LIMIT_MS)
    await new Promise((resolve) => setTimeout(resolve, 20));
  const seconds = (performance.now() - began) / 1000;
  const { ping, pages, puts } = await load.stop();
  events.stop();
  const bytes = (residentBytes(marathon) - before) / Math.max(1, events.running());
  process.stdout.write(
    `${shape.name} on ${AGENTS} emulated agents: ${events.running()} run after ${seconds.toFixed(1)} s ` +
      `(${shape.original}); p99 meanwhile: ping ${ping}, PUT ${puts}, page of all tasks ${pages}; ` +
      `change to SSE ${events.delays()}; ${(bytes / 1000).toFixed(1)} kB an instance\n`,
  );
}

async function createApps(load: Load, { apps, instances }: Shape): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < apps) {
      const number = next++;
      const app = { id: `/bench/app-${number}`, cmd: 'sleep 1000', cpus: 0.1, mem: 32, instances };
      while (!(await load.create(app))) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
}

function residentBytes({ pid }: ChildProcess): number {
  const [, pages = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
  return Number(pages) * 4096;
}
