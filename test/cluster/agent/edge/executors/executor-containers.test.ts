import { NoContainerizer } from '../../../../../cluster/agent/containerizer/composed';
import type { Container, Containerizer } from '../../../../../cluster/agent/containerizer/port';
import type { ContainerSpec, Termination } from '../../../../../cluster/agent/core/state/container-spec';
import type { AgentInput } from '../../../../../cluster/agent/core/state/events';
import {
  ExecutorContainers,
  type HostedExecutor,
  type HostedOrder,
} from '../../../../../cluster/agent/edge/executors/executor-containers';
import { silentLogger } from '../../../../../cluster/runtime/log';

const SPEC: ContainerSpec = {
  containerId: 'c',
  frameworkId: 'F',
  executorId: 'e',
  directory: '/sandbox',
  user: 'nobody',
  command: { value: 'sleep 1' },
  environment: { MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: '7secs' },
  container: undefined,
  resources: [],
  limits: {},
};
const ENDED: Termination = { status: { code: 3 }, message: '' };

/** Resolves when all that waits on promises has run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}

/** The containers of a containerizer in memory, with executors that end when told to. */
function setUp(running: readonly string[] = []) {
  const posted: AgentInput[] = [];
  const done: string[] = [];
  const exits = new Map<string, (reason: string) => void>();
  const ends = new Map<string, (termination: Termination) => void>();
  const losses = new Map<string, (error: Error) => void>();
  const orders: HostedOrder[] = [];
  const containerOf = (containerId: string, spec = { ...SPEC, containerId }): Container => {
    const { promise, resolve, reject } = deferred<Termination>();
    ends.set(containerId, resolve);
    losses.set(containerId, reject);
    const status = () => Promise.resolve({ executor_pid: 7 });
    const neverRan = containerId.endsWith('never');
    return { id: containerId, spec, ended: promise, status, neverRan } as unknown as Container;
  };
  const containerizer = {
    launch: (spec: ContainerSpec) =>
      spec.executorId === 'broken'
        ? Promise.reject(new Error('no runc'))
        : spec.executorId === 'untaken'
          ? Promise.reject(new NoContainerizer(['mesos']))
          : Promise.resolve(containerOf(spec.containerId, spec)),
    destroy: (containerId: string) => {
      done.push(`destroy ${containerId}`);
      ends.get(containerId)?.(ENDED);
      return Promise.resolve(ends.has(containerId) ? ENDED : undefined);
    },
    recover: (wanted: readonly string[]) => {
      done.push(`recover ${wanted.join(',')}`);
      // Those of tasks have one; the operator's have none.
      const specOf = (id: string) => ({
        ...SPEC,
        containerId: id,
        ...(id.endsWith('.n') && { taskId: 't' }),
      });
      return Promise.resolve(wanted.map((id) => containerOf(id, specOf(id))));
    },
  } as unknown as Containerizer;
  const containers = new ExecutorContainers({
    containerizer,
    earlierIds: () => running,
    host: (order): Promise<HostedExecutor> => {
      if (order.executorId === 'lame') return Promise.reject(new Error('no state'));
      orders.push(order);
      const { promise, resolve, reject } = deferred<string>();
      exits.set(order.container.id, resolve);
      losses.set(order.container.id, reject);
      const stop = (): Promise<void> => {
        done.push(`stop ${order.container.id}`);
        if (order.executorId === 'stuck') return Promise.reject(new Error('it does not stop'));
        resolve('destroyed');
        return Promise.resolve();
      };
      return Promise.resolve({ exited: promise, stop });
    },
    post: (event) => void posted.push(event),
    ip: '10.0.0.2',
    shutdownGraceMs: 5000,
    dockerStopMs: 9000,
    log: silentLogger,
  });
  const exited = () => posted.filter(({ kind }) => kind === 'container.exited');
  return { containers, posted, done, exits, ends, losses, orders, exited };
}

const EXITED = { kind: 'container.exited', containerId: 'c', termination: ENDED };

describe('a container of a built-in executor', () => {
  it('is there before its executor starts, which gets the grace that it was told', async () => {
    const { containers, posted, orders } = setUp();
    await containers.launch({ spec: SPEC, executor: 'command' });
    expect(posted).toEqual([
      { kind: 'container.launched', containerId: 'c' },
      { kind: 'container.described', containerId: 'c', status: { executor_pid: 7 } },
    ]);
    expect(orders).toEqual([
      expect.objectContaining({ kind: 'command', executorId: 'e', user: 'nobody', shutdownGraceMs: 7000 }),
    ]);
  });

  it('of Docker has the grace of its kills, which is that of its executor or longer', async () => {
    const { containers, orders } = setUp();
    const container = { type: 'DOCKER' } as const;
    await containers.launch({ spec: { ...SPEC, container }, executor: 'command' });
    expect(orders[0]?.docker).toEqual({ killGraceMs: 9000 });
  });

  it('that nobody takes is told as such', async () => {
    const { containers, posted } = setUp();
    await containers.launch({ spec: { ...SPEC, executorId: 'untaken' }, executor: 'custom' });
    expect(posted).toEqual([
      expect.objectContaining({ kind: 'container.failed', containerId: 'c', isTaken: false }),
    ]);
  });

  it('that is destroyed while its executor starts has its end told once, and no executor', async () => {
    const { containers, done, exited } = setUp();
    const launching = containers.launch({ spec: SPEC, executor: 'command' });
    await Promise.resolve();
    await containers.destroy('c');
    await launching;
    await settled();
    expect(done).toEqual(['destroy c', 'stop c']);
    expect(exited()).toEqual([EXITED]);
  });

  it('is destroyed when the executor leaves, and its end is told once', async () => {
    const { containers, exits, done, exited } = setUp();
    await containers.launch({ spec: SPEC, executor: 'command' });
    exits.get('c')?.('its task has ended');
    await settled();
    expect(done).toEqual(['stop c', 'destroy c']);
    expect(exited()).toEqual([EXITED]);
  });

  it('ends with its executor by force, which is told once, too', async () => {
    const { containers, exited } = setUp();
    await containers.launch({ spec: SPEC, executor: 'default' });
    await containers.destroy('c');
    await settled();
    expect(exited()).toEqual([EXITED]);
  });

  it('does not stay when its executor cannot be started', async () => {
    const { containers, posted, done } = setUp();
    await containers.launch({ spec: { ...SPEC, executorId: 'lame' }, executor: 'command' });
    expect(done).toEqual(['destroy c']);
    expect(posted.at(-1)).toEqual({
      kind: 'container.failed',
      containerId: 'c',
      reason: 'no state',
      isTaken: true,
    });
  });

  it('goes on when the agent lets go of it', async () => {
    const { containers, done, exited } = setUp();
    await containers.launch({ spec: SPEC, executor: 'command' });
    await containers.stop();
    await settled();
    expect([done, exited()]).toEqual([['stop c'], []]);
  });
});

describe('a container of a custom executor', () => {
  it('has ended when its program has', async () => {
    const { containers, ends, exited } = setUp();
    await containers.launch({ spec: SPEC, executor: 'custom' });
    ends.get('c')?.(ENDED);
    await settled();
    expect(exited()).toEqual([EXITED]);
  });

  it('that cannot be launched is told with the reason', async () => {
    const { containers, posted } = setUp();
    await containers.launch({ spec: { ...SPEC, executorId: 'broken' }, executor: 'custom' });
    expect(posted).toEqual([
      { kind: 'container.failed', containerId: 'c', reason: 'no runc', isTaken: true },
    ]);
  });
});

it('an unknown container that is to be destroyed has ended', async () => {
  const { containers, exited } = setUp();
  await containers.destroy('x');
  expect(exited()).toEqual([{ kind: 'container.exited', containerId: 'x', termination: undefined }]);
});

describe('after a restart of the agent', () => {
  const executor = (containerId: string, kind: 'command' | 'default' | 'custom') => ({
    containerId,
    executor: kind,
    frameworkId: 'F',
    executorId: 'e',
    framework: undefined,
    tasks: [],
  });

  it('containers that are wanted are adopted with those nested in them, and their executors go on', async () => {
    const { containers, posted, done, orders } = setUp(['c', 'c.n', 'c.operator', 'd', 'orphan', 'orphan.n']);
    await containers.recover({
      executors: [executor('c', 'default'), executor('d', 'custom'), executor('gone', 'command')],
    });
    expect(done).toEqual(['recover c,c.n,c.operator,d']);
    expect(posted[0]).toEqual({ kind: 'recovered', containerIds: ['c', 'd'] });
    expect(posted.slice(1).map(({ kind }) => kind)).toEqual(['container.described', 'container.described']);
    expect(orders.map(({ earlier }) => earlier?.nested.map(({ id }) => id))).toEqual([['c.n']]);
  });

  it('launches that were cut off are cleaned up before the others are told, and have no executor', async () => {
    const { containers, posted, done, orders } = setUp(['c', 'c.never', 'never']);
    await containers.recover({ executors: [executor('c', 'default'), executor('never', 'command')] });
    expect(done).toEqual(['recover c,c.never,never', 'destroy never']);
    expect(posted[0]).toEqual({ kind: 'recovered', containerIds: ['c'] });
    expect(orders.map(({ earlier }) => earlier?.nested)).toEqual([[]]);
  });

  it('an executor that cannot go on ends with its container', async () => {
    const { containers, posted, done } = setUp(['c']);
    const lame = { ...executor('c', 'command') };
    const options = containers as unknown as { options: { host: unknown } };
    options.options.host = () => Promise.reject(new Error('no state'));
    await containers.recover({ executors: [lame] });
    expect(done).toEqual(['recover c', 'destroy c']);
    expect(posted.at(-1)).toEqual(EXITED);
  });
});

describe('a container whose end cannot be told', () => {
  it.each(['custom', 'command'] as const)('is destroyed, under a %s executor', async (executor) => {
    const { containers, losses, done, exited } = setUp();
    await containers.launch({ spec: SPEC, executor });
    losses.get('c')?.(new Error('lost'));
    await settled();
    expect(done).toEqual(executor === 'custom' ? ['destroy c'] : ['stop c', 'destroy c']);
    expect(exited()).toEqual([EXITED]);
  });

  it('is destroyed when its executor cannot be stopped', async () => {
    const { containers, exits, done, exited } = setUp();
    await containers.launch({ spec: { ...SPEC, executorId: 'stuck' }, executor: 'command' });
    exits.get('c')?.('its task has ended');
    await settled();
    expect(done).toEqual(['stop c', 'destroy c']);
    expect(exited()).toEqual([EXITED]);
  });
});
