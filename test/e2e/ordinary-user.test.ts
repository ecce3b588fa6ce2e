/**
 * An agent of an ordinary user, without a runtime and without networks: tasks, groups and their way over kill -9.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { findProcesses } from '../../cluster/runtime/processes';
import { AgentProcess } from './agent-process';
import { eventually } from './eventually';
import type { RunAs } from './meseta';
import { OneMachine } from './one-machine';
import { TaskScheduler, taskOn } from './task-scheduler';

/** The user `nobody`, when the tests are root's. */
const NOBODY: RunAs | undefined = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;

let machine: OneMachine;
let scheduler: TaskScheduler;
let agent: AgentProcess;

beforeEach(async () => {
  machine = new OneMachine();
  const master = await machine.startMaster();
  // Without root, tasks have the user of the agent.
  agent = await AgentProcess.of(master, { flags: ['--no-switch_user'], user: NOBODY });
  scheduler = new TaskScheduler(master.http.url, { user: 'nobody', failover_timeout: 60, checkpoint: true });
  await scheduler.subscribe();
});

afterEach(async () => {
  scheduler.stop();
  await agent.stop();
  await machine.stop();
});

/** The command of a task, as the system has it, with its pid. */
function processOf(word: string): number[] {
  const running = findProcesses('WORD', (value) => value === word);
  return running.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('sleep'));
}

test('tasks outlive an agent of an ordinary user, as the same process, and their end is told', async () => {
  agent.start();
  const offer = await scheduler.offer();
  const environment = { variables: [{ name: 'WORD', value: agent.root }] };
  const stays = taskOn(offer, 'stays', '', { command: { value: 'exec sleep 1000', environment } });
  const ends = taskOn(offer, 'ends', 'until [ -e stop ]; do sleep 0.1; done; exit 3');
  await scheduler.launch(offer, stays, ends);
  for (const id of ['stays', 'ends']) await scheduler.states(id, 'TASK_STARTING', 'TASK_RUNNING');
  const before = await eventually('the process', () =>
    processOf(agent.root).length > 0 ? processOf(agent.root) : undefined,
  );
  await agent.end('SIGKILL');
  stopTask('ends');
  agent.start();
  expect((await scheduler.states('ends', 'TASK_FAILED')).message).toBe('Command exited with status 3');
  expect(processOf(agent.root)).toEqual(before);
  await scheduler.kill('stays');
  await scheduler.states('stays', 'TASK_KILLED');
  expect(processOf(agent.root)).toEqual([]);
});

/** Makes the file that a task waits for in its sandbox. */
function stopTask(id: string): void {
  const [pid] = findProcesses('MESOS_SANDBOX', (path) =>
    path.startsWith(agent.sandboxOf(id).replace(/latest$/, '')),
  );
  writeFileSync(`/proc/${pid}/cwd/stop`, '');
}

test.each([
  ['--isolation=cgroups/cpu', /--isolation.*cgroups\/cpu/],
  ['--isolation=namespaces/pid', /--isolation.*namespaces\/pid/],
  ['--isolation=filesystem/linux', /--isolation.*filesystem\/linux/],
])('%s is refused at the start with the reason', async (flag, reason) => {
  agent.start(flag);
  expect(await agent.status()).not.toBe(0);
  expect(agent.log).toMatch(reason);
});
