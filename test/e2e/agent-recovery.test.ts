/**
 * Starts of an agent that do not go on with the tasks of the last run: a framework that does not checkpoint, a machine that
 * has started again, and `--recover=cleanup`.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AgentProcess } from './agent-process';
import { eventually } from './eventually';
import { OneMachine } from './one-machine';
import { TaskScheduler, taskOn } from './task-scheduler';

let machine: OneMachine;
let scheduler: TaskScheduler;
let agent: AgentProcess;

beforeEach(async () => {
  machine = new OneMachine();
  agent = await AgentProcess.of(await machine.startMaster());
});

afterEach(async () => {
  scheduler.stop();
  await agent.stop();
  await machine.stop();
});

/** A task that runs, of a framework with this info; returns the id of its agent. */
async function runTask(info: Record<string, unknown>): Promise<string> {
  scheduler = new TaskScheduler(machine.master?.http.url ?? '', { failover_timeout: 60, ...info });
  await scheduler.subscribe();
  agent.start();
  const offer = await scheduler.offer();
  await scheduler.launch(offer, taskOn(offer, 't', 'sleep 1000'));
  await scheduler.states('t', 'TASK_STARTING', 'TASK_RUNNING');
  return offer.agent_id.value;
}

const agentIds = async (): Promise<string[]> => {
  const answer = await fetch(`${machine.master?.http.url}/slaves`);
  const { slaves } = (await answer.json()) as { slaves: { id: string; active: boolean }[] };
  return slaves.filter(({ active }) => active).map(({ id }) => id);
};

test('a framework that does not checkpoint loses its tasks', async () => {
  const id = await runTask({ checkpoint: false });
  await agent.end('SIGKILL');
  expect(agent.containerProcesses()).not.toEqual([]);
  agent.start();
  await scheduler.states('t', 'TASK_LOST');
  await eventually('the end of what was left', () => agent.containerProcesses().length === 0);
  await eventually('the same agent', async () => (await agentIds()).join() === id);
});

test('after a restart of the machine the agent keeps its id, and its tasks are told as failed', async () => {
  const id = await runTask({ checkpoint: true });
  await agent.end('SIGKILL');
  const bootId = join(agent.workDir, 'meta', 'boot_id');
  expect(readFileSync(bootId, 'utf8')).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  writeFileSync(bootId, 'of another run of the machine');
  agent.start();
  const failed = await scheduler.states('t', 'TASK_FAILED');
  expect([failed.reason, failed.message]).toEqual([
    'REASON_EXECUTOR_TERMINATED',
    'Abnormal executor termination: unknown container',
  ]);
  expect([await agentIds(), agent.containerProcesses()]).toEqual([[id], []]);
});

test('--recover=cleanup ends what was left and then the agent, with status 0', async () => {
  await runTask({ checkpoint: true });
  await agent.end('SIGTERM');
  expect(agent.containerProcesses()).not.toEqual([]);
  agent.start('--recover=cleanup');
  expect([await agent.status(), agent.containerProcesses()]).toEqual([0, []]);
  agent.start();
  expect((await scheduler.states('t', 'TASK_FAILED')).message).toBe('Executor terminated');
});
