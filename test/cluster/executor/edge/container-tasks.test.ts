import type { ExecutorInput } from '../../../../cluster/executor/core/events';
import { ContainerTasks } from '../../../../cluster/executor/edge/container-tasks';
import type { Containers, TaskContainer } from '../../../../cluster/executor/edge/containers';
import { silentLogger } from '../../../../cluster/runtime/log';

const lost = (): Promise<never> => Promise.reject(new Error('lost'));

function tasksOf(executorContainer: Partial<TaskContainer>, wait: Containers['wait'] = lost) {
  const posted: ExecutorInput[] = [];
  const tasks = new ContainerTasks({
    executorContainer: { id: 'own', spec: {}, ...executorContainer } as TaskContainer,
    directory: '/sandbox',
    containers: { wait, destroy: () => Promise.resolve() } as unknown as Containers,
    nested: [],
    post: (event) => void posted.push(event),
    log: silentLogger,
  });
  return { tasks, posted };
}

const EXITED = { kind: 'task.exited', taskId: 't', end: { status: undefined } };
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a task whose end cannot be told', () => {
  it('has ended without a status when the promise of its container rejects', async () => {
    const { tasks, posted } = tasksOf({ ended: lost() });
    tasks.adopt({ taskId: 't', containerId: 'own' });
    await settled();
    expect(posted).toEqual([{ kind: 'task.started', taskId: 't' }, EXITED]);
  });

  it('has ended without a status when the wait for its container rejects', async () => {
    const { tasks, posted } = tasksOf({});
    tasks.adopt({ taskId: 't', containerId: 'own.gone' });
    await settled();
    expect(posted).toEqual([EXITED]);
  });
});

test('a container that nobody ever heard of never ran', async () => {
  const { tasks, posted } = tasksOf({}, () => Promise.resolve(undefined));
  tasks.adopt({ taskId: 't', containerId: 'own.cut-off' });
  await settled();
  expect(posted).toEqual([{ ...EXITED, end: { status: undefined, neverRan: true } }]);
});

describe('a task in a Docker container', () => {
  const spec = { container: { type: 'DOCKER' } };
  const ended = new Promise<never>(() => undefined);
  const startedWith = async (inspection: () => Promise<string | undefined>): Promise<unknown> => {
    const { tasks, posted } = tasksOf({ spec, ended, inspection });
    tasks.adopt({ taskId: 't', containerId: 'own' });
    await settled();
    return posted;
  };

  it('has the description of its engine', async () => {
    expect(await startedWith(() => Promise.resolve('[]'))).toEqual([
      { kind: 'task.started', taskId: 't', data: 'W10=' },
    ]);
  });

  it('runs, though its engine cannot say so, or knows it no more', async () => {
    const plain = [{ kind: 'task.started', taskId: 't' }];
    expect(await startedWith(lost)).toEqual(plain);
    expect(await startedWith(() => Promise.resolve(undefined))).toEqual(plain);
  });
});
