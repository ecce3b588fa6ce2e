/**
 * The built-in executors with real containers: task groups, and what becomes of tasks after kill -9 of their agent.
 */

import type { ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutorInfo, Offer, Resource, TaskInfo, Volume } from '../../cluster/api/generated/mesos';
import type { Event } from '../../cluster/api/generated/scheduler';
import { findProcesses, killFound } from '../../cluster/runtime/processes';
import { eventually } from './eventually';
import { JsonScheduler } from './json-scheduler';
import { start } from './meseta';
import { OneMachine } from './one-machine';

jest.setTimeout(60_000);

let machine: OneMachine;
let scheduler: JsonScheduler;
let workDir: string;
/** An agent that is started again has the same port. */
let port: number;
let acknowledging: NodeJS.Timeout;
let agent: ChildProcess | undefined;
/** The log of the agents, for a test that fails. */
let said = '';

const tasksLeft = (): number[] => findProcesses('MESOS_SANDBOX', (value) => value.startsWith(`${workDir}/`));

beforeEach(async () => {
  workDir = mkdtempSync(join(tmpdir(), 'meseta-executors-'));
  // Users of tasks get through.
  chmodSync(workDir, 0o711);
  port = await freePort();
  machine = new OneMachine();
  const master = await machine.startMaster();
  startAgent();
  scheduler = new JsonScheduler(master.http.url, { failover_timeout: 60, checkpoint: true });
  await scheduler.subscribe();
  acknowledging = acknowledgeAll();
});

afterEach(async () => {
  clearInterval(acknowledging);
  scheduler.stop();
  await endAgent('SIGUSR1');
  await machine.stop();
  const left = tasksLeft();
  await killFound(tasksLeft);
  rmSync(workDir, { recursive: true, force: true });
  expect(left).toEqual([]);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: free } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return free;
}

function startAgent(): void {
  said = '';
  const place = [
    `--master=127.0.0.1:${machine.master?.http.port}`,
    `--port=${port}`,
    `--work_dir=${workDir}`,
  ];
  agent = start(['agent', ...place, '--registration_backoff_factor=0ms']);
  for (const stream of [agent.stdout, agent.stderr])
    stream?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
}

async function endAgent(signal: 'SIGKILL' | 'SIGTERM' | 'SIGUSR1'): Promise<void> {
  const ending = agent;
  agent = undefined;
  if (!ending || ending.exitCode !== null) return;
  const ended = new Promise((resolve) => ending.once('exit', resolve));
  ending.kill(signal);
  await ended;
}

async function firstOffer(): Promise<Offer> {
  const { offers } = await scheduler.event('OFFERS');
  const [offer] = offers?.offers ?? [];
  if (!offer) throw new Error('an empty offer');
  return offer;
}

const scalar = (name: string, value: number): Resource => ({ name, type: 'SCALAR', scalar: { value } });

function taskOn(offer: Offer, id: string, value: string, more: Partial<TaskInfo> = {}): TaskInfo {
  return {
    name: id,
    task_id: { value: id },
    agent_id: offer.agent_id,
    command: { value },
    resources: [scalar('cpus', 0.1), scalar('mem', 32)],
    ...more,
  };
}

async function launchGroup(offer: Offer, ...tasks: TaskInfo[]): Promise<void> {
  const executor: ExecutorInfo = {
    type: 'DEFAULT',
    executor_id: { value: 'pod' },
    framework_id: { value: scheduler.frameworkId ?? '' },
    resources: [scalar('cpus', 0.1), scalar('mem', 32), scalar('disk', 32)],
  };
  const answer = await scheduler.call({
    type: 'ACCEPT',
    accept: {
      offer_ids: [offer.id],
      operations: [{ type: 'LAUNCH_GROUP', launch_group: { executor, task_group: { tasks } } }],
    },
  });
  expect(answer.status).toBe(202);
}

async function launch(offer: Offer, ...tasks: TaskInfo[]): Promise<void> {
  const operations = [{ type: 'LAUNCH' as const, launch: { task_infos: tasks } }];
  const answer = await scheduler.call({ type: 'ACCEPT', accept: { offer_ids: [offer.id], operations } });
  expect(answer.status).toBe(202);
}

/** Acknowledges each update as it comes, also one that comes again. */
function acknowledgeAll(): NodeJS.Timeout {
  let next = 0;
  return setInterval(() => {
    for (const { update } of scheduler.events.slice(next))
      if (update) void scheduler.acknowledge(update.status);
    next = scheduler.events.length;
  }, 20);
}

/** Waits for updates of a task; the last one. */
async function states(taskId: string, ...names: string[]) {
  let last: NonNullable<Event['update']>['status'] | undefined;
  for (const name of names) {
    const { update } = await scheduler.event('UPDATE', ({ update: found }) => {
      return found?.status.task_id.value === taskId && found.status.state === name;
    });
    last = update?.status;
  }
  return last;
}

async function kill(taskId: string, graceSeconds?: number): Promise<void> {
  const policy = graceSeconds !== undefined && {
    kill_policy: { grace_period: { nanoseconds: graceSeconds * 1e9 } },
  };
  await scheduler.call({ type: 'KILL', kill: { task_id: { value: taskId }, ...policy } });
}

/** The files of runs below the work folder, by the name of the executor. */
function sandboxOf(executorId: string): string {
  const executors = join(workDir, 'slaves', onlyIn(join(workDir, 'slaves')), 'frameworks');
  const runs = join(executors, onlyIn(executors), 'executors', executorId, 'runs');
  return join(runs, 'latest');
}

function onlyIn(folder: string): string {
  const [name = ''] = readdirSync(folder).filter((entry) => entry !== 'latest');
  return name;
}

test('each task of a group has a sandbox of its own; one that finishes ends no other, one that fails ends all', async () => {
  const offer = await firstOffer();
  const print = 'echo "$NAME in $MESOS_SANDBOX at $MESOS_CONTAINER_IP"';
  const named = (name: string, rest: string): Partial<TaskInfo> => ({
    command: { value: `${print}; ${rest}`, environment: { variables: [{ name: 'NAME', value: name }] } },
  });
  await launchGroup(
    offer,
    taskOn(offer, 'finishes', '', named('one', 'exit 0')),
    taskOn(offer, 'fails', '', named('two', 'until [ -e stop ]; do sleep 0.1; done; exit 7')),
    taskOn(offer, 'stays', '', named('three', 'sleep 1000')),
  );
  const running = await states('stays', 'TASK_STARTING', 'TASK_RUNNING');
  expect(running?.container_status?.container_id?.parent?.value).toBeDefined();
  await states('finishes', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED');
  await states('fails', 'TASK_STARTING', 'TASK_RUNNING');
  const sandbox = sandboxOf('pod');
  const tasks = join(sandbox, 'tasks');
  expect(readdirSync(tasks).sort()).toEqual(['fails', 'finishes', 'stays']);
  expect(readFileSync(join(tasks, 'finishes', 'stdout'), 'utf8')).toMatch(
    /^one in .*\/containers\/.* at 127\.0\.0\.1\n$/,
  );
  writeFileSync(join(tasks, 'fails', 'stop'), '');
  expect((await states('fails', 'TASK_FAILED'))?.message).toBe('Command exited with status 7');
  expect((await states('stays', 'TASK_KILLED'))?.message).toBe('Command terminated with signal Terminated');
  await eventually(
    'the end of the executor',
    () => readdirSync(join(workDir, 'run', 'containers')).length === 0,
  );
});

test('tasks of a group share a folder of their executor, and each is checked and limited in time by itself', async () => {
  const offer = await firstOffer();
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
  await launchGroup(
    offer,
    taskOn(offer, 'writer', 'echo hello > shared/file', { container }),
    taskOn(offer, 'reader', '', {
      container,
      check,
      command: { value: reads, environment },
      max_completion_time: { nanoseconds: 3e9 },
    }),
  );
  await states('writer', 'TASK_FINISHED');
  const { update } = await scheduler.event('UPDATE', ({ update: found }) => {
    return found?.status.reason === 'REASON_TASK_CHECK_STATUS_UPDATED';
  });
  expect(update?.status.check_status).toEqual({ type: 'COMMAND', command: { exit_code: 4 } });
  const ended = await states('reader', 'TASK_FAILED');
  expect(ended?.reason).toBe('REASON_MAX_COMPLETION_TIME_REACHED');
  expect(readFileSync(join(sandboxOf('pod'), 'tasks', 'reader', 'stdout'), 'utf8')).toBe('hello\n');
});

const asRoot = process.getuid?.() === 0 ? test : test.skip;
asRoot('tasks of a group run as users of their own (needs root)', async () => {
  const offer = await firstOffer();
  await launchGroup(
    offer,
    taskOn(offer, 'nobody', '', { command: { value: 'id -un; pwd > out', user: 'nobody' } }),
    taskOn(offer, 'daemon', '', { command: { value: 'id -un; pwd > out', user: 'daemon' } }),
  );
  for (const name of ['nobody', 'daemon']) {
    await states(name, 'TASK_FINISHED');
    expect(readFileSync(join(sandboxOf('pod'), 'tasks', name, 'stdout'), 'utf8')).toBe(`${name}\n`);
  }
});

test('a command task goes on after kill -9 of its agent, with its output, and its end is told with its status', async () => {
  const offer = await firstOffer();
  await launch(offer, taskOn(offer, 'long', 'until [ -e stop ]; do echo tick; sleep 0.1; done; exit 5'));
  await states('long', 'TASK_STARTING', 'TASK_RUNNING');
  await endAgent('SIGKILL');
  const output = join(sandboxOf('long'), 'stdout');
  const before = readFileSync(output, 'utf8').length;
  await eventually('more output', () => readFileSync(output, 'utf8').length > before);
  expect(tasksLeft()).not.toEqual([]);
  startAgent();
  await eventually('the new agent', () => /registered again/.test(said));
  writeFileSync(join(sandboxOf('long'), 'stop'), '');
  expect((await states('long', 'TASK_FAILED'))?.message).toBe('Command exited with status 5');
});

test('tasks with a terminal have its output in stdout, also after kill -9 of the agent', async () => {
  const offer = await firstOffer();
  const tty_info = { window_size: { rows: 40, columns: 111 } };
  const container = { type: 'MESOS', tty_info } as const;
  const script = 'stty size; until [ -e stop ]; do sleep 0.1; done; test -t 0 && test -t 2 && echo on >&2';
  await launch(offer, taskOn(offer, 'terminal', script, { container }));
  await states('terminal', 'TASK_STARTING', 'TASK_RUNNING');
  await endAgent('SIGKILL');
  writeFileSync(join(sandboxOf('terminal'), 'stop'), '');
  await eventually('the end of the task', () => tasksLeft().length === 0);
  startAgent();
  await states('terminal', 'TASK_FINISHED');
  expect(readFileSync(join(sandboxOf('terminal'), 'stdout'), 'utf8')).toBe('40 111\r\non\r\n');
});

test('a task of a group has a terminal of its own', async () => {
  const offer = await firstOffer();
  const container = { type: 'MESOS', tty_info: { window_size: { rows: 40, columns: 111 } } } as const;
  await launchGroup(offer, taskOn(offer, 'grouped', 'stty size', { container }));
  await states('grouped', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED');
  const folder = join(sandboxOf('pod'), 'tasks', 'grouped');
  expect(readFileSync(join(folder, 'stdout'), 'utf8')).toBe('40 111\r\n');
});

test('an end while the agent is away is told by the next one', async () => {
  const offer = await firstOffer();
  await launch(offer, taskOn(offer, 'short', 'until [ -e stop ]; do sleep 0.1; done'));
  await states('short', 'TASK_STARTING', 'TASK_RUNNING');
  await endAgent('SIGKILL');
  writeFileSync(join(sandboxOf('short'), 'stop'), '');
  await eventually('the end of the task', () => tasksLeft().length === 0);
  startAgent();
  expect((await states('short', 'TASK_FINISHED'))?.message).toBe('Command exited with status 0');
});

test('a kill under way ends the task by force after kill -9 of the agent', async () => {
  const offer = await firstOffer();
  await launch(offer, taskOn(offer, 'stubborn', "trap 'echo no' TERM; while :; do sleep 0.1; done"));
  await states('stubborn', 'TASK_STARTING', 'TASK_RUNNING');
  await kill('stubborn', 3);
  const output = join(sandboxOf('stubborn'), 'stdout');
  await eventually('SIGTERM', () => readFileSync(output, 'utf8').includes('no'));
  await endAgent('SIGKILL');
  startAgent();
  expect((await states('stubborn', 'TASK_KILLED'))?.message).toBe('Command terminated with signal Killed');
});

test('a group goes on after kill -9 of the agent', async () => {
  const offer = await firstOffer();
  await launchGroup(
    offer,
    taskOn(offer, 'a', 'until [ -e stop ]; do sleep 0.1; done; exit 3'),
    taskOn(offer, 'b', 'sleep 1000'),
  );
  for (const id of ['a', 'b']) await states(id, 'TASK_STARTING', 'TASK_RUNNING');
  await endAgent('SIGKILL');
  expect(tasksLeft()).not.toEqual([]);
  startAgent();
  writeFileSync(join(sandboxOf('pod'), 'tasks', 'a', 'stop'), '');
  expect((await states('a', 'TASK_FAILED'))?.message).toBe('Command exited with status 3');
  await states('b', 'TASK_KILLED');
});

test('a health check goes on after kill -9 of the agent, and a damaged state does not hide the end', async () => {
  const offer = await firstOffer();
  const health_check = {
    type: 'COMMAND',
    command: { value: '[ ! -e sick ]' },
    delay_seconds: 0,
    interval_seconds: 0.1,
    grace_period_seconds: 0,
    consecutive_failures: 2,
  } as const;
  await launch(offer, taskOn(offer, 'checked', 'sleep 1000', { health_check }));
  await states('checked', 'TASK_STARTING', 'TASK_RUNNING');
  await scheduler.event('UPDATE', ({ update }) => update?.status.healthy === true);
  await endAgent('SIGKILL');
  const containers = join(workDir, 'run', 'containers');
  const state = join(containers, onlyIn(containers), 'executor.jsonl');
  expect(existsSync(state)).toBe(true);
  writeFileSync(state, '{"version":1,');
  startAgent();
  writeFileSync(join(sandboxOf('checked'), 'sick'), '');
  const killed = await states('checked', 'TASK_KILLED');
  expect(killed?.healthy).toBe(false);
});

test('SIGTERM of the agent leaves its tasks running, and SIGUSR1 ends them', async () => {
  const offer = await firstOffer();
  await launch(offer, taskOn(offer, 'stays', 'sleep 1000'));
  await states('stays', 'TASK_STARTING', 'TASK_RUNNING');
  const before = tasksLeft();
  await endAgent('SIGTERM');
  expect([before.length > 0, tasksLeft()]).toEqual([true, before]);
  startAgent();
  await scheduler.event('OFFERS', ({ offers }) => offers?.offers?.[0]?.id.value !== offer.id.value);
  expect(tasksLeft()).toEqual(before);
  await endAgent('SIGUSR1');
  expect(tasksLeft()).toEqual([]);
});
