/**
 * Isolated containers on a real agent: limits, namespaces, kill -9 of the agent, and that nothing is left of them.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRuntime } from '../../cluster/agent/containerizer/oci/runtime';
import { expectNothingLeft } from '../leftovers';
import { AgentProcess } from './agent-process';
import { eventually } from './eventually';
import { meseta } from './meseta';
import { OneMachine } from './one-machine';
import { TaskScheduler, taskOn } from './task-scheduler';

const ISOLATION = 'filesystem/linux,cgroups/cpu,cgroups/mem,cgroups/pids,namespaces/pid,namespaces/ipc';
const withRuntime = 'path' in findRuntime() ? describe : describe.skip;

withRuntime('an agent with isolators (skipped without root and runc)', () => {
  let machine: OneMachine;
  let scheduler: TaskScheduler;
  let agent: AgentProcess;

  beforeEach(async () => {
    machine = new OneMachine();
    const master = await machine.startMaster();
    agent = await AgentProcess.of(master, { flags: [`--isolation=${ISOLATION}`] });
    agent.start();
    scheduler = new TaskScheduler(master.http.url, { failover_timeout: 60, checkpoint: true });
    await scheduler.subscribe();
  });

  afterEach(async () => {
    scheduler.stop();
    await agent.stop();
    await machine.stop();
  });

  it('runs tasks in their own namespaces and cgroups, and tells who went beyond its memory', async () => {
    const offer = await scheduler.offer();
    const look = 'echo $PPID; cut -d: -f2- /proc/self/cgroup | grep memory; exit 3';
    const eat = 'x=$(head -c 100000000 /dev/zero | tr "\\0" x); echo $x | wc -c';
    await scheduler.launch(offer, taskOn(offer, 'looks', look), taskOn(offer, 'eats', eat));
    const failed = await scheduler.states('looks', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_FAILED');
    expect(failed.message).toBe('Command exited with status 3');
    const containerId = failed.container_status?.container_id?.value ?? '';
    expect(agent.outputOf('looks')).toBe(`1\nmemory:/${agent.cgroupsRoot}/${containerId}\n`);
    const { reason, limitation } = await scheduler.states('eats', 'TASK_FAILED');
    expect(reason).toBe('REASON_CONTAINER_LIMITATION_MEMORY');
    expect(limitation?.resources?.[0]).toMatchObject({ name: 'mem' });
  });

  it('gives a task up to its limits where they are above its requests', async () => {
    const offer = await scheduler.offer();
    const memory = 'cat /sys/fs/cgroup/memory/$(sed -n s,.*:memory:,,p /proc/self/cgroup)/memory';
    const look = `${memory}.limit_in_bytes ${memory.slice(4)}.soft_limit_in_bytes`;
    const limits = { cpus: { value: 1 }, mem: { value: 128 } };
    await scheduler.launch(offer, taskOn(offer, 'bursts', look, { limits }));
    await scheduler.states('bursts', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED');
    const withExecutor = [128 + 32, 32 + 32].map((megabytes) => `${megabytes * 1024 * 1024}\n`);
    expect(agent.outputOf('bursts')).toBe(withExecutor.join(''));
  });

  it('ends a program that has no handler at once, as its signal ends it', async () => {
    const offer = await scheduler.offer();
    await scheduler.launch(offer, taskOn(offer, 'sleeps', 'exec sleep 1000'));
    await scheduler.states('sleeps', 'TASK_STARTING', 'TASK_RUNNING');
    // After the grace period it would be killed: nobody waits for that here.
    await scheduler.kill('sleeps', 600);
    const { message } = await scheduler.states('sleeps', 'TASK_KILLED');
    expect(message).toBe('Command terminated with signal Terminated');
  });

  /** The container of a command task has what its executor would need, too, as in the original. */
  async function expectMeasured(): Promise<void> {
    const answer = await fetch(`${agent.url}/containers`);
    expect(await answer.json()).toMatchObject([
      {
        status: { executor_pid: expect.any(Number) as number },
        statistics: {
          mem_limit_bytes: 64 * 1024 * 1024,
          mem_rss_bytes: expect.any(Number) as number,
          cpus_soft_limit: 0.2,
          processes: expect.any(Number) as number,
        },
      },
    ]);
  }

  it('has containers that go on after kill -9 of the agent, and are killed by the next one', async () => {
    const offer = await scheduler.offer();
    await scheduler.launch(
      offer,
      taskOn(offer, 'stays', 'trap "echo asked; exit 0" TERM; while :; do sleep 0.1; done'),
    );
    await scheduler.states('stays', 'TASK_STARTING', 'TASK_RUNNING');
    await expectMeasured();
    await agent.end('SIGKILL');
    agent.start();
    await eventually('the agent to be back', () => agent.log.includes('registered again'));
    await expectMeasured();
    await scheduler.kill('stays');
    await scheduler.states('stays', 'TASK_KILLED');
    expect(agent.outputOf('stays')).toBe('asked\n');
  });

  it('runs task groups, whose containers are in that of their executor', async () => {
    const offer = await scheduler.offer();
    await scheduler.launchGroup(
      offer,
      taskOn(offer, 'one', 'echo $$; exit 0'),
      taskOn(offer, 'two', 'sleep 1'),
    );
    await scheduler.states('one', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED');
    await scheduler.states('two', 'TASK_FINISHED');
  });
});

test('an isolator that the machine cannot have stops the start with the reason', async () => {
  const flags = ['--master=127.0.0.1:1', '--port=0', '--launcher=posix', '--isolation=namespaces/pid'];
  const workDir = mkdtempSync(join(tmpdir(), 'meseta-isolation-'));
  const { status, err, out } = await meseta(['agent', ...flags, `--work_dir=${workDir}`]);
  await expectNothingLeft({ root: workDir });
  rmSync(workDir, { recursive: true, force: true });
  expect(status).toBe(1);
  expect(err + out).toMatch(/namespaces\/pid.*OCI runtime/);
});
