/** `meseta job import`: the jobs of the original Chronos, from its tree in ZooKeeper. */

import { join } from 'node:path';
import { systemClock } from '../../cluster/runtime/clock';
import { createLogger } from '../../cluster/runtime/log';
import { LocalStore } from '../../cluster/state/local';
import { IMPORT_FLAGS, type ImportConfig, importConfig } from '../../frameworks/chronos/config';
import { type Imported, importIntoChronos } from '../../frameworks/chronos/main';
import { flagCommand, type Terminal } from '../command';

/** Returns 1 when a job could not be imported. */
export const importJobs = flagCommand({
  flags: IMPORT_FLAGS,
  run: async ({ flags }, terminal) => {
    const imported = await run(importConfig(flags), flags.work_dir);
    print(imported, terminal);
    return imported.faults.length > 0 ? 1 : 0;
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

function print({ jobs, existing, frameworkId, faults }: Imported, { out, err }: Terminal): void {
  out(`${jobs.length} jobs were imported\n`);
  if (frameworkId !== undefined) out(`The framework id is ${frameworkId}\n`);
  for (const name of existing)
    err(`${name} is there already, and stays as it is; --replace takes the other\n`);
  for (const { name, reason } of faults) err(`${name} was not imported: ${reason}\n`);
}
