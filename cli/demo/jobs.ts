/** The act of the jobs: one runs by its schedule, another one after it. */

import { Api } from '../api';
import { type RunView, readRuns } from '../chronos-api';
import type { Cluster } from '../cluster/cluster';
import { style, type Terminal } from '../command';
import { definitionPath, readJobFile } from '../commands/job-file';
import { poll, StepError, step } from './poll';

/** Deploys the jobs in these files and waits until each has run. A StepError names the step that failed. */
export async function demonstrateJobs(
  { chronos }: Pick<Cluster, 'chronos'>,
  files: readonly string[],
  terminal: Terminal,
): Promise<void> {
  if (chronos === undefined) throw new StepError('failed at "jobs": Chronos does not run');
  const api = new Api({ url: chronos, what: 'Chronos', flag: '--chronos' });
  try {
    const jobs = files.map(readJobFile);
    for (const job of jobs)
      await step(`the job ${job.name}`, () => api.text('POST', definitionPath(job), JSON.stringify(job)));
    terminal.out(`\n${style.strong('Jobs')} at ${chronos}\n`);
    for (const job of jobs) {
      const run = await step(`a run of ${job.name}`, () => poll(() => successfulRun(api, job.name)));
      terminal.out(`  ${job.name}: ${describe(run)}\n`);
    }
  } finally {
    await api.close();
  }
}

/** The newest successful run, as soon as its output is there. */
async function successfulRun(api: Api, name: string): Promise<RunView | undefined> {
  const { runs } = await readRuns(api, name, 1);
  return runs.find(
    (row): row is RunView =>
      row.kind === 'run' && row.state === 'success' && row.attempts.at(-1)?.output !== undefined,
  );
}

function describe({ cause, attempts }: RunView): string {
  const { output = '' } = attempts.at(-1) ?? {};
  const line = output.split('\n').find((candidate) => /^t[io]ck /.test(candidate)) ?? '';
  return `${cause === 'parents' ? 'after its parent' : 'by its schedule'}: ${line}`;
}
