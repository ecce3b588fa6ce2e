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
/** With 75secs and 5,000 agents about 150,000 tasks run at a time. */
const TASK_TIME = process.env['BENCH_TASK_TIME'] ?? '5secs';
const RESOURCES = process.env['BENCH_RESOURCES'] ?? 'cpus:4;mem:4096;disk:10000';
const TASKS_PER_OFFER = 10;

/** So many launched tasks may be on their way; more would only wait in queues and be reported twice. */
const UNDER_WAY_MAX = Number(process.env['BENCH_UNDER_WAY'] ?? 10_000);

export async function benchLaunches(): Promise<void> {
  const flags = [`--resources=${RESOURCES}`, `--task-time=${TASK_TIME}`, '--task-spread=1secs'];
  await atSize(AGENTS, flags, measure);
}

async function measure(sized: Sized): Promise<void> {
  const counts = { launched: 0, updates: 0 };
  const running = new Set<string>();
  const ended = new Set<string>();
  const waiting: Offer[] = [];
  const launch = (offer: Offer): void => {
    const task_infos = Array.from({ length: TASKS_PER_OFFER }, () =>
      smallTask(offer, `t${counts.launched++}`),
    );
    const operations = [{ type: 'LAUNCH' as const, launch: { task_infos } }];
    const filters = { refuse_seconds: 0 };
    scheduler.call({ type: 'ACCEPT', accept: { offer_ids: [offer.id], operations, filters } });
  };
  const next = (): void => {
    while (counts.launched - running.size < UNDER_WAY_MAX) {
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
      waiting.push(offer);
      next();
    },
    updated: ({ task_id, state }) => {
      counts.updates += 1;
      (state === 'TASK_RUNNING' ? running : ended).add(task_id.value);
      next();
    },
  });
  const begin = Date.now();
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
  await scheduler.stop();
}
