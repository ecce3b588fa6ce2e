/**
 * Starts of an agent that do not go on with the tasks of the last run: a framework that does not checkpoint, a machine that
 * has started again, and `--recover=cleanup`.
 */

import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProcesses, killFound } from '../../cluster/runtime/processes';
import { eventually } from './eventually';
import { JsonScheduler } from './json-scheduler';
import { start } from './meseta';
import { OneMachine } from './one-machine';

jest.setTimeout(60_000);

let machine: OneMachine;
let scheduler: JsonScheduler;
let workDir: string;
let agent: ChildProcess | undefined;

const tasksLeft = (): number[] => findProcesses('MESOS_SANDBOX', (value) => value.startsWith(`${workDir}/`));

beforeEach(async () => {
  workDir = mkdtempSync(join(tmpdir(), 'meseta-recovery-'));
  machine = new OneMachine();
  await machine.startMaster();
});

afterEach(async () => {
  scheduler.stop();
  await endAgent('SIGUSR1');
  await machine.stop();
  const left = tasksLeft();
  await killFound(tasksLeft);
  rmSync(workDir, { recursive: true, force: true });
  expect(left).toEqual([]);
});

function startAgent(...args: string[]): ChildProcess {
  const place = [`--master=127.0.0.1:${machine.master?.http.port}`, '--port=0', `--work_dir=${workDir}`];
  // Another start has another port.
  const own = ['--registration_backoff_factor=0ms', '--reconfiguration_policy=any'];
  agent = start(['agent', ...place, ...own, ...args]);
  agent.stdout?.resume();
  agent.stderr?.resume();
  return agent;
}

async function endAgent(signal: NodeJS.Signals): Promise<void> {
  const ending = agent;
  agent = undefined;
  if (!ending || ending.exitCode !== null) return;
  const ended = new Promise((resolve) => ending.once('exit', resolve));
  ending.kill(signal);
  await ended;
}

/** A task that runs, of a framework with this info; returns the id of its agent. */
async function runTask(info: Record<string, unknown>): Promise<string> {
  scheduler = new JsonScheduler(machine.master?.http.url ?? '', { failover_timeout: 60, ...info });
  await scheduler.subscribe();
  startAgent();
  const { offers } = await scheduler.event('OFFERS');
  const [offer] = offers?.offers ?? [];
  if (!offer) throw new Error('an empty offer');
  const scalar = (name: string, value: number) => ({ name, type: 'SCALAR', scalar: { value } }) as const;
  const task = {
    name: 't',
    task_id: { value: 't' },
    agent_id: offer.agent_id,
    command: { value: 'sleep 1000' },
    resources: [scalar('cpus', 0.1), scalar('mem', 32)],
  };
  const operations = [{ type: 'LAUNCH' as const, launch: { task_infos: [task] } }];
  await scheduler.call({ type: 'ACCEPT', accept: { offer_ids: [offer.id], operations } });
  await scheduler.update('t', 'TASK_STARTING');
  await scheduler.update('t', 'TASK_RUNNING');
  return offer.agent_id.value;
}

const agentIds = async (): Promise<string[]> => {
  const answer = await fetch(`${machine.master?.http.url}/slaves`);
  const { slaves } = (await answer.json()) as { slaves: { id: string; active: boolean }[] };
  return slaves.filter(({ active }) => active).map(({ id }) => id);
};

test('a framework that does not checkpoint loses its tasks', async () => {
  const id = await runTask({ checkpoint: false });
  await endAgent('SIGKILL');
  expect(tasksLeft()).not.toEqual([]);
  startAgent();
  await scheduler.update('t', 'TASK_LOST');
  await eventually('the end of what was left', () => tasksLeft().length === 0);
  await eventually('the same agent', async () => (await agentIds()).join() === id);
});

test('after a restart of the machine the agent keeps its id, and its tasks are told as failed', async () => {
  const id = await runTask({ checkpoint: true });
  await endAgent('SIGKILL');
  const bootId = join(workDir, 'meta', 'boot_id');
  expect(readFileSync(bootId, 'utf8')).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  writeFileSync(bootId, 'of another run of the machine');
  startAgent();
  const failed = await scheduler.update('t', 'TASK_FAILED');
  expect([failed.reason, failed.message]).toEqual([
    'REASON_EXECUTOR_TERMINATED',
    'Abnormal executor termination: unknown container',
  ]);
  expect([await agentIds(), tasksLeft()]).toEqual([[id], []]);
});

test('--recover=cleanup ends what was left and then the agent, with status 0', async () => {
  await runTask({ checkpoint: true });
  await endAgent('SIGTERM');
  expect(tasksLeft()).not.toEqual([]);
  const cleaning = startAgent('--recover=cleanup');
  const status = await new Promise((resolve) => cleaning.once('exit', resolve));
  expect([status, tasksLeft()]).toEqual([0, []]);
  startAgent();
  expect((await scheduler.update('t', 'TASK_FAILED')).message).toBe('Executor terminated');
});
