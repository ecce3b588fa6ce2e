import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as mesos from '../../../../cluster/api/generated/mesos';
import { TaskProcess } from '../../../../cluster/executor/edge/process';
import { HeldProgram } from '../../../../cluster/runtime/holder/held-program';
import { silentLogger } from '../../../../cluster/runtime/log';
import { findProcesses } from '../../../../cluster/runtime/processes';

const root = mkdtempSync(join(tmpdir(), 'meseta-process-'));
let folders = 0;
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs `echo done` in a sandbox; resolves with its end, or with the reason why it did not start. */
function run(
  directory: string,
  runFolder?: string,
  command: mesos.CommandInfo = { value: 'echo done' },
): Promise<string> {
  return new Promise((resolve) => {
    const task = {
      name: 'a',
      task_id: { value: 'a' },
      agent_id: { value: 'a' },
      command,
    };
    const taskProcess = new TaskProcess({
      task,
      user: undefined,
      directory,
      environment: { PATH: '/bin:/usr/bin', MESOS_SANDBOX: directory },
      runFolder,
      started: () => undefined,
      failed: resolve,
      exited: (status) => resolve(JSON.stringify(status)),
      log: silentLogger,
    });
    void taskProcess.start();
  });
}

function newSandbox(): string {
  const directory = join(root, String(folders++));
  execFileSync('mkdir', [directory]);
  return directory;
}

test.each([false, true])(
  'the output goes to files that their user and group may read (held: %s)',
  async (held) => {
    const sandbox = newSandbox();
    expect(await run(sandbox, held ? newSandbox() : undefined)).toBe('{"code":0}');
    expect(readFileSync(join(sandbox, 'stdout'), 'utf8')).toBe('done\n');
    expect(statSync(join(sandbox, 'stdout')).mode & 0o777).toBe(0o640);
  },
);

test.each([false, true])('a program that is not there is a reason (held: %s)', async (held) => {
  const reason = await run(newSandbox(), held ? newSandbox() : undefined, {
    shell: false,
    value: '/no/such/program',
  });
  expect(reason).toBe("Failed to execute '/no/such/program': spawn /no/such/program ENOENT");
});

test('a shell command without a value is a reason', async () => {
  expect(await run(newSandbox(), undefined, { shell: true })).toBe('Shell command is not specified');
});

test('when its holder is killed, a task ends with all of its processes', async () => {
  const sandbox = newSandbox();
  const runFolder = newSandbox();
  const processes = (): number[] => findProcesses('MESOS_SANDBOX', (value) => value === sandbox);
  const ended = run(sandbox, runFolder, { value: 'setsid sleep 1000 & wait' });
  const isStarted = (): boolean => existsSync(join(runFolder, 'processes')) && processes().length === 2;
  while (!isStarted()) await new Promise((resolve) => setTimeout(resolve, 10));
  const [holder] = readFileSync(join(runFolder, 'processes'), 'utf8').split(' ');
  process.kill(Number(holder), 'SIGKILL');
  expect(await ended).toBe('{"signal":"SIGKILL"}');
  expect(processes()).toEqual([]);
});

test('the end that cannot be told is one without a status', async () => {
  const sandbox = newSandbox();
  const runFolder = newSandbox();
  jest.spyOn(HeldProgram, 'start').mockResolvedValueOnce({
    ended: Promise.reject(new Error('the pipe is gone')),
    kill: () => undefined,
    processes: () => [],
  } as unknown as HeldProgram);
  expect(await run(sandbox, runFolder)).toBeUndefined();
});

test.each<[string, (target: string, path: string) => void]>([
  ['a link', symlinkSync],
  ['a second name of a file', linkSync],
  ['a pipe', (_target, path) => execFileSync('mkfifo', [path])],
  ['a link to a file that is missing', (target, path) => symlinkSync(`${target}.missing`, path)],
])('%s in place of the output is not followed, and the task does not start', async (_name, plant) => {
  const sandbox = newSandbox();
  const target = join(root, `target-${folders}`);
  writeFileSync(target, 'of root alone\n', { mode: 0o600 });
  plant(target, join(sandbox, 'stderr'));
  expect(await run(sandbox)).toContain(`Failed to create '${join(sandbox, 'stderr')}'`);
  expect(statSync(target).mode & 0o777).toBe(0o600);
  expect(readFileSync(target, 'utf8')).toBe('of root alone\n');
  expect(existsSync(`${target}.missing`)).toBe(false);
});
