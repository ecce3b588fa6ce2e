/** `meseta job import`: the jobs of the original Chronos, from its tree in ZooKeeper. */

import { join } from 'node:path';
import { systemClock } from '../../cluster/runtime/clock';
import { createLogger } from '../../cluster/runtime/log';
import { LocalStore } from '../../cluster/state/local';
import { IMPORT_FLAGS, type ImportConfig, importConfig } from '../../frameworks/chronos/config';
import { type Imported, importIntoChronos } from '../../frameworks/chronos/main';
import { flagCommand, type Terminal } from '../command';
import { printTable } from '../print';

/** Returns 1 when a job could not be imported, or cannot run. */
export const importJobs = flagCommand({
  flags: IMPORT_FLAGS,
  run: async ({ flags }, terminal) => {
    const imported = await run(importConfig(flags), flags.work_dir);
    print(imported, terminal);
    return imported.faults.length + imported.quarantined.length > 0 ? 1 : 0;
  },
});

async function run(config: ImportConfig, workDir: string | undefined): Promise<Imported> {
  const log = createLogger({ level: 'warn' });
  const clock = systemClock();
  if (workDir === undefined) return await importIntoChronos(config, { log, clock });
  const state = await LocalStore.open(join(workDir, 'state'), { log });
  try {
    return await importIntoChronos(config, { log, clock, state });
  } finally {
    await state.close();
  }
}

/** The report: what came in, and a table of the jobs that need a look, each with the reason. */
function print({ jobs, existing, frameworkId, faults, quarantined }: Imported, { out }: Terminal): void {
  out(`${jobs.length} ${jobs.length === 1 ? 'job was' : 'jobs were'} imported\n`);
  if (frameworkId !== undefined) out(`The framework id is ${frameworkId}\n`);
  const rows = [
    ...faults.map(({ name, reason }) => [name, 'not imported', reason]),
    ...quarantined.map(({ name, reason }) => [name, 'quarantined', reason]),
    ...existing.map((name) => [name, 'there already', 'it stays as it is; --replace takes the other']),
  ];
  if (rows.length > 0) out(`\n${printTable(['job', 'outcome', 'reason'], rows)}`);
}
