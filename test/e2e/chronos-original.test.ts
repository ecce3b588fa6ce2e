/** Chronos on the original's master, with our agent: jobs run, follow others, are tried again and killed, also over a crash. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChronosProcess } from './chronos-process';
import { eventually as within } from './eventually';
import { OneMachine } from './one-machine';
import { missingOriginal, OriginalMaster, startPrefix } from './original-mesos';

jest.setTimeout(300_000);

const eventually: typeof within = (what, ask) => within(what, ask, 60_000);
const whenThere = missingOriginal === undefined ? describe : describe.skip;
const why = missingOriginal === undefined ? '' : ` (skipped: ${missingOriginal})`;

/** Once, at once. */
const NOW = 'R1//PT1H';

interface MasterState {
  readonly frameworks: readonly { readonly id: string; readonly name: string; readonly active: boolean }[];
}

whenThere(`on the original's master, Chronos${why}`, () => {
  const undo: (() => unknown)[] = [];
  let original: OriginalMaster;
  let machine: OneMachine;
  let chronos: ChronosProcess;

  beforeAll(async () => {
    original = await OriginalMaster.start({ agents: 0 });
    undo.push(() => original.stop());
    const prefix = await startPrefix(original.url);
    undo.push(() => prefix.stop());
    machine = new OneMachine();
    undo.push(() => machine.stop());
    await machine.startAgent('ours', [
      '--resources=cpus:4;mem:2048;disk:10000',
      `--master=${original.place}`,
    ]);
    const flags = ['--failure_retry=1000', '--min_revive_offers_interval=500', '--user=root'];
    chronos = await ChronosProcess.start(prefix.place, flags);
    undo.push(() => chronos.stop());
  });
  afterAll(async () => {
    for (const stop of undo.splice(0).reverse()) await stop();
  });

  const frameworks = async (): Promise<MasterState['frameworks']> => {
    const state = (await (await fetch(`${original.url}/master/state`)).json()) as MasterState;
    return state.frameworks.filter(({ name }) => name === 'chronos');
  };
  const isRunning = async (name: string): Promise<boolean> =>
    (await chronos.runs(name))[0]?.attempts.at(-1)?.state === 'running';

  it('runs a job by its schedule, and another after it', async () => {
    await chronos.create({ name: 'first', schedule: 'R2//PT3S', command: 'echo "$CHRONOS_JOB_NAME"' });
    await chronos.create({ name: 'second', parents: ['first'], command: 'true' });
    await eventually('two runs of both', async () => (await chronos.job('second')).successCount === 2);
    expect(await chronos.job('first')).toMatchObject({ successCount: 2, errorCount: 0, disabled: true });
    const [newest] = await eventually('its output', async () => {
      const runs = await chronos.runs('first');
      return runs[0]?.attempts[0]?.output === undefined ? undefined : runs;
    });
    expect(newest?.attempts[0]?.output).toBe('first\n');
  });

  it('tries a failed job again after --failure_retry', async () => {
    const command = 'test "$CHRONOS_JOB_RUN_ATTEMPT" = 2';
    await chronos.create({ name: 'fails', schedule: NOW, command, retries: 2 });
    await eventually('its success', async () => (await chronos.job('fails')).successCount === 1);
    const [run] = await chronos.runs('fails');
    const attempts = run?.attempts ?? [];
    expect(attempts.map(({ state }) => state)).toEqual(['failure', 'failure', 'success']);
    for (const [index, attempt] of attempts.slice(1).entries()) {
      const before = Date.parse(attempts[index]?.endedAt ?? '');
      expect(Date.parse(attempt.launchedAt) - before).toBeGreaterThanOrEqual(1000);
    }
  });

  it('kills the tasks of a job, which are not tried again', async () => {
    await chronos.create({ name: 'long', schedule: NOW, command: 'sleep 1000', retries: 2 });
    await eventually('its task', () => isRunning('long'));
    expect((await chronos.ask('DELETE', '/task/kill/long')).status).toBe(204);
    await eventually('its end', async () => (await chronos.runs('long'))[0]?.state === 'killed');
    const [run] = await chronos.runs('long');
    expect(run?.attempts).toHaveLength(1);
  });

  it('keeps its framework and its running task over kill -9', async () => {
    const marks = join(machine.folder, 'marks');
    const command = `echo begun >> ${marks}; while [ ! -e ${marks}.end ]; do sleep 0.1; done`;
    await chronos.create({ name: 'kept', schedule: 'R/2037-01-01T00:00:00Z/P1D', command });
    expect((await chronos.ask('PUT', '/job/kept')).status).toBe(204);
    await eventually('its task', () => isRunning('kept'));
    const [before] = await frameworks();
    const [run] = await chronos.runs('kept');
    await chronos.kill();
    await chronos.begin();
    await eventually('the framework', async () => (await frameworks()).some(({ active }) => active));
    expect(await frameworks()).toMatchObject([{ id: before?.id, active: true }]);
    expect((await chronos.ask('PUT', '/job/kept')).status).toBe(204);
    writeFileSync(`${marks}.end`, '');
    await eventually('its success', async () => (await chronos.job('kept')).successCount === 1);
    const runs = await chronos.runs('kept');
    expect(runs.map(({ attempts }) => attempts.map(({ taskId }) => taskId))).toEqual([
      run?.attempts.map(({ taskId }) => taskId),
    ]);
    expect(readFileSync(marks, 'utf8')).toBe('begun\n');
  });
});
