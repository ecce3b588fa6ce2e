/**
 * The large run of the Mesos paper (NSDI 2011, section 6.5): very many agents, 200 frameworks that keep them busy with
 * tasks of 30 seconds give or take 10, and a probe framework of one task: how long from its subscription to its task
 * running, which the authors had below one second at 50,000 agents. All of them are drivers, as theirs were, and with
 * `BENCH_API=http` users of the v1 API.
 */

import type { Offer } from '../../cluster/api/generated/mesos';
import { hostDrivers } from './load-driver';
import { type LoadOptions, type LoadScheduler, loadScheduler } from './load-scheduler';
import { atSize, metrics, type Sized, smallTask } from './size';

const AGENTS = Number(process.env['BENCH_AGENTS'] ?? 50_000);
const FRAMEWORKS = Number(process.env['BENCH_FRAMEWORKS'] ?? 200);
const WARM_SECONDS = Number(process.env['BENCH_SECONDS'] ?? 60);
const OVER_HTTP = process.env['BENCH_API'] === 'http';
const PROBES = 10;
/** A task takes nearly all of its agent, so that each agent runs one at a time. */
const AGENT_FLAGS = ['--resources=cpus:0.1;mem:32;disk:1000', '--task-time=30secs', '--task-spread=10secs'];

export async function benchPaper(): Promise<void> {
  await atSize(AGENTS, AGENT_FLAGS, async (sized) => {
    const { start, stop: stopHost } = await starter(sized);
    const busy = Array.from({ length: FRAMEWORKS }, (_none, index) => framework(start, `load-${index}`));
    try {
      await wait(WARM_SECONDS * 1000);
      const { 'master/tasks_running': running } = await metrics(sized);
      const times: number[] = [];
      for (let index = 0; index < PROBES; index++) times.push(await probe(start, index));
      times.sort((a, b) => a - b);
      const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
      process.stdout.write(
        `${AGENTS} agents, ${FRAMEWORKS} frameworks, ${running} tasks run: a new framework's task runs after ` +
          `${mean.toFixed(2)} s (mean of ${PROBES}; worst ${(times.at(-1) ?? 0).toFixed(2)} s; the paper: under 1 s)\n`,
      );
    } finally {
      for (const { stop } of busy) await stop();
      await stopHost();
    }
  });
}

function wait(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

type Start = (options: Omit<LoadOptions, 'url'>) => LoadScheduler;

/** Starts frameworks as drivers, which the paper's were, or over HTTP. */
async function starter({ url }: Sized): Promise<{ start: Start; stop: () => Promise<void> }> {
  if (OVER_HTTP)
    return { start: (options) => loadScheduler({ url, ...options }), stop: () => Promise.resolve() };
  return await hostDrivers(`master@${url.slice('http://'.length)}`);
}

/** Seconds from the subscription of a framework to its only task running. */
async function probe(start: Start, index: number): Promise<number> {
  const began = performance.now();
  let done: () => void = () => undefined;
  const runs = new Promise<void>((resolve) => {
    done = resolve;
  });
  const { stop } = framework(start, `probe-${index}`, { tasks: 1, running: () => done() });
  await runs;
  const seconds = (performance.now() - began) / 1000;
  await stop();
  return seconds;
}

/** A framework that launches a task on every offer, or as many as it is told. */
function framework(
  start: Start,
  name: string,
  {
    tasks = Number.POSITIVE_INFINITY,
    running = () => undefined,
  }: { tasks?: number; running?: () => void } = {},
): LoadScheduler {
  let launched = 0;
  const answer = (offer: Offer): void => {
    const filters = { refuse_seconds: launched < tasks ? 0 : 3600 };
    const offer_ids = [offer.id];
    if (launched >= tasks) return scheduler.call({ type: 'DECLINE', decline: { offer_ids, filters } });
    const operations = [
      { type: 'LAUNCH' as const, launch: { task_infos: [smallTask(offer, `${name}-${launched++}`)] } },
    ];
    scheduler.call({ type: 'ACCEPT', accept: { offer_ids, operations, filters } });
  };
  const scheduler = start({
    name,
    failoverSeconds: 0,
    offered: answer,
    updated: ({ state }) => {
      if (state === 'TASK_RUNNING') running();
    },
  });
  return scheduler;
}
