/** Jobs on the cluster of `meseta up`, by the commands: they run, are shown with their output, and outlive a restart. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { JobSummary } from '../../cli/chronos-api';
import { tarOf } from '../cluster/agent/containerizer/fetcher/archives';
import { expectNothingLeft } from '../leftovers';
import { eventually } from './eventually';
import { type Finished, meseta, Up } from './meseta';

const EXAMPLES = join(__dirname, '..', '..', 'examples');

let folder: string;
let up: Up | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meseta-jobs-'));
});

afterEach(async () => {
  await up?.stop('SIGINT');
  up = undefined;
  await expectNothingLeft({ root: folder });
  rmSync(folder, { recursive: true, force: true });
});

const startUp = (): Promise<Up> => Up.start(join(folder, 'work'), ['--lb=false', '--dns=false']);

function job(...args: string[]): Promise<Finished> {
  return meseta(['job', ...args], { MESETA_CHRONOS: up?.place('chronos') ?? '' });
}

function file(definition: { name: string } & Record<string, unknown>): string {
  const path = join(folder, `${definition.name}.json`);
  writeFileSync(path, JSON.stringify({ cpus: 0.1, mem: 32, disk: 1, ...definition }));
  return path;
}

async function summary(name: string): Promise<JobSummary | undefined> {
  const { out } = await job('list', '--json');
  return (JSON.parse(out) as JobSummary[]).find((row) => row.name === name);
}

const hasSucceeded = async (name: string): Promise<boolean> => (await summary(name))?.status === 'success';

it('a job runs by its schedule and another after it, with their output', async () => {
  up = await startUp();
  expect((await job('create', join(EXAMPLES, 'tick.json'))).out).toBe('tick is created\n');
  expect((await job('create', join(EXAMPLES, 'tock.json'))).out).toBe('tock is created\n');
  await eventually('a run of tock', () => hasSucceeded('tock'));
  expect((await job('logs', 'tick')).out).toMatch(/^tick at \d\d:\d\d:\d\d on 127\.0\.0\.1$/m);
  expect((await job('graph')).out).toMatch(/^tick .*\n {2}tock /);
  expect((await job('history', 'tock')).out).toMatch(/ success +parents /);
  expect((await job('next', 'tick', '--count=3')).out.trim().split('\n')).toHaveLength(3);
});

it('a job and an app have what they fetch', async () => {
  up = await startUp();
  const archive = join(folder, 'greeting.tgz');
  writeFileSync(archive, gzipSync(tarOf([{ path: 'words/greeting', body: 'hello from the archive\n' }])));
  const never = { schedule: 'R/2099-01-01T00:00:00Z/P1D', retries: 0 };
  const fetch = [{ uri: archive }, { uri: archive, extract: false, cache: true, output_file: 'kept/copy' }];
  await job(
    'create',
    file({ name: 'greet', command: 'cat words/greeting; test -s kept/copy', fetch, ...never }),
  );
  expect(await job('run', 'greet', '--wait')).toMatchObject({ status: 0 });
  expect((await job('logs', 'greet')).out).toContain('hello from the archive');
  await job('create', file({ name: 'lost', command: 'true', uris: [join(folder, 'missing')], ...never }));
  const failed = await job('run', 'lost', '--wait');
  expect(failed.status).toBe(1);
  expect((await job('history', 'lost')).out).toContain('Failed to fetch all URIs for container');
  const app = ['app', 'create', join(EXAMPLES, 'fetch.json'), '--wait'];
  expect(await meseta(app, { MESETA_MARATHON: up.place('marathon') })).toMatchObject({ status: 0 });
});

it('a start waits for the end of the run, and tells a failure by its status', async () => {
  up = await startUp();
  const never = { schedule: 'R/2099-01-01T00:00:00Z/P1D', retries: 0 };
  await job('create', file({ name: 'good', command: 'echo "got $1 $2"', shell: true, ...never }));
  await job('create', file({ name: 'bad', command: 'exit 3', ...never }));
  expect(await job('run', 'good', '--wait')).toMatchObject({ status: 0 });
  const failed = await job('run', 'bad', '--wait');
  expect(failed.status).toBe(1);
  expect(failed.out).toContain('status 3');
  const [, row] = (await job('history', 'bad')).out.split('\n');
  expect(row).toMatch(/^bad:\d+ +failure +manual .* 3 +127\.0\.0\.1 /);
});

it('a paused job starts nothing, and jobs are there after a restart', async () => {
  up = await startUp();
  const soon = { command: 'true', schedule: 'R//PT5S' };
  await job('create', file({ name: 'often', ...soon }));
  await eventually('a run', () => hasSucceeded('often'));
  expect((await job('pause', 'often', '--reason=audit')).status).toBe(0);
  expect((await job('run', 'often')).err).toContain('audit');
  expect(await up.stop('SIGINT')).toBe(0);

  up = await startUp();
  expect((await job('explain', 'often')).out).toContain('The job is paused: audit.');
  expect((await job('resume', 'often')).status).toBe(0);
  expect(await job('run', 'often', '--wait')).toMatchObject({ status: 0 });
  expect((await job('remove', 'often')).status).toBe(0);
  expect((await job('list')).out).toContain('There are no jobs');
});
