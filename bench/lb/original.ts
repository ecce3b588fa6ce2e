/**
 * The original beside ours, where somebody has it: `--original "python3 .../marathon_lb.py"`. It follows the same played
 * Marathon; measured is until the text it writes says what changed. Without it, figures that were measured once.
 */

import { type StdioOptions, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { splitCommand } from '../../lb/edge/command';
import { benchFolder, endWithBench } from '../leftovers';
import { benchApp, benchApps } from './apps';
import { FakeMarathon } from './fake-marathon';
import { type Figure, spread } from './figures';
import { Cleanups, until } from './kit';

const APPS = 1000;
const GENERATIONS = 5;
const CHANGES = 10;
const LIMIT_MS = 60_000;

/** What the original took on a test machine with HAProxy 2.6, 10 tasks an app; not of this run. */
export const MEASURED_ONCE = [
  'the original was not run (give it with --original COMMAND); measured once, on another machine, 10 tasks an app:',
  '  event to traffic served: 160 ms at 10 apps, 340 ms at 100, 2,100 ms at 1,000',
  '  lost requests at each change, kept / fresh connections: -sf 71 / 177, -sf -x 182 / 0, master-worker 37 / 0',
  '',
].join('\n');

/** Figures of the original: a whole generation, and from an event to the text that has the change. */
export async function benchOriginal(command: string): Promise<Figure[]> {
  const cleanups = new Cleanups();
  try {
    const folder = benchFolder('lb-original-');
    cleanups.add(() => rmSync(folder, { recursive: true, force: true }));
    const marathon = new FakeMarathon();
    marathon.apps = benchApps(APPS);
    await marathon.start();
    cleanups.add(() => marathon.stop());
    const once = await generations(command, marathon, folder);
    const followed = await changes(command, marathon, folder, cleanups);
    return [
      { what: `the original: one generation of ${APPS} apps, its start included`, ...spread(once) },
      { what: 'the original: event to the text with the change, without a reload', ...spread(followed) },
    ];
  } finally {
    await cleanups.run();
  }
}

function start(command: string, marathon: FakeMarathon, file: string, more: readonly string[]) {
  const [program = '', ...words] = splitCommand(command);
  const args = ['--marathon', marathon.url, '--group', 'external', '--haproxy-config', file];
  const rest = ['--skip-validation', '--command', 'true', '--syslog-socket', '/dev/null', ...more];
  const stdio: StdioOptions = ['ignore', 'ignore', 'inherit'];
  return endWithBench(spawn(program, [...words, ...args, ...rest], { stdio }));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

async function generations(command: string, marathon: FakeMarathon, folder: string): Promise<number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < GENERATIONS; turn++) {
    const file = join(folder, `once-${turn}.cfg`);
    const began = performance.now();
    const child = start(command, marathon, file, []);
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject).on('exit', resolve);
    });
    times.push(performance.now() - began);
    if (status !== 0 || !textOf(file).includes(`app-${APPS - 1}_`))
      throw new Error(`--original: "${command}" wrote no configuration (status ${status})`);
  }
  return times;
}

async function changes(
  command: string,
  marathon: FakeMarathon,
  folder: string,
  cleanups: Cleanups,
): Promise<number[]> {
  const file = join(folder, 'followed.cfg');
  const child = start(command, marathon, file, ['--sse']);
  cleanups.add(() => child.kill('SIGKILL'));
  const has = (text: string): Promise<number> =>
    until('the text is there', () => textOf(file).includes(text), LIMIT_MS);
  await has(`app-${APPS - 1}_`);
  await until('it listens', () => marathon.listening > 0, LIMIT_MS);
  const times: number[] = [];
  for (let turn = 0; turn < CHANGES; turn++) {
    await sleep(500);
    const port = 40_000 + turn;
    marathon.changeOne(benchApp(0, 1, port));
    times.push(await has(`127.0.0.1:${port} `));
  }
  return times;
}
