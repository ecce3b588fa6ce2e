/**
 * Isolated containers on a real agent: limits, namespaces, kill -9 of the agent, and that nothing is left of them.
 */

import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { findRuntime } from '../../cluster/agent/containerizer/oci/runtime';
import type { ExecutorInfo, Offer, Resource, TaskInfo, TaskStatus } from '../../cluster/api/generated/mesos';
import { expectNothingLeft } from '../cluster/agent/containerizer/leftovers';
import { eventually } from './eventually';
import { JsonScheduler } from './json-scheduler';
import { meseta, start } from './meseta';
import { OneMachine } from './one-machine';

jest.setTimeout(60_000);

const ISOLATION = 'filesystem/linux,cgroups/cpu,cgroups/mem,cgroups/pids,namespaces/pid,namespaces/ipc';
const withRuntime = 'path' in findRuntime() ? describe : describe.skip;

withRuntime('an agent with isolators (skipped without root and runc)', () => {
  let machine: OneMachine;
  let scheduler: JsonScheduler;
  let workDir: string;
  let agent: ChildProcess | undefined;
  let said = '';
  /** An agent that is started again has the same port. */
  let port: number;
  let acknowledging: NodeJS.Timeout;

  beforeEach(async () => {
    workDir = mkdtempSync(join(tmpdir(), 'meseta-isolation-'));
    port = await freePort();
    machine = new OneMachine();
    const master = await machine.startMaster();
    startAgent();
    scheduler = new JsonScheduler(master.http.url, { failover_timeout: 60, checkpoint: true });
    await scheduler.subscribe();
    acknowledging = acknowledgeAll(scheduler);
  });

  afterEach(async () => {
    clearInterval(acknowledging);
    scheduler.stop();
    await endAgent('SIGUSR1');
    await machine.stop();
    const empty = ['containers', 'runc'].map((name) => join(workDir, 'run', name));
    try {
      await expectNothingLeft({ root: workDir, cgroupsRoot: basename(workDir), empty });
    } finally {
      rmSync(workDir, { recursive: true, force: true });
    }
  });

  function startAgent(): void {
    const flags = {
      master: `127.0.0.1:${machine.master?.http.port}`,
      port: String(port),
      work_dir: workDir,
      isolation: ISOLATION,
      cgroups_root: basename(workDir),
      registration_backoff_factor: '0ms',
    };
    agent = start(['agent', ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)]);
    for (const stream of [agent.stdout, agent.stderr])
      stream?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
  }

  async function endAgent(signal: 'SIGKILL' | 'SIGUSR1'): Promise<void> {
    const ending = agent;
    agent = undefined;
    if (!ending || ending.exitCode !== null) return;
    const ended = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill(signal);
    await ended;
  }

  async function firstOffer(): Promise<Offer> {
    const { offers } = await scheduler.event('OFFERS').catch((error: Error) => {
      throw new Error(`${error.message}; the agent said ${said}`);
    });
    const [offer] = offers?.offers ?? [];
    if (!offer) throw new Error('an empty offer');
    return offer;
  }

  const scalar = (name: string, value: number): Resource => ({ name, type: 'SCALAR', scalar: { value } });

  function taskOn(offer: Offer, id: string, value: string): TaskInfo {
    const resources = [scalar('cpus', 0.1), scalar('mem', 32)];
    return { name: id, task_id: { value: id }, agent_id: offer.agent_id, command: { value }, resources };
  }

  async function launch(offer: Offer, ...tasks: TaskInfo[]): Promise<void> {
    const operations = [{ type: 'LAUNCH' as const, launch: { task_infos: tasks } }];
    await scheduler.call({ type: 'ACCEPT', accept: { offer_ids: [offer.id], operations } });
  }

  /** Waits for states of a task; the last status. */
  async function states(taskId: string, ...names: string[]): Promise<TaskStatus> {
    let last: TaskStatus | undefined;
    for (const name of names) {
      const { update } = await scheduler
        .event('UPDATE', (event) => {
          const status = event.update?.status;
          return status?.task_id.value === taskId && status.state === name;
        })
        .catch((error: Error) => {
          const seen = scheduler.events.map((event) => JSON.stringify(event.update?.status)).join('\n');
          throw new Error(`${error.message} for ${name}; seen ${seen}; the agent said ${said}`);
        });
      last = update?.status;
    }
    if (!last) throw new Error('no state');
    return last;
  }

  function outputOf(task: string): string {
    const slaves = join(workDir, 'slaves');
    const only = (folder: string): string => {
      const [name = ''] = readdirSync(folder).filter((entry) => entry !== 'latest');
      return join(folder, name);
    };
    const executors = join(only(join(only(slaves), 'frameworks')), 'executors');
    return readFileSync(join(executors, task, 'runs/latest/stdout'), 'utf8');
  }

  it('runs tasks in their own namespaces and cgroups, and tells who went beyond its memory', async () => {
    const offer = await firstOffer();
    const look = 'echo $PPID; cut -d: -f2- /proc/self/cgroup | grep memory; exit 3';
    const eat = 'x=$(head -c 100000000 /dev/zero | tr "\\0" x); echo $x | wc -c';
    await launch(offer, taskOn(offer, 'looks', look), taskOn(offer, 'eats', eat));
    const failed = await states('looks', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_FAILED');
    expect(failed.message).toBe('Command exited with status 3');
    const containerId = failed.container_status?.container_id?.value ?? '';
    expect(outputOf('looks')).toBe(`1\nmemory:/${basename(workDir)}/${containerId}\n`);
    const { reason, limitation } = await states('eats', 'TASK_FAILED');
    expect(reason).toBe('REASON_CONTAINER_LIMITATION_MEMORY');
    expect(limitation?.resources?.[0]).toMatchObject({ name: 'mem' });
  });

  it('gives a task up to its limits where they are above its requests', async () => {
    const offer = await firstOffer();
    const memory = 'cat /sys/fs/cgroup/memory/$(sed -n s,.*:memory:,,p /proc/self/cgroup)/memory';
    const look = `${memory}.limit_in_bytes ${memory.slice(4)}.soft_limit_in_bytes`;
    const bursts = { ...taskOn(offer, 'bursts', look), limits: { cpus: { value: 1 }, mem: { value: 128 } } };
    await launch(offer, bursts);
    await states('bursts', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED');
    const withExecutor = [128 + 32, 32 + 32].map((megabytes) => `${megabytes * 1024 * 1024}\n`);
    expect(outputOf('bursts')).toBe(withExecutor.join(''));
  });

  it('ends a program that has no handler at once, as its signal ends it', async () => {
    const offer = await firstOffer();
    await launch(offer, taskOn(offer, 'sleeps', 'exec sleep 1000'));
    await states('sleeps', 'TASK_STARTING', 'TASK_RUNNING');
    const asked = Date.now();
    await scheduler.call({ type: 'KILL', kill: { task_id: { value: 'sleeps' } } });
    const { message } = await states('sleeps', 'TASK_KILLED');
    expect(message).toBe('Command terminated with signal Terminated');
    // The grace period, after which it would be killed, is three seconds.
    expect(Date.now() - asked).toBeLessThan(2500);
  });

  /** The container of a command task has what its executor would need, too, as in the original. */
  async function expectMeasured(): Promise<void> {
    const answer = await fetch(`http://127.0.0.1:${port}/containers`);
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
    const offer = await firstOffer();
    await launch(
      offer,
      taskOn(offer, 'stays', 'trap "echo asked; exit 0" TERM; while :; do sleep 0.1; done'),
    );
    await states('stays', 'TASK_STARTING', 'TASK_RUNNING');
    await expectMeasured();
    await endAgent('SIGKILL');
    startAgent();
    await eventually('the agent to be back', () => said.includes('registered again'));
    await expectMeasured();
    await scheduler.call({ type: 'KILL', kill: { task_id: { value: 'stays' } } });
    await states('stays', 'TASK_KILLED');
    expect(outputOf('stays')).toBe('asked\n');
  });

  it('runs task groups, whose containers are in that of their executor', async () => {
    const offer = await firstOffer();
    const executor: ExecutorInfo = {
      type: 'DEFAULT',
      executor_id: { value: 'pod' },
      framework_id: { value: scheduler.frameworkId ?? '' },
      resources: [scalar('cpus', 0.1), scalar('mem', 32), scalar('disk', 32)],
    };
    const tasks = [taskOn(offer, 'one', 'echo $$; exit 0'), taskOn(offer, 'two', 'sleep 1')];
    await scheduler.call({
      type: 'ACCEPT',
      accept: {
        offer_ids: [offer.id],
        operations: [{ type: 'LAUNCH_GROUP', launch_group: { executor, task_group: { tasks } } }],
      },
    });
    await states('one', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED');
    await states('two', 'TASK_FINISHED');
  });
});

/** Acknowledges each update as it comes. */
function acknowledgeAll(scheduler: JsonScheduler): NodeJS.Timeout {
  let next = 0;
  return setInterval(() => {
    for (const { update } of scheduler.events.slice(next))
      if (update?.status.uuid !== undefined) scheduler.acknowledge(update.status).catch(() => undefined);
    next = scheduler.events.length;
  }, 20);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('an isolator that the machine cannot have stops the start with the reason', async () => {
  const flags = ['--master=127.0.0.1:1', '--port=0', '--launcher=posix', '--isolation=namespaces/pid'];
  const workDir = mkdtempSync(join(tmpdir(), 'meseta-isolation-'));
  const { status, err, out } = await meseta(['agent', ...flags, `--work_dir=${workDir}`]);
  rmSync(workDir, { recursive: true, force: true });
  expect(status).toBe(1);
  expect(err + out).toMatch(/namespaces\/pid.*OCI runtime/);
});
