/**
 * What tasks leave on the disk of a real agent: bounded logs, and sandboxes that are removed by age.
 */

import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandInfo } from '../../cluster/api/generated/mesos';
import { outputWriter } from '../../cluster/runtime/output/bounded-output';
import { eventually } from './eventually';
import { OneMachine } from './one-machine';
import { TaskScheduler, taskOn } from './task-scheduler';

let machine: OneMachine;
let scheduler: TaskScheduler;

async function begin(...agentArgs: readonly string[]): Promise<void> {
  const master = await machine.startMaster(['--allocation_interval=50ms']);
  await machine.startAgent('agent', ['--resources=cpus:1;mem:100;disk:1000', ...agentArgs]);
  scheduler = new TaskScheduler(master.http.url);
  await scheduler.subscribe();
}

beforeEach(() => {
  machine = new OneMachine();
});
afterEach(async () => {
  scheduler.stop();
  await machine.stop();
});

/** Runs a task to its end, and returns its sandbox. */
async function run(command: CommandInfo): Promise<string> {
  const offer = await scheduler.offer();
  await scheduler.launch(offer, taskOn(offer, 't', '', { command }));
  await scheduler.states('t', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED');
  const path = ['slaves', offer.agent_id.value, 'frameworks', scheduler.frameworkId ?? '', 'executors', 't'];
  return join(machine.folder, 'agent', ...path, 'runs', 'latest');
}

const withWriter = outputWriter() === undefined ? it.skip : it;
withWriter('logs have the bounds that a task asks for (skipped without a C compiler)', async () => {
  await begin('--container_logger=org_apache_mesos_LogrotateContainerLogger');
  const variables = [{ name: 'CONTAINER_LOGGER_MAX_STDOUT_SIZE', value: '8KB' }];
  const command = {
    value: 'i=0; while [ $i -lt 2000 ]; do echo "line $i"; i=$((i+1)); done',
    environment: { variables },
  };
  const sandbox = await run(command);
  expect(readFileSync(join(sandbox, 'stdout'), 'utf8').endsWith('line 1999\n')).toBe(true);
  for (const name of ['stdout', 'stdout.1'])
    expect(statSync(join(sandbox, name)).size).toBeLessThanOrEqual(8192);
  expect(readdirSync(sandbox).filter((name) => name.startsWith('stdout'))).toHaveLength(2);
});

it('sandboxes of ended tasks are removed by their age', async () => {
  await begin('--gc_delay=1secs', '--disk_watch_interval=1hrs');
  const sandbox = await run({ value: 'true' });
  expect(existsSync(join(sandbox, 'stdout'))).toBe(true);
  await eventually('the end of the sandbox', () => !existsSync(join(sandbox, '..', '..')));
  const [agent] = machine.agents;
  const removals = async (): Promise<number | undefined> => {
    const answer = await fetch(`${agent?.http.url}/metrics/snapshot`);
    return ((await answer.json()) as Record<string, number>)['gc/path_removals_succeeded'];
  };
  await eventually('three removals', async () => (await removals()) === 3);
});

const asRoot = process.getuid?.() === 0 ? it : it.skip;
asRoot.each([
  ['--switch_user', 'nobody'],
  ['--no-switch_user', 'root'],
])('with %s a task of nobody runs as %s', async (flag, user) => {
  // Nobody passes through it to the sandbox.
  chmodSync(machine.folder, 0o711);
  await begin(flag);
  const sandbox = await run({ value: 'id -un', user: 'nobody' });
  expect(readFileSync(join(sandbox, 'stdout'), 'utf8')).toBe(`${user}\n`);
});
