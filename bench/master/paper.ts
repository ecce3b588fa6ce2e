/**
 * The large run of the Mesos paper (NSDI 2011, section 6.5): very many agents, 200 frameworks that keep them busy with
 * tasks of 30 seconds give or take 10, and a probe framework of one task: how long from its subscription to its task
 * running, which the authors had below one second at 50,000 agents. All of them are drivers, as theirs were, and with
 * `BENCH_API=http` users of the v1 API.
 */

import type { Offer, TaskStatus } from '../../cluster/api/generated/mesos';
import { hostDrivers } from './load-driver';
import { type LoadOptions, type LoadScheduler, loadScheduler } from './load-scheduler';
import { atSize, metrics, type Sized, smallTask } from './size';

const AGENTS = Number(process.env['BENCH_AGENTS'] ?? 50_000);
const FRAMEWORKS = Number(process.env['BENCH_FRAMEWORKS'] ?? 200);
const WARM_SECONDS = Number(process.env['BENCH_SECONDS'] ?? 75);
const OVER_HTTP = process.env['BENCH_API'] === 'http';
const PROBES = 10;
const TASK_SECONDS = 30;
/**
 * The most tasks a framework launches in a second, a little more than it takes to keep all agents busy: so the first ones
 * begin over half a minute, as in a cluster that has run for long, and not all at once.
 */
const LAUNCHES_PER_SECOND = (1.05 * AGENTS) / TASK_SECONDS / FRAMEWORKS;
/** After the last agent's registration its registry is still being stored. */
const SETTLE_MS = 10_000;
/** A task takes nearly all of its agent, so that each agent runs one at a time. */
const AGENT_FLAGS = [
  '--resources=cpus:0.1;mem:32;disk:1000',
  `--task-time=${TASK_SECONDS}secs`,
  '--task-spread=10secs',
];

export async function benchPaper(): Promise<void> {
  await atSize(AGENTS, AGENT_FLAGS, async (sized) => {
    await wait(SETTLE_MS);
    const { start, stop: stopHost } = await starter(sized);
    const busy = Array.from({ length: FRAMEWORKS }, (_none, index) => busyFramework(start, `load-${index}`));
    try {
      await wait(WARM_SECONDS * 1000);
      const before = await metrics(sized);
      const began = performance.now();
      const times: number[] = [];
      for (let index = 0; index < PROBES; index++) times.push(await probe(start, index));
      const after = await metrics(sized);
      const perSecond = grown(before, after, 'master/tasks_finished') / ((performance.now() - began) / 1000);
      times.sort((a, b) => a - b);
      const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
      process.stdout.write(
        `${AGENTS} agents, ${FRAMEWORKS} frameworks, ${after['master/tasks_running']} tasks run, ` +
          `${perSecond.toFixed(0)} end each second: a new framework's task runs after ` +
          `${mean.toFixed(2)} s (mean of ${PROBES}; worst ${(times.at(-1) ?? 0).toFixed(2)} s; the paper: under 1 s)\n`,
      );
    } finally {
      for (const { stop } of busy) await stop();
      await stopHost();
    }
  });
}

function grown(before: Record<string, number>, after: Record<string, number>, name: string): number {
  return (after[name] ?? 0) - (before[name] ?? 0);
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
  let launched = false;
  const offered = (offer: Offer): void => {
    const decline = { offer_ids: [offer.id], filters: { refuse_seconds: 3600 } };
    if (launched) scheduler.call({ type: 'DECLINE', decline });
    else accept(scheduler, offer, `probe-${index}`);
    launched = true;
  };
  const updated = ({ state }: TaskStatus): void => {
    if (state === 'TASK_RUNNING') done();
  };
  const scheduler = start({ name: `probe-${index}`, failoverSeconds: 0, offered, updated });
  await runs;
  const seconds = (performance.now() - began) / 1000;
  await scheduler.stop();
  return seconds;
}

/** A framework that launches a task on every offer, one after another. */
function busyFramework(start: Start, name: string): LoadScheduler {
  const offers: Offer[] = [];
  let launched = 0;
  const launchOne = (): void => {
    const offer = offers.shift();
    if (offer) accept(scheduler, offer, `${name}-${launched++}`);
  };
  const timer = setInterval(launchOne, 1000 / LAUNCHES_PER_SECOND);
  const scheduler = start({ name, failoverSeconds: 0, offered: (offer) => void offers.push(offer) });
  return {
    ...scheduler,
    stop: () => {
      clearInterval(timer);
      return scheduler.stop();
    },
  };
}

function accept(scheduler: LoadScheduler, offer: Offer, id: string): void {
  const operations = [{ type: 'LAUNCH' as const, launch: { task_infos: [smallTask(offer, id)] } }];
  const filters = { refuse_seconds: 0 };
  scheduler.call({ type: 'ACCEPT', accept: { offer_ids: [offer.id], operations, filters } });
}
