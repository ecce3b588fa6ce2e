/** The start of Chronos with very many jobs in its store: how long it takes, and how much memory they have. */

import { existsSync } from 'node:fs';
import { collectGarbage } from '../../cluster/runtime/collect-garbage';
import { jobPrinters } from '../../frameworks/chronos/core/jobs/print-job';
import { loadStored } from '../../frameworks/kit/edge/store';
import { DAY, DEFAULTS, Driven, openStore, START, writeJobs } from './jobs';

export const JOBS = Number(process.env['BENCH_JOBS'] ?? 100_000);
/** Days of runs in the history of each job. */
const HISTORY_DAYS = Number(process.env['BENCH_DAYS'] ?? 3);

/** The jobs of a store, as a process has them after its start. */
export async function benchLoad(folder: string, days = HISTORY_DAYS): Promise<Driven> {
  if (!existsSync(folder)) throw new Error(`there is no ${folder}`);
  await writeJobs(folder, JOBS, days);
  const before = usedBytes();
  const began = performance.now();
  const store = await openStore(folder);
  const opened = performance.now();
  const stored = await loadStored(store, '');
  const fetched = performance.now();
  const driven = new Driven();
  driven.send({ kind: 'started', at: START + days * DAY + DAY - 1, stored });
  const ended = performance.now();
  await store.close();
  stored.length = 0;
  const used = usedBytes() - before;
  const seconds = (from: number, to: number): string => ((to - from) / 1000).toFixed(1);
  const size = jsonBytes(driven);
  process.stdout.write(
    `${JOBS} jobs with ${days} runs each: loaded in ${seconds(began, ended)} s ` +
      `(opened ${seconds(began, opened)} s, read ${seconds(opened, fetched)} s, started ${seconds(fetched, ended)} s); ` +
      `${(used / JOBS).toFixed(0)} bytes a job, of which ${(size / JOBS).toFixed(0)} are its JSON\n`,
  );
  return driven;
}

function usedBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

function jsonBytes({ state }: Driven): number {
  const print = jobPrinters(DEFAULTS).v1;
  let size = 0;
  for (const { record } of state.jobs.values()) size += print(record.job).length;
  return size;
}
