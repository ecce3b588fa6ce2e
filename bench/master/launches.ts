/**
 * Sustained launches: a master with a durable registry, emulated agents, and one framework that launches as fast as
 * offers come. Each update is acknowledged. The original's published figure is 810 a second (its authors' hardware,
 * 5,000 agents).
 */

import { loadScheduler } from './load-scheduler';
import { atSize, metrics, type Sized, smallTask } from './size';

const AGENTS = Number(process.env['BENCH_AGENTS'] ?? 1000);
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 15);
/** With 75secs and 5,000 agents about 150,000 tasks run at a time. */
const TASK_TIME = process.env['BENCH_TASK_TIME'] ?? '5secs';
const TASKS_PER_OFFER = 10;

export async function benchLaunches(): Promise<void> {
  await atSize(AGENTS, [`--task-time=${TASK_TIME}`, '--task-spread=1secs'], measure);
}

async function measure(sized: Sized): Promise<void> {
  const counts = { launched: 0, running: 0, ended: 0 };
  const scheduler = loadScheduler({
    url: sized.url,
    name: 'bench',
    failoverSeconds: 0,
    offered: (offer) => {
      const task_infos = Array.from({ length: TASKS_PER_OFFER }, () =>
        smallTask(offer, `t${counts.launched++}`),
      );
      const operations = [{ type: 'LAUNCH' as const, launch: { task_infos } }];
      const filters = { refuse_seconds: 0 };
      scheduler.call({ type: 'ACCEPT', accept: { offer_ids: [offer.id], operations, filters } });
    },
    updated: ({ state }) => {
      if (state === 'TASK_RUNNING') counts.running += 1;
      else counts.ended += 1;
    },
  });
  const begin = Date.now();
  await new Promise((done) => setTimeout(done, SECONDS * 1000));
  const seconds = (Date.now() - begin) / 1000;
  const all = await metrics(sized);
  const rate = (count: number): string => (count / seconds).toFixed(0);
  process.stdout.write(
    `${AGENTS} agents, ${seconds.toFixed(0)} s: ${rate(counts.running)} tasks a second running and acknowledged, ` +
      `${rate(counts.ended)} ended; ${all['master/tasks_running']} run now (the original, published: 810 a second)\n`,
  );
  await scheduler.stop();
}
