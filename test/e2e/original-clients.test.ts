/**
 * The original's own clients with our agent, under the original's master: its web UI in a real browser, its scripts
 * (mesos-ps, mesos-cat), and its command line (agent list, task list|exec|attach).
 */

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Chromium, hasBrowser, type Page, startChromium } from './chromium';
import { eventually } from './eventually';
import { OneMachine } from './one-machine';
import { missingOriginal, ORIGINAL_FOLDER, OriginalMaster, startPrefix } from './original-mesos';
import { scalar, TaskScheduler, taskOn } from './task-scheduler';
import { inTerminal } from './terminal';

const SOURCES = join(ORIGINAL_FOLDER, 'src');
const PYTHON3 = join(ORIGINAL_FOLDER, 'v3', 'bin', 'python');
const COMMAND_LINE = join(SOURCES, 'python', 'cli_new', 'bin', 'main.py');

const missing =
  missingOriginal ??
  [SOURCES, PYTHON3].map((path) => (existsSync(path) ? undefined : `there is no ${path}`)).find(Boolean);
const whenThere = missing === undefined ? describe : describe.skip;
const why = missing === undefined ? '' : ` (skipped: ${missing})`;
const withBrowser = hasBrowser ? it : it.skip;

interface Finished {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

whenThere(`with our agent, the original's${why}`, () => {
  const undo: (() => unknown)[] = [];
  const machine = new OneMachine();
  let original: OriginalMaster;
  let scheduler: TaskScheduler;
  let env: Record<string, string>;

  beforeAll(async () => {
    original = await OriginalMaster.start({
      flags: { MESOS_WEBUI_DIR: join(SOURCES, 'webui'), MESOS_ALLOCATION_INTERVAL: '100ms' },
    });
    undo.push(() => original.stop());
    const prefix = await startPrefix(original.url);
    undo.push(() => prefix.stop());
    undo.push(() => machine.stop());
    await machine.startAgent('ours', [
      '--resources=cpus:4;mem:2048;disk:1000',
      `--master=${original.place}`,
      '--jsonp',
      `--log_dir=${join(machine.folder, 'log')}`,
    ]);
    scheduler = new TaskScheduler(`${original.url}/master`);
    await scheduler.subscribe();
    undo.push(() => scheduler.stop());
    const tty_info = { window_size: { rows: 24, columns: 80 } };
    await launch('web', 'echo hello; seq 1 300; exec sleep 1000');
    await launch('shell', 'echo ready; while read line; do echo "got $line"; done', {
      container: { type: 'MESOS', tty_info },
    });
    env = { PATH: `${makePrograms()}:${process.env['PATH'] ?? ''}`, ...makeConfiguration(prefix.place) };
  });
  afterAll(async () => {
    await scheduler?.call({ type: 'TEARDOWN' }).catch(() => undefined);
    for (const stop of undo.splice(0).reverse()) await stop();
  });

  async function launch(id: string, command: string, more: object = {}): Promise<void> {
    const offer = await scheduler.offer(({ name }) => name === 'cpus');
    const resources = [scalar('cpus', 0.5), scalar('mem', 64)];
    await scheduler.launch(offer, taskOn(offer, id, command, { resources, ...more }));
    await scheduler.states(id, 'TASK_STARTING', 'TASK_RUNNING');
  }

  /** A stand-in for mesos-resolve, which is C++: the master is told by its address. */
  function makePrograms(): string {
    const folder = join(machine.folder, 'bin');
    mkdirSync(folder);
    writeFileSync(join(folder, 'mesos-resolve'), '#!/bin/sh\necho "$1"\n', { mode: 0o755 });
    return folder;
  }

  function makeConfiguration(master: string): Record<string, string> {
    const path = join(machine.folder, 'config.toml');
    writeFileSync(path, `[master]\naddress = "${master}"\n`);
    const libraries = ['cli_new/lib', 'cli_new/bin', 'lib'].map((name) => join(SOURCES, 'python', name));
    return { MESOS_CLI_CONFIG: path, PYTHONPATH: libraries.join(':'), PYTHONDONTWRITEBYTECODE: '1' };
  }

  const run = (file: string, args: readonly string[], variables = env, input = ''): Promise<Finished> =>
    new Promise((resolve) => {
      const child = execFile(file, [...args], { env: variables }, (error, out, err) =>
        resolve({ status: typeof error?.code === 'number' ? error.code : 0, out, err }),
      );
      child.stdin?.end(input);
    });
  const script = (name: string, ...args: readonly string[]): Promise<Finished> => {
    const path = [join(SOURCES, 'cli', name), `--master=${original.place}`, ...args];
    const PYTHONPATH = join(SOURCES, 'python', 'cli', 'src');
    return run(join(ORIGINAL_FOLDER, 'python'), path, { ...env, PYTHONPATH });
  };
  const mesos = (args: readonly string[], input = ''): Promise<Finished> =>
    run(PYTHON3, [COMMAND_LINE, ...args], env, input);

  it('scripts mesos-ps and mesos-cat show the usage of tasks and their files', async () => {
    const { out } = await script('mesos-ps');
    expect(out).toMatch(/^root +test +web +127\.0\.0\.1 +[\d.]+ MB\/96\.0 MB +00:00:\d\d\.\d+ +0\.6/m);
    const task = [`--framework=${scheduler.frameworkId}`, '--task=web'];
    const numbers = Array.from({ length: 300 }, (_, index) => `${index + 1}\n`).join('');
    expect(await script('mesos-cat', ...task, '--file=stdout')).toEqual({
      status: 0,
      out: `hello\n${numbers}`,
      err: '',
    });
    expect((await script('mesos-cat', ...task, '--file=none')).err).toBe('No such file or directory\n');
  });

  it('command line lists agents and tasks, and runs commands in them with input, output and status', async () => {
    expect((await mesos(['agent', 'list'])).out).toMatch(/-S0 +127\.0\.0\.1 +True/);
    expect((await mesos(['task', 'list'])).out).toMatch(/^web +TASK_RUNNING +/m);
    const failed = await mesos(['task', 'exec', 'web', 'sh', '-c', 'echo out; echo err >&2; exit 3']);
    expect(failed).toEqual({ status: 3, out: 'out\n', err: 'err\n' });
    expect((await mesos(['task', 'exec', '-i', 'web', 'wc', '-c'], 'x'.repeat(100_000))).out.trim()).toBe(
      '100000',
    );
  });

  it('command line gives a command a terminal, and attaches to a task that has one', async () => {
    const line = (words: string): string => `${PYTHON3} ${COMMAND_LINE} task ${words}; echo "status $?"`;
    const exec = inTerminal(`stty rows 33 cols 99; ${line('exec -it web sh')}`, env);
    await eventually('a prompt', () => /[#$] $/.test(exec.shown()));
    exec.child.stdin?.write('stty size; exit 5\r');
    await eventually('its status', () => exec.shown().includes('status 5'));
    expect(exec.shown()).toContain('33 99');
    await exec.closed;
    const attach = inTerminal(line('attach shell'), env);
    await eventually('an answer', () => {
      attach.child.stdin?.write('hi\r');
      return attach.shown().includes('got hi');
    });
    // Ctrl-P Ctrl-Q leaves the task.
    attach.child.stdin?.write('\u0010\u0011');
    await eventually('its end', () => attach.shown().includes('status 0'));
    await attach.closed;
  });

  withBrowser(
    'web UI shows the agent, the framework, the executor and its sandbox, and reads a file',
    async () => {
      const browser: Chromium = await startChromium([]);
      undo.push(() => browser.close());
      const page = await browser.newPage();
      const refused: string[] = [];
      page.on('response', (response) => {
        if (response.status() >= 400) refused.push(response.url());
      });
      const agentId = scheduler.events.flatMap(({ offers }) => offers?.offers ?? [])[0]?.agent_id.value ?? '';
      const show = async (hash: string, text: RegExp): Promise<void> => {
        await page.goto(`${original.url}/master/#${hash}`);
        await eventually(`${text.source} at ${hash}`, async () => text.test(await textOf(page)));
      };
      const agent = `/agents/${agentId}`;
      const framework = `${agent}/frameworks/${scheduler.frameworkId}`;
      await show('/agents', /127\.0\.0\.1\s+Active\s+1 \/ 4/);
      // The memory is of /monitor/statistics, the tasks are of /metrics/snapshot, all else is of /state.
      await show(agent, /Running\s+2[\s\S]*Memory\s+[1-9]\d* [KM]B\s+192 MB[\s\S]*root\s+test/);
      await show(framework, /web\s+Command Executor[\s\S]*web\s+\*\s+1\s+0/);
      await show(`${framework}/executors/web`, /web\s+web\s+\*\s+TASK_RUNNING/);
      await show(`${framework}/executors/web/browse`, /-rw-r-----\s+1\s[^\n]+stdout/);
      const [download = ''] = await page.evaluate<string[]>(
        `[...document.querySelectorAll('a')].map(({ href }) => href).filter((href) => /download.*stdout$/.test(href))`,
      );
      expect(await (await fetch(download)).text()).toContain('hello\n1\n2\n');
      const url = `${download.replace('/download', '/read')}&offset=6&length=4`;
      const settings = JSON.stringify({ url, dataType: 'jsonp', jsonp: 'jsonp' });
      const read = await page.evaluate<object>(`jQuery.ajax(${settings})`);
      expect(read).toEqual({ data: '1\n2\n', offset: 6 });
      expect(refused).toEqual([]);
    },
  );
});

const textOf = (page: Page): Promise<string> => page.evaluate<string>('document.body.innerText');
