/**
 * An agent of an ordinary user, without a runtime and without networks: tasks, groups and their way over kill -9.
 */

import type { ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Offer, TaskInfo } from '../../cluster/api/generated/mesos';
import { findProcesses, killFound } from '../../cluster/runtime/processes';
import { eventually } from './eventually';
import { JsonScheduler } from './json-scheduler';
import { type RunAs, start } from './meseta';
import { OneMachine } from './one-machine';

jest.setTimeout(60_000);

/** The user `nobody`, when the tests are root's. */
const NOBODY: RunAs | undefined = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;

let machine: OneMachine;
let scheduler: JsonScheduler;
let workDir: string;
let agent: ChildProcess | undefined;

const tasksLeft = (): number[] => findProcesses('MESOS_SANDBOX', (value) => value.startsWith(`${workDir}/`));

beforeEach(async () => {
  workDir = mkdtempSync(join(tmpdir(), 'meseta-ordinary-'));
  chmodSync(workDir, 0o755);
  if (NOBODY) chownSync(workDir, NOBODY.uid, NOBODY.gid);
  machine = new OneMachine();
  const master = await machine.startMaster();
  scheduler = new JsonScheduler(master.http.url, { user: 'nobody', failover_timeout: 60, checkpoint: true });
  await scheduler.subscribe();
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
  // Without root, tasks have the user of the agent.
  agent = start(['agent', ...place, ...own, '--no-switch_user', ...args], {}, NOBODY);
  agent.stdout?.resume();
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

async function firstOffer(): Promise<Offer> {
  const { offers } = await scheduler.event('OFFERS');
  const [offer] = offers?.offers ?? [];
  if (!offer) throw new Error('an empty offer');
  return offer;
}

function taskOn(offer: Offer, id: string, value: string): TaskInfo {
  return {
    name: id,
    task_id: { value: id },
    agent_id: offer.agent_id,
    command: { value },
    resources: [
      { name: 'cpus', type: 'SCALAR', scalar: { value: 0.1 } },
      { name: 'mem', type: 'SCALAR', scalar: { value: 32 } },
    ],
  };
}

/** The command of a task, as the system has it, with its pid. */
function processOf(word: string): number[] {
  const running = findProcesses('WORD', (value) => value === word);
  return running.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('sleep'));
}

test('tasks outlive an agent of an ordinary user, as the same process, and their end is told', async () => {
  startAgent();
  const offer = await firstOffer();
  const named = taskOn(offer, 'stays', 'exec sleep 1000');
  const variables = [{ name: 'WORD', value: workDir }];
  const stays = { ...named, command: { ...named.command, environment: { variables } } };
  const ends = taskOn(offer, 'ends', 'until [ -e stop ]; do sleep 0.1; done; exit 3');
  const operations = [{ type: 'LAUNCH' as const, launch: { task_infos: [stays, ends] } }];
  await scheduler.call({ type: 'ACCEPT', accept: { offer_ids: [offer.id], operations } });
  for (const id of ['stays', 'ends'])
    for (const state of ['TASK_STARTING', 'TASK_RUNNING']) await scheduler.update(id, state);
  const before = await eventually('the process', () =>
    processOf(workDir).length > 0 ? processOf(workDir) : undefined,
  );
  await endAgent('SIGKILL');
  stopTask('ends');
  startAgent();
  expect((await scheduler.update('ends', 'TASK_FAILED')).message).toBe('Command exited with status 3');
  expect(processOf(workDir)).toEqual(before);
  await scheduler.call({ type: 'KILL', kill: { task_id: { value: 'stays' } } });
  await scheduler.update('stays', 'TASK_KILLED');
  expect(processOf(workDir)).toEqual([]);
});

/** Makes the file that a task waits for in its sandbox. */
function stopTask(id: string): void {
  const [pid] = tasksLeft().filter((candidate) =>
    readFileSync(`/proc/${candidate}/environ`, 'utf8').includes(`/executors/${id}/`),
  );
  writeFileSync(`/proc/${pid}/cwd/stop`, '');
}

test.each([
  ['--isolation=cgroups/cpu', /--isolation.*cgroups\/cpu/],
  ['--isolation=namespaces/pid', /--isolation.*namespaces\/pid/],
  ['--isolation=filesystem/linux', /--isolation.*filesystem\/linux/],
])('%s is refused at the start with the reason', async (flag, reason) => {
  const refused = startAgent(flag);
  let text = '';
  refused.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const status = await new Promise((resolve) => refused.once('exit', resolve));
  expect(status).not.toBe(0);
  expect(text).toMatch(reason);
});
