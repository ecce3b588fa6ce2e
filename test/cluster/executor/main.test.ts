import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Call, Event } from '../../../cluster/api/generated/executor';
import type { FrameworkInfo, TaskInfo } from '../../../cluster/api/generated/mesos';
import type { HostingAgent, Subscriber } from '../../../cluster/executor/edge/hosted-session';
import { hostExecutor } from '../../../cluster/executor/main';
import { systemClock } from '../../../cluster/runtime/clock';
import { silentLogger } from '../../../cluster/runtime/log';
import { keepingLogger } from '../runtime/recorded-log';
import { MemoryContainer, MemoryContainers } from './memory-containers';
import { taskOf } from './play-executor';

const root = mkdtempSync(join(tmpdir(), 'meseta-host-'));
let folders = 0;
afterAll(() => rmSync(root, { recursive: true, force: true }));

const tick = () => new Promise((resolve) => setImmediate(resolve));

/** An agent that admits everybody, keeps what it is told, and acknowledges at once. */
class TestAgent implements HostingAgent {
  readonly said: string[] = [];
  private subscriber: Subscriber | undefined;
  acknowledges = true;
  framework: FrameworkInfo = { name: 'f', user: 'root' };

  subscribe({ subscribe }: Call, subscriber: Subscriber): void {
    this.subscriber = subscriber;
    const updates = subscribe?.unacknowledged_updates ?? [];
    this.said.push(`subscribe ${updates.map(({ status }) => status.state).join(',')}`.trim());
    const executor_info = { executor_id: { value: 'e' } };
    this.event({
      type: 'SUBSCRIBED',
      subscribed: { executor_info, framework_info: this.framework, agent_info: { hostname: 'h' } },
    });
    for (const { status } of updates) this.acknowledge(status.task_id.value, status.uuid ?? '');
  }

  call({ update }: Call): void {
    if (!update) return;
    const { task_id, state, uuid = '' } = update.status;
    this.said.push(`${task_id.value} ${state}`);
    this.acknowledge(task_id.value, uuid);
  }

  private acknowledge(taskId: string, uuid: string): void {
    const acknowledged = { task_id: { value: taskId }, uuid };
    if (this.acknowledges) this.event({ type: 'ACKNOWLEDGED', acknowledged });
  }

  event(event: Event): void {
    this.subscriber?.event(event);
  }

  close(): void {
    this.subscriber?.closed('the agent stops');
  }
}

/** A machine whose agent may be restarted. */
function machine(kind: 'command' | 'default') {
  const folder = mkdtempSync(join(root, `${folders++}-`));
  const containers = new MemoryContainers(folder);
  const container = new MemoryContainer('C', folder);
  const agent = new TestAgent();
  const order = {
    kind,
    frameworkId: 'f',
    executorId: 'e',
    directory: folder,
    user: undefined,
    shutdownGraceMs: 5000,
    ip: '10.0.0.1',
    container: container,
  };
  const start = (tasks?: readonly TaskInfo[], log = silentLogger, framework?: FrameworkInfo) => {
    const nested = [...containers.running.values()];
    const earlier = tasks && { nested, framework, tasks };
    return hostExecutor({ ...order, earlier }, { agent, containers, clock: systemClock(), log });
  };
  const launchGroup = (...tasks: TaskInfo[]): void =>
    agent.event({ type: 'LAUNCH_GROUP', launch_group: { task_group: { tasks } } });
  return { folder, containers, own: container, agent, start, launchGroup };
}

describe('a hosted command executor', () => {
  const task = taskOf('t');
  const launch = { type: 'LAUNCH', launch: { task } } as const;

  it('attaches to the container that runs its task, and leaves at its end', async () => {
    const { agent, own, start } = machine('command');
    const executor = await start();
    agent.event(launch);
    agent.event({ type: 'KILL', kill: { task_id: { value: 't' } } });
    own.end({ status: { signal: 'SIGTERM' } });
    expect(await executor.exited).toBe('done');
    expect(own.signals).toEqual(['SIGTERM']);
    expect(agent.said).toEqual(['subscribe', 't TASK_STARTING', 't TASK_RUNNING', 't TASK_KILLED']);
  });

  it('performs command checks in the container', async () => {
    const { agent, own, start } = machine('command');
    const executor = await start();
    const check = { type: 'COMMAND', command: { command: { value: 'x' } }, delay_seconds: 0 } as const;
    agent.event({ type: 'LAUNCH', launch: { task: taskOf('t', { check }) } });
    while (agent.said.length < 4) await tick();
    expect(own.commands).toEqual([{ file: '/bin/sh', arguments: ['sh', '-c', 'x'], environment: {} }]);
    expect(agent.said.at(-1)).toBe('t TASK_RUNNING');
    await executor.stop();
  });

  it('goes on after kill -9 of the agent, with the kill under way', async () => {
    const { agent, own, start } = machine('command');
    const killed = await start();
    agent.event(launch);
    agent.event({
      type: 'KILL',
      kill: { task_id: { value: 't' }, kill_policy: { grace_period: { nanoseconds: 0 } } },
    });
    await killed.stop();
    own.end({ status: { signal: 'SIGTERM' } });
    await tick();
    expect(agent.said).not.toContain('t TASK_KILLED');
    const executor = await start([task]);
    expect(await executor.exited).toBe('done');
    expect(agent.said.slice(3)).toEqual(['subscribe', 't TASK_KILLED']);
  });

  it('tells an update again that was not acknowledged', async () => {
    const { agent, start, own } = machine('command');
    agent.acknowledges = false;
    const killed = await start();
    agent.event(launch);
    own.end({ status: { code: 0 } });
    await tick();
    await killed.stop();
    agent.acknowledges = true;
    const executor = await start([task]);
    expect(await executor.exited).toBe('done');
    expect(agent.said.at(-1)).toBe('subscribe TASK_STARTING,TASK_RUNNING,TASK_FINISHED');
  });

  it.each(['', '{"version":1,', '{"version":2}'])(
    'with the state %j tells the end of its task all the same',
    async (text) => {
      const { agent, folder, own, start } = machine('command');
      await (await start()).stop();
      writeFileSync(join(folder, 'executor.jsonl'), text);
      const log = keepingLogger();
      const executor = await start([task], log);
      own.end({ status: { code: 3 } });
      await executor.exited;
      expect(log.lines.map((line) => line.text)).toContain('the saved state of an executor cannot be read');
      expect(agent.said.slice(1)).toEqual(['subscribe', 't TASK_RUNNING', 't TASK_FAILED']);
    },
  );

  it('whose state the disk does not take goes on without an older one', async () => {
    const { agent, folder, own, start } = machine('command');
    const log = keepingLogger();
    const killed = await start(undefined, log);
    agent.event(launch);
    rmSync(join(folder, 'executor.jsonl'));
    symlinkSync('/dev/full', join(folder, 'executor.jsonl'));
    agent.event({ type: 'KILL', kill: { task_id: { value: 't' } } });
    expect(log.lines.map((line) => line.text)).toContain('the state of an executor cannot be saved');
    expect(readdirSync(folder)).toEqual([]);
    await killed.stop();
    own.end({ status: { code: 0 } });
    const executor = await start([task]);
    await executor.exited;
    expect(agent.said.slice(-2)).toEqual(['t TASK_RUNNING', 't TASK_FINISHED']);
  });

  it('that was launched and has no task yet when the agent is killed gets it from the next one', async () => {
    const { agent, own, start } = machine('command');
    await (await start()).stop();
    const executor = await start([]);
    agent.event(launch);
    own.end({ status: { code: 0 } });
    await executor.exited;
    expect(agent.said.at(-1)).toBe('t TASK_FINISHED');
  });
});

describe('a hosted default executor', () => {
  it('launches a container for each task, with the address of its own', async () => {
    const { agent, containers, start, launchGroup } = machine('default');
    const executor = await start();
    launchGroup(taskOf('a'), taskOf('b'));
    await tick();
    expect(containers.launched.map(({ taskId, parent }) => [taskId, parent])).toEqual([
      ['a', 'C'],
      ['b', 'C'],
    ]);
    expect(containers.launched[0]?.environment['MESOS_CONTAINER_IP']).toBe('10.1.2.3');
    containers.of('a').end({ status: { code: 1 } });
    await tick();
    const b = containers.of('b');
    expect(b.signals).toEqual(['SIGTERM']);
    b.end({ status: { signal: 'SIGTERM' } });
    expect(await executor.exited).toBe('done');
    expect(agent.said.slice(3)).toEqual([
      'a TASK_RUNNING',
      'b TASK_RUNNING',
      'a TASK_FAILED',
      'b TASK_KILLED',
    ]);
    expect(containers.running.size).toBe(0);
  });

  it('fails a group whose container cannot be launched', async () => {
    const { agent, containers, start, launchGroup } = machine('default');
    containers.failure = 'no image';
    const executor = await start();
    launchGroup(taskOf('a'));
    await executor.exited;
    expect(agent.said.at(-1)).toBe('a TASK_FAILED');
  });

  it('goes on after kill -9 of the agent; a container that is gone has ended, one of no task is destroyed', async () => {
    const { agent, containers, start, launchGroup } = machine('default');
    const killed = await start();
    launchGroup(taskOf('a'));
    launchGroup(taskOf('b'));
    await tick();
    await killed.stop();
    const lost = containers.of('a');
    containers.running.delete(lost.id);
    containers.running.set('C.x', new MemoryContainer('C.x', '/nowhere', { taskId: 'x' }));
    const executor = await start([taskOf('a'), taskOf('b')]);
    containers.of('b').end({ status: { code: 0 } });
    await executor.exited;
    expect(agent.said.slice(-2).sort()).toEqual(['a TASK_FAILED', 'b TASK_FINISHED']);
    expect(containers.destroyed).toContain('C.x');
  });

  it('without its state finds the containers of its tasks', async () => {
    const { agent, containers, folder, start, launchGroup } = machine('default');
    const killed = await start();
    launchGroup(taskOf('a'));
    await tick();
    await killed.stop();
    rmSync(join(folder, 'executor.jsonl'));
    const executor = await start([taskOf('a')]);
    containers.of('a').end({ status: { code: 0 } });
    await executor.exited;
    expect(agent.said.at(-1)).toBe('a TASK_FINISHED');
  });

  it.each([
    ['TASK_DROPPED', [{ type: 'PARTITION_AWARE' }]],
    ['TASK_LOST', []],
  ] as const)(
    'that was killed before it had any state has launched nothing: %s',
    async (state, capabilities) => {
      const { agent, start } = machine('default');
      const framework = { user: 'u', name: 'f', capabilities: [...capabilities] };
      agent.framework = framework;
      const executor = await start([taskOf('a')], silentLogger, framework);
      await executor.exited;
      expect(agent.said.at(-1)).toBe(`a ${state}`);
    },
  );
});

test('a hosted executor whose stream is closed subscribes again', async () => {
  const { agent, start } = machine('command');
  const executor = await start();
  agent.close();
  while (agent.said.length < 2) await tick();
  expect(agent.said).toEqual(['subscribe', 'subscribe']);
  await executor.stop();
});
