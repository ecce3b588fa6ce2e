/**
 * The built-in executors with real containers: task groups, and what becomes of tasks after kill -9 of their agent.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskInfo, Volume } from '../../cluster/api/generated/mesos';
import { AgentProcess } from './agent-process';
import { eventually } from './eventually';
import { OneMachine } from './one-machine';
import { TaskScheduler, taskOn } from './task-scheduler';

let machine: OneMachine;
let scheduler: TaskScheduler;
let agent: AgentProcess;

beforeEach(async () => {
  machine = new OneMachine();
  const master = await machine.startMaster();
  agent = await AgentProcess.of(master);
  agent.start();
  scheduler = new TaskScheduler(master.http.url, { failover_timeout: 60, checkpoint: true });
  await scheduler.subscribe();
});

afterEach(async () => {
  scheduler.stop();
  await agent.stop();
  await machine.stop();
});

test('each task of a group has a sandbox of its own; one that finishes ends no other, one that fails ends all', async () => {
  const offer = await scheduler.offer();
  const print = 'echo "$NAME in $MESOS_SANDBOX at $MESOS_CONTAINER_IP"';
  const file = join(agent.root, 'file');
  writeFileSync(file, 'fetched\n');
  const named = (name: string, rest: string): Partial<TaskInfo> => ({
    command: {
      value: `${print}; ${rest}`,
      environment: { variables: [{ name: 'NAME', value: name }] },
      uris: [{ value: file }],
    },
  });
  await scheduler.launchGroup(
    offer,
    taskOn(offer, 'finishes', '', named('one', 'cat file; exit 0')),
    taskOn(offer, 'fails', '', named('two', 'until [ -e stop ]; do sleep 0.1; done; exit 7')),
    taskOn(offer, 'stays', '', named('three', 'sleep 1000')),
  );
  const running = await scheduler.states('stays', 'TASK_STARTING', 'TASK_RUNNING');
  expect(running.container_status?.container_id?.parent?.value).toBeDefined();
  await scheduler.states('finishes', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED');
  await scheduler.states('fails', 'TASK_STARTING', 'TASK_RUNNING');
  const sandbox = agent.sandboxOf('pod');
  const tasks = join(sandbox, 'tasks');
  expect(readdirSync(tasks).sort()).toEqual(['fails', 'finishes', 'stays']);
  expect(readFileSync(join(tasks, 'finishes', 'stdout'), 'utf8')).toMatch(
    /^one in .*\/containers\/.* at 127\.0\.0\.1\nfetched\n$/,
  );
  writeFileSync(join(tasks, 'fails', 'stop'), '');
  expect((await scheduler.states('fails', 'TASK_FAILED')).message).toBe('Command exited with status 7');
  expect((await scheduler.states('stays', 'TASK_KILLED')).message).toBe(
    'Command terminated with signal Terminated',
  );
  await eventually(
    'the end of the executor',
    () => readdirSync(join(agent.workDir, 'run', 'containers')).length === 0,
  );
});

test('tasks of a group share a folder of their executor, and each is checked and limited in time by itself', async () => {
  const offer = await scheduler.offer();
  const shared: Volume = {
    mode: 'RW',
    container_path: 'shared',
    source: { type: 'SANDBOX_PATH', sandbox_path: { type: 'PARENT', path: 'shared' } },
  };
  const container = { type: 'MESOS', volumes: [shared] } as const;
  const check = {
    type: 'COMMAND',
    command: { command: { value: '[ "$NAME" = reader ] && exit 4' } },
    delay_seconds: 0,
    interval_seconds: 0.1,
  } as const;
  const environment = { variables: [{ name: 'NAME', value: 'reader' }] };
  const reads = 'until cat shared/file; do sleep 0.1; done; sleep 1000';
  await scheduler.launchGroup(
    offer,
    taskOn(offer, 'writer', 'echo hello > shared/file', { container }),
    taskOn(offer, 'reader', '', {
      container,
      check,
      command: { value: reads, environment },
      max_completion_time: { nanoseconds: 3e9 },
    }),
  );
  await scheduler.states('writer', 'TASK_FINISHED');
  const { update } = await scheduler.event('UPDATE', ({ update: found }) => {
    return found?.status.reason === 'REASON_TASK_CHECK_STATUS_UPDATED';
  });
  expect(update?.status.check_status).toEqual({ type: 'COMMAND', command: { exit_code: 4 } });
  const ended = await scheduler.states('reader', 'TASK_FAILED');
  expect(ended.reason).toBe('REASON_MAX_COMPLETION_TIME_REACHED');
  expect(readFileSync(join(agent.sandboxOf('pod'), 'tasks', 'reader', 'stdout'), 'utf8')).toBe('hello\n');
});

const asRoot = process.getuid?.() === 0 ? test : test.skip;
asRoot('tasks of a group run as users of their own (needs root)', async () => {
  const offer = await scheduler.offer();
  await scheduler.launchGroup(
    offer,
    taskOn(offer, 'nobody', '', { command: { value: 'id -un; pwd > out', user: 'nobody' } }),
    taskOn(offer, 'daemon', '', { command: { value: 'id -un; pwd > out', user: 'daemon' } }),
  );
  for (const name of ['nobody', 'daemon']) {
    await scheduler.states(name, 'TASK_FINISHED');
    expect(readFileSync(join(agent.sandboxOf('pod'), 'tasks', name, 'stdout'), 'utf8')).toBe(`${name}\n`);
  }
});

test('a command task goes on after kill -9 of its agent, with its output, and its end is told with its status', async () => {
  const offer = await scheduler.offer();
  await scheduler.launch(
    offer,
    taskOn(offer, 'long', 'until [ -e stop ]; do echo tick; sleep 0.1; done; exit 5'),
  );
  await scheduler.states('long', 'TASK_STARTING', 'TASK_RUNNING');
  await agent.end('SIGKILL');
  const output = join(agent.sandboxOf('long'), 'stdout');
  const before = readFileSync(output, 'utf8').length;
  await eventually('more output', () => readFileSync(output, 'utf8').length > before);
  expect(agent.containerProcesses()).not.toEqual([]);
  agent.start();
  await eventually('the new agent', () => agent.log.includes('registered again'));
  writeFileSync(join(agent.sandboxOf('long'), 'stop'), '');
  expect((await scheduler.states('long', 'TASK_FAILED')).message).toBe('Command exited with status 5');
});

test('tasks with a terminal have its output in stdout, also after kill -9 of the agent', async () => {
  const offer = await scheduler.offer();
  const tty_info = { window_size: { rows: 40, columns: 111 } };
  const container = { type: 'MESOS', tty_info } as const;
  const script = 'stty size; until [ -e stop ]; do sleep 0.1; done; test -t 0 && test -t 2 && echo on >&2';
  await scheduler.launch(offer, taskOn(offer, 'terminal', script, { container }));
  await scheduler.states('terminal', 'TASK_STARTING', 'TASK_RUNNING');
  await agent.end('SIGKILL');
  writeFileSync(join(agent.sandboxOf('terminal'), 'stop'), '');
  await eventually('the end of the task', () => agent.containerProcesses().length === 0);
  agent.start();
  await scheduler.states('terminal', 'TASK_FINISHED');
  expect(agent.outputOf('terminal')).toBe('40 111\r\non\r\n');
});

test('a task of a group has a terminal of its own', async () => {
  const offer = await scheduler.offer();
  const container = { type: 'MESOS', tty_info: { window_size: { rows: 40, columns: 111 } } } as const;
  await scheduler.launchGroup(offer, taskOn(offer, 'grouped', 'stty size', { container }));
  await scheduler.states('grouped', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED');
  const folder = join(agent.sandboxOf('pod'), 'tasks', 'grouped');
  expect(readFileSync(join(folder, 'stdout'), 'utf8')).toBe('40 111\r\n');
});

test('an end while the agent is away is told by the next one', async () => {
  const offer = await scheduler.offer();
  await scheduler.launch(offer, taskOn(offer, 'short', 'until [ -e stop ]; do sleep 0.1; done'));
  await scheduler.states('short', 'TASK_STARTING', 'TASK_RUNNING');
  await agent.end('SIGKILL');
  writeFileSync(join(agent.sandboxOf('short'), 'stop'), '');
  await eventually('the end of the task', () => agent.containerProcesses().length === 0);
  agent.start();
  expect((await scheduler.states('short', 'TASK_FINISHED')).message).toBe('Command exited with status 0');
});

test('a kill under way ends the task by force after kill -9 of the agent', async () => {
  const offer = await scheduler.offer();
  await scheduler.launch(
    offer,
    taskOn(offer, 'stubborn', "trap 'echo no' TERM; while :; do sleep 0.1; done"),
  );
  await scheduler.states('stubborn', 'TASK_STARTING', 'TASK_RUNNING');
  await scheduler.kill('stubborn', 3);
  const output = join(agent.sandboxOf('stubborn'), 'stdout');
  await eventually('SIGTERM', () => readFileSync(output, 'utf8').includes('no'));
  await agent.end('SIGKILL');
  agent.start();
  expect((await scheduler.states('stubborn', 'TASK_KILLED')).message).toBe(
    'Command terminated with signal Killed',
  );
});

test('a group goes on after kill -9 of the agent', async () => {
  const offer = await scheduler.offer();
  await scheduler.launchGroup(
    offer,
    taskOn(offer, 'a', 'until [ -e stop ]; do sleep 0.1; done; exit 3'),
    taskOn(offer, 'b', 'sleep 1000'),
  );
  for (const id of ['a', 'b']) await scheduler.states(id, 'TASK_STARTING', 'TASK_RUNNING');
  await agent.end('SIGKILL');
  expect(agent.containerProcesses()).not.toEqual([]);
  agent.start();
  writeFileSync(join(agent.sandboxOf('pod'), 'tasks', 'a', 'stop'), '');
  expect((await scheduler.states('a', 'TASK_FAILED')).message).toBe('Command exited with status 3');
  await scheduler.states('b', 'TASK_KILLED');
});

test('a health check goes on after kill -9 of the agent, and a damaged state does not hide the end', async () => {
  const offer = await scheduler.offer();
  const health_check = {
    type: 'COMMAND',
    command: { value: '[ ! -e sick ]' },
    delay_seconds: 0,
    interval_seconds: 0.1,
    grace_period_seconds: 0,
    consecutive_failures: 2,
  } as const;
  await scheduler.launch(offer, taskOn(offer, 'checked', 'sleep 1000', { health_check }));
  await scheduler.states('checked', 'TASK_STARTING', 'TASK_RUNNING');
  await scheduler.event('UPDATE', ({ update }) => update?.status.healthy === true);
  await agent.end('SIGKILL');
  const containers = join(agent.workDir, 'run', 'containers');
  const state = join(containers, agent.onlyIn('run', 'containers'), 'executor.jsonl');
  expect(existsSync(state)).toBe(true);
  writeFileSync(state, '{"version":1,');
  agent.start();
  writeFileSync(join(agent.sandboxOf('checked'), 'sick'), '');
  const killed = await scheduler.states('checked', 'TASK_KILLED');
  expect(killed.healthy).toBe(false);
});

test('SIGTERM of the agent leaves its tasks running, and SIGUSR1 ends them', async () => {
  const offer = await scheduler.offer();
  await scheduler.launch(offer, taskOn(offer, 'stays', 'sleep 1000'));
  await scheduler.states('stays', 'TASK_STARTING', 'TASK_RUNNING');
  const before = agent.containerProcesses();
  await agent.end('SIGTERM');
  expect([before.length > 0, agent.containerProcesses()]).toEqual([true, before]);
  agent.start();
  await eventually('the new agent', () => agent.log.includes('registered again'));
  expect(agent.containerProcesses()).toEqual(before);
  await agent.end('SIGUSR1');
  expect(agent.containerProcesses()).toEqual([]);
});
