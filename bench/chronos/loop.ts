/** The cost of the scheduling loop: one slot that is due among few and among very many jobs. */

import { DAY, Driven, finishAll, readingOf, START, scheduleOf } from './jobs';

const SLOTS = 2000;

/** Microseconds to decide one due slot, with so many other jobs. */
function costOf(jobs: number): number {
  const driven = new Driven();
  for (let number = 0; number < jobs; number++) driven.put(readingOf(number, scheduleOf(number)), START);
  driven.put(readingOf(jobs * 10, `R/${new Date(START).toISOString()}/PT1S`), START);
  finishAll(driven, START);
  let spent = 0;
  for (let slot = 1; slot <= SLOTS; slot++) {
    const slotTime = START + slot * 1000;
    const began = performance.now();
    driven.send({ kind: 'woke', at: slotTime, timer: 'slots' });
    spent += performance.now() - began;
    finishAll(driven, slotTime);
  }
  if (driven.launches < SLOTS || SLOTS * 1000 > DAY) throw new Error(`${driven.launches} slots ran`);
  return (spent / SLOTS) * 1000;
}

export function benchLoop(): void {
  costOf(1000);
  for (const jobs of [1000, 100_000])
    process.stdout.write(`a due slot among ${jobs} jobs: ${costOf(jobs).toFixed(1)} us to decide it\n`);
}
