import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentInput } from '../../../../../cluster/agent/core/state/events';
import { GarbageRemover } from '../../../../../cluster/agent/edge/work-folder/garbage';
import { isRoot } from '../../../../../cluster/runtime/files/private';
import { silentLogger } from '../../../../../cluster/runtime/log';

let workDir = '';
let posted: AgentInput[] = [];
let remover: GarbageRemover;
const NOW = 1_700_000_000_000;

beforeEach(() => {
  workDir = mkdtempSync(join(tmpdir(), 'meseta-garbage-'));
  posted = [];
  remover = new GarbageRemover({
    workDir,
    isContainer: (id) => id === 'known',
    post: (event) => posted.push(event),
    now: () => NOW,
    log: silentLogger,
  });
});
afterEach(async () => {
  await remover.stop();
  rmSync(workDir, { recursive: true, force: true });
});

function makeRun(agent: string, framework: string, executor: string, run: string): string {
  const folder = join(workDir, 'slaves', agent, 'frameworks', framework, 'executors', executor, 'runs', run);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'stdout'), 'text');
  return folder;
}

it('takes a folder away before anything else happens, and tells when it is removed', async () => {
  const folder = makeRun('S0', 'web', 't1', 'r1');
  const removal = remover.remove([folder, join(workDir, 'slaves', 'none')]);
  expect(existsSync(folder)).toBe(false);
  makeRun('S0', 'web', 't1', 'r1');
  await removal;
  expect(existsSync(join(folder, 'stdout'))).toBe(true);
  expect(posted).toEqual([{ kind: 'folders.removed', succeeded: 1, failed: 0, missing: 1 }]);
  expect(readdirSync(join(workDir, 'slaves', '.gc'))).toEqual([]);
});

it('removes after a start what an earlier run has taken away', async () => {
  mkdirSync(join(workDir, 'slaves', '.gc', 'left', 'deep'), { recursive: true });
  await remover.start('S0');
  await remover.remove([]);
  remover.touch([]);
  while (readdirSync(join(workDir, 'slaves', '.gc')).length > 0) await new Promise(setImmediate);
});

it('finds the folders of earlier runs with their age, and begins to count for those of earlier agents', async () => {
  const run = makeRun('S1', 'web', 't1', 'r1');
  makeRun('S0', 'web', 't1', 'r1');
  for (const id of ['known', 'forgotten']) mkdirSync(join(workDir, 'containers', id), { recursive: true });
  utimesSync(run, 1000, 1000);
  await remover.start('S1');
  const [event] = posted;
  const folders = event?.kind === 'folders.found' ? event.folders : [];
  const short = folders.map(({ path }) => path.slice(workDir.length + 1)).sort();
  expect(short).toEqual([
    'containers/forgotten',
    'slaves/S0',
    'slaves/S1/frameworks/web',
    'slaves/S1/frameworks/web/executors/t1',
    'slaves/S1/frameworks/web/executors/t1/runs/r1',
  ]);
  expect(folders.filter(({ isOfContainer }) => isOfContainer)).toHaveLength(1);
  expect(folders.find(({ path }) => path === run)?.modifiedAt).toBe(1_000_000);
  expect(folders.find(({ path }) => path.endsWith('/S0'))?.modifiedAt).toBe(NOW);
  expect(statSync(join(workDir, 'slaves', 'S0')).mtimeMs).toBe(NOW);
});

it('sets the time from which the age counts', async () => {
  const run = makeRun('S1', 'web', 't1', 'r1');
  remover.touch([run, join(workDir, 'none')]);
  expect(statSync(run).mtimeMs).toBe(NOW);
});

it('follows no link on the way to a sandbox that is nested in another one', async () => {
  const run = makeRun('S1', 'web', 't1', 'r1');
  const outside = join(workDir, 'outside');
  mkdirSync(join(outside, 'n'), { recursive: true });
  utimesSync(join(outside, 'n'), 1000, 1000);
  symlinkSync(outside, join(run, 'containers'));
  const nested = join(run, 'containers/n');
  remover.touch([nested]);
  await remover.remove([nested]);
  expect(statSync(join(outside, 'n')).mtimeMs).toBe(1_000_000);
  expect(posted).toEqual([{ kind: 'folders.removed', succeeded: 0, failed: 1, missing: 0 }]);
});

it('measures the used part of the disk', async () => {
  await remover.measure();
  const [event] = posted;
  expect(event?.kind === 'disk.measured' && event.usage).toBeGreaterThan(0);
  expect(event?.kind === 'disk.measured' && event.usage).toBeLessThanOrEqual(1);
});

const itAsRoot = isRoot() ? it : it.skip;
itAsRoot('removes a sandbox of another user', async () => {
  const run = makeRun('S1', 'web', 't1', 'r1');
  chownSync(run, 65_534, 65_534);
  await remover.remove([run]);
  expect(posted).toEqual([{ kind: 'folders.removed', succeeded: 1, failed: 0, missing: 0 }]);
});
