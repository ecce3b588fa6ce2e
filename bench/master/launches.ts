/**
 * Sustained launches: a master with a durable registry, emulated agents, and one framework that launches as fast as
 * offers come. Each update is acknowledged. The original's published figure is 810 a second (its authors' hardware,
 * 5,000 agents).
 */

import type { Offer } from '../../cluster/api/generated/mesos';
import { loadScheduler } from './load-scheduler';
import { atSize, metrics, type Sized, smallTask } from './size';

const AGENTS = Number(process.env['BENCH_AGENTS'] ?? 1000);
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 15);
/** With 100secs, a rate of 1500 and 5,000 agents 150,000 tasks run at a time. */
const TASK_TIME = process.env['BENCH_TASK_TIME'] ?? '5secs';
const TASK_SPREAD = process.env['BENCH_TASK_SPREAD'] ?? '1secs';
/** Launches a second at most: with tasks that last, as many end later as were launched before. */
const RATE_MAX = Number(process.env['BENCH_RATE'] ?? Number.POSITIVE_INFINITY);
const RESOURCES = process.env['BENCH_RESOURCES'] ?? 'cpus:4;mem:4096;disk:10000';
const TASKS_PER_OFFER_MAX = 10;

/** So many launched tasks may be on their way; more would only wait in queues and be reported twice. */
const UNDER_WAY_MAX = Number(process.env['BENCH_UNDER_WAY'] ?? 10_000);

export async function benchLaunches(): Promise<void> {
  const flags = [`--resources=${RESOURCES}`, `--task-time=${TASK_TIME}`, `--task-spread=${TASK_SPREAD}`];
  await atSize(AGENTS, flags, measure);
}

/** How many small tasks an offer has room for: what is left of a full agent is memory without processors. */
function roomIn({ resources }: Offer): number {
  const cpus = resources?.find(({ name }) => name === 'cpus')?.scalar?.value ?? 0;
  return Math.min(TASKS_PER_OFFER_MAX, Math.floor(cpus * 10 + 1e-6));
}

async function measure(sized: Sized): Promise<void> {
  const begin = Date.now();
  const counts = { launched: 0, updates: 0 };
  const running = new Set<string>();
  const ended = new Set<string>();
  const otherwise = new Map<string, number>();
  const waiting: Offer[] = [];
  const launch = (offer: Offer): void => {
    const task_infos = Array.from({ length: roomIn(offer) }, () => smallTask(offer, `t${counts.launched++}`));
    const operations = [{ type: 'LAUNCH' as const, launch: { task_infos } }];
    const filters = { refuse_seconds: 0 };
    scheduler.call({ type: 'ACCEPT', accept: { offer_ids: [offer.id], operations, filters } });
  };
  const decline = ({ id }: Offer): void =>
    scheduler.call({ type: 'DECLINE', decline: { offer_ids: [id], filters: { refuse_seconds: 1 } } });
  const next = (): void => {
    const allowed = ((Date.now() - begin) / 1000) * RATE_MAX;
    while (counts.launched - running.size < UNDER_WAY_MAX && counts.launched < allowed) {
      const offer = waiting.shift();
      if (!offer) return;
      launch(offer);
    }
  };
  const scheduler = loadScheduler({
    url: sized.url,
    name: 'bench',
    failoverSeconds: 0,
    offered: (offer) => {
      if (roomIn(offer) === 0) return decline(offer);
      waiting.push(offer);
      next();
    },
    updated: ({ task_id, state, reason }) => {
      counts.updates += 1;
      const why = `${state} ${reason}`;
      if (state !== 'TASK_RUNNING' && state !== 'TASK_FINISHED')
        otherwise.set(why, (otherwise.get(why) ?? 0) + 1);
      (state === 'TASK_RUNNING' ? running : ended).add(task_id.value);
      next();
    },
  });
  const ticks = setInterval(next, 50);
  await new Promise((done) => setTimeout(done, SECONDS * 1000));
  const seconds = (Date.now() - begin) / 1000;
  const all = await metrics(sized);
  const rate = (count: number): string => (count / seconds).toFixed(0);
  const again = counts.updates - running.size - ended.size;
  process.stdout.write(
    `${AGENTS} agents, ${seconds.toFixed(0)} s: ${rate(running.size)} tasks a second running and ` +
      `acknowledged, ${rate(ended.size)} ended, ${again} updates came twice; ` +
      `${all['master/tasks_running']} run now (the original, published: 810 a second)\n`,
  );
  for (const [why, count] of otherwise) process.stdout.write(`${count} updates: ${why}\n`);
  clearInterval(ticks);
  await scheduler.stop();
}
