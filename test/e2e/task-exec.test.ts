/**
 * Commands that reach into tasks, as a user runs them: `meseta task exec` through a real terminal, which the program
 * `script` makes, and the logs and files of tasks.
 */

import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually';
import { meseta, start } from './meseta';
import { OneMachine } from './one-machine';
import { scalar, TaskScheduler, taskOn } from './task-scheduler';
import { inTerminal } from './terminal';

jest.setTimeout(60_000);

const BIN = join(__dirname, '..', '..', 'bin', 'meseta');
const machine = new OneMachine();
let scheduler: TaskScheduler;
let env: Record<string, string>;

beforeAll(async () => {
  const master = await machine.startMaster();
  const agent = await machine.startAgent('one', ['--resources=cpus:4;mem:1024;disk:1000']);
  // It goes with the agent, which ends all tasks.
  await fetch(`${agent.http.url}/api/v1`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      type: 'LAUNCH_CONTAINER',
      launch_container: { container_id: { value: 'alone' }, command: { value: 'exec sleep 1000' } },
    }),
  });
  env = { MESETA_MASTER: master.http.url, NO_COLOR: '1' };
  scheduler = new TaskScheduler(master.http.url);
  await scheduler.subscribe();
  const value = 'echo hello; echo problem >&2; seq 1 3 > numbers; exec sleep 1000';
  await launch('web', value);
  const tty_info = { window_size: { rows: 24, columns: 80 } };
  const container = { type: 'MESOS', tty_info } as const;
  const offer = await scheduler.offer();
  const lines = 'echo ready; while read line; do echo "got $line"; done';
  await scheduler.launch(offer, taskOn(offer, 'shell', lines, { container }));
  const pod = await scheduler.offer();
  await scheduler.launchGroup(pod, taskOn(pod, 'member', 'pwd; exec sleep 1000'));
  for (const id of ['web', 'shell', 'member']) await scheduler.update(id, 'TASK_RUNNING');
});

afterAll(async () => {
  await scheduler.call({ type: 'TEARDOWN' });
  scheduler.stop();
  await machine.stop();
});

async function launch(id: string, value: string): Promise<void> {
  const offer = await scheduler.offer();
  await scheduler.launch(
    offer,
    taskOn(offer, id, value, { resources: [scalar('cpus', 0.5), scalar('mem', 64)] }),
  );
}

const run = (...args: readonly string[]) => meseta(args, env);

it('a terminal is given to a command, resized, and left as it was, and the exit status is passed on', async () => {
  const command = `${process.execPath} ${BIN} task exec -it member sh`;
  const line = `stty rows 33 cols 99; tty; stty -g; ${command}; echo "status $?"; stty -g`;
  const { child, closed, shown } = inTerminal(line, env);
  await eventually('a prompt', () => /[#$] $/.test(shown()));
  const [, own = ''] = /^(\/dev\/pts\/\d+)\r$/m.exec(shown()) ?? [];
  child.stdin?.write('stty size; echo "in $MESOS_SANDBOX"; test -t 0 && echo terminal $TERM\r');
  await eventually('the size', () => shown().includes('33 99') && /^terminal xterm/m.test(shown()));
  expect(shown()).toMatch(/^in .*\/containers\//m);
  execFileSync('stty', ['-F', own, 'rows', '44', 'cols', '111']);
  await eventually('another size', () => {
    child.stdin?.write('stty size\r');
    return shown().includes('44 111');
  });
  // Ctrl-C is the command's and not ours.
  const traps = `sh -c 'trap "echo caught; exit" INT; echo waits; while :; do sleep 0.05; done'`;
  child.stdin?.write(`${traps}\r`);
  await eventually('the trap', () => /waits\r/.test(shown()));
  child.stdin?.write('\u0003');
  await eventually('the interrupt', () => /caught\r/.test(shown()));
  child.stdin?.write('exit 5\r');
  await eventually('the status', () => /status 5\r$/m.test(shown()));
  await closed;
  const [before, after] = shown().match(/^[\da-f]+(:[\da-f]+){10,}\r$/gm) ?? [];
  expect(after).toBe(before);
});

it('a command without a terminal takes input, and its output and status are its own', async () => {
  const failed = await run('task', 'exec', 'web', 'sh', '-c', 'echo out; echo err >&2; exit 7');
  expect(failed).toEqual({ status: 7, out: 'out\n', err: 'err\n' });
  const killed = await run('task', 'exec', 'web', '--', 'sh', '-c', 'kill -9 $$');
  expect(killed.status).toBe(137);
  const piped = spawn(process.execPath, [BIN, 'task', 'exec', '-i', 'web', 'wc', '-c'], {
    env: { ...env, PATH: process.env['PATH'] ?? '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let counted = '';
  piped.stdout?.on('data', (chunk: Buffer) => {
    counted += chunk.toString();
  });
  piped.stdin?.end(Buffer.alloc(200_000));
  await new Promise((resolve) => piped.once('close', resolve));
  expect(counted.trim()).toBe('200000');
  expect(await run('task', 'exec', 'web', 'no-such-program')).toMatchObject({
    status: 127,
    err: expect.stringContaining("Failed to execute 'no-such-program'"),
  });
  expect(await run('task', 'exec', 'web', '-it', 'sh')).toMatchObject({
    status: 2,
    err: "meseta: '-it' is no command: flags of 'task exec' come before the task\n",
  });
  expect(await run('task', 'exec', '-it', 'web', 'sh')).toMatchObject({
    status: 1,
    err: 'meseta: Standard input and output are not a terminal: leave out -t\n',
  });
});

it('a command ends with the one who runs it, and leaves no container behind', async () => {
  const interrupted = start(['task', 'exec', 'web', 'sh', '-c', 'echo begun; exec sleep 1000'], env);
  await new Promise((resolve) => interrupted.stdout?.once('data', resolve));
  interrupted.kill('SIGINT');
  expect(await new Promise((resolve) => interrupted.once('close', resolve))).toBe(130);
  const unread = start(['task', 'exec', 'web', 'yes'], env);
  await new Promise((resolve) => unread.stdout?.once('data', resolve));
  unread.stdout?.destroy();
  expect(await new Promise((resolve) => unread.once('exit', resolve))).toBe(141);
  const { out } = await run('agent', 'containers', 'S0', '--json');
  const nested = (JSON.parse(out) as { container_id: { parent?: unknown }; executor_id?: unknown }[]).filter(
    ({ container_id }) => container_id.parent !== undefined,
  );
  // That of the group alone.
  expect(nested).toHaveLength(1);
});

it('a terminal is left as it was by a signal, too', async () => {
  const command = `sh -c 'echo "pid $$"; exec ${process.execPath} ${BIN} task exec -it web sh'`;
  const { closed, shown } = inTerminal(`stty -g; ${command}; echo "status $?"; stty -g`, env);
  await eventually('a prompt', () => /[#$] $/.test(shown()));
  const [, pid] = /^pid (\d+)\r$/m.exec(shown()) ?? [];
  process.kill(Number(pid), 'SIGTERM');
  await closed;
  expect(shown()).toMatch(/status 143\r$/m);
  const [before, after] = shown().match(/^[\da-f]+(:[\da-f]+){10,}\r$/gm) ?? [];
  expect(after).toBe(before);
});

it('a terminal of a task is attached to and left, and the task goes on', async () => {
  const line = `${process.execPath} ${BIN} task attach shell; echo "status $?"`;
  const { child, shown } = inTerminal(line, env);
  await eventually('an answer', () => {
    child.stdin?.write('hello\r');
    return shown().includes('got hello');
  });
  child.stdin?.write('\u0010\u0011');
  await eventually('the status', () => /status 0\r$/m.test(shown()));
  expect(shown()).toContain('Left shell, which goes on');
  expect((await run('task', 'logs', 'shell')).out).toContain('got hello');
  expect((await run('task', 'attach', 'web')).err).toContain('Task web has no terminal to attach to');
});

it('logs and files of tasks are read from their agent', async () => {
  expect(await run('task', 'logs', 'web')).toMatchObject({ status: 0, out: 'hello\n' });
  expect((await run('task', 'logs', '-n', '0', 'web')).out).toBe('');
  expect((await run('task', 'logs', '--stderr', 'web')).out).toBe('problem\n');
  const { out } = await run('task', 'logs', 'member');
  expect(out).toMatch(/\/containers\/[^/]+\n$/);
  expect((await run('task', 'files', 'ls', 'web')).out).toMatch(/^-rw.* 6 .* numbers$/m);
  const copy = join(machine.folder, 'copy');
  expect((await run('task', 'files', 'get', 'web', 'numbers', copy)).status).toBe(0);
  // A file that the agent does not have, or that cannot be written, leaves the one that is there.
  expect((await run('task', 'files', 'get', 'web', 'nothing', copy)).err).toContain(
    'does not have web:nothing',
  );
  const nowhere = join(machine.folder, 'no', 'folder');
  expect((await run('task', 'files', 'get', 'web', 'numbers', nowhere)).err).toContain(
    'could not be written',
  );
  expect(readFileSync(copy, 'utf8')).toBe('1\n2\n3\n');
  expect((await run('task', 'files', 'get', 'web', 'numbers', '-')).out).toBe('1\n2\n3\n');
  expect((await run('task', 'files', 'get', 'web', 'numbers', machine.folder)).status).toBe(0);
  expect(readFileSync(join(machine.folder, 'numbers'), 'utf8')).toBe('1\n2\n3\n');
  const { out: containers } = await run('agent', 'containers', 'S0');
  expect(containers).toMatch(/^[^ ]+\.[^ ]+ +- +- +\d+/m);
  expect(containers).toMatch(/^alone +- +- +\d+/m);
});

it('folders of a task are listed and copied with all that is in them', async () => {
  const make = 'mkdir -p tree/leaf; echo a > tree/a; echo b > tree/leaf/b; mkfifo tree/pipe';
  await run('task', 'exec', 'web', 'sh', '-c', make);
  const { out } = await run('task', 'files', 'ls', '-r', 'web', 'tree/');
  expect(out.match(/\S+$/gm)).toEqual(['NAME', 'a', 'leaf/', 'leaf/b', 'pipe']);
  expect(await run('task', 'files', 'get', 'web', 'tree', machine.folder)).toMatchObject({
    status: 1,
    err: 'meseta: web:tree is a folder: -r copies it with all that is in it\n',
  });
  const copied = await run('task', 'files', 'get', '-r', 'web', 'tree', machine.folder);
  expect(copied).toMatchObject({ status: 0, err: expect.stringContaining('pipe is no file') });
  expect(readFileSync(join(machine.folder, 'tree/leaf/b'), 'utf8')).toBe('b\n');
  await run('task', 'exec', 'web', 'ln', '-s', '..', 'tree/leaf/up');
  const { err } = await run('task', 'files', 'ls', '-r', 'web');
  expect(err).toContain('a link in it may lead in a circle');
});

it('logs are followed until the task ends', async () => {
  await launch('ticks', 'echo one; while [ ! -e stop ]; do sleep 0.05; done; echo two');
  await scheduler.update('ticks', 'TASK_RUNNING');
  const child = start(['task', 'logs', '-f', 'ticks'], env);
  let out = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  await eventually('the first line', () => out === 'one\n');
  expect(await run('task', 'exec', 'ticks', 'touch', 'stop')).toEqual({ status: 0, out: '', err: '' });
  expect(await closed).toBe(0);
  expect(out).toBe('one\ntwo\n');
});

it('a task runs without a framework, and is followed to its end', async () => {
  // The other framework leaves it what there is.
  await scheduler.call({ type: 'SUPPRESS', suppress: {} });
  const offer = await scheduler.offer();
  await scheduler.call({ type: 'DECLINE', decline: { offer_ids: [offer.id] } });
  const more = ['--resources=cpus:0.1;mem:32', '--env={"WORD": "twice"}'];
  const done = await run('run', '--name=once', '--command=echo $WORD', ...more);
  expect(done).toMatchObject({ status: 0, err: '' });
  expect(done.out).toMatch(/^Submitted task 'once' to agent /m);
  expect(done.out).toMatch(/^Received status update TASK_FINISHED for task 'once'$/m);
  expect((await run('task', 'logs', 'once')).out).toBe('twice\n');
  const task = {
    name: 'f',
    task_id: { value: 'f' },
    command: { value: 'exit 3' },
    resources: [scalar('cpus', 0.1), scalar('mem', 32)],
  };
  const failed = await run('run', '--task', JSON.stringify(task), '--content_type=json');
  expect(failed).toMatchObject({ status: 1, err: '' });
  expect(await run('run', '--name=x')).toMatchObject({
    status: 2,
    err: 'meseta: Missing required option --command\n',
  });
});
