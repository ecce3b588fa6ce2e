import type { ExecutorInfo, TaskInfo } from '../../../../../cluster/api/generated/mesos';
import { readExecutor, readGroup, readTask } from '../../../../../cluster/master/core/read/task';
import { allocateTo, readResources } from '../../../../../cluster/model/resources';
import { readWords } from '../../operation-words';

const info: TaskInfo = {
  name: 't',
  task_id: { value: 't1' },
  agent_id: { value: 'S0' },
  resources: readWords('cpus:1;mem:64'),
};
const executor: ExecutorInfo = { executor_id: { value: 'e' }, resources: readWords('cpus:0.1;mem:32') };
const rolesOf = ({ resources }: ExecutorInfo) => resources?.map(({ allocation_info: of }) => of?.role);

describe('a task of a LAUNCH', () => {
  it('has its id, and its resources allocated to the role of the offers', () => {
    const task = readTask(info, 'f', 'web');
    expect(task.id).toBe('t1');
    expect(task.resources).toEqual(allocateTo(readResources(info.resources), 'web'));
    expect(task.executor).toBeUndefined();
  });

  it('keeps an allocation that its framework has set', () => {
    const resources = readWords('cpus:1').map((cpus) => ({ ...cpus, allocation_info: { role: 'ops' } }));
    expect(readTask({ ...info, resources }, 'f', 'web').resources).toEqual(readResources(resources));
  });

  it('names the framework in its executor, if that names none', () => {
    const nameIn = (received: ExecutorInfo): string | undefined =>
      readTask({ ...info, executor: received }, 'f', 'web').executor?.info.framework_id?.value;
    expect(nameIn(executor)).toBe('f');
    expect(nameIn({ ...executor, framework_id: { value: 'g' } })).toBe('g');
  });

  it.each([
    ['command', { command: { value: 'true' } }, 'COMMAND'],
    ['http', { http: { port: 80 } }, 'HTTP'],
    ['tcp', { tcp: { port: 80 } }, undefined],
    ['command and http', { command: {}, http: { port: 80 } }, undefined],
    ['a type', { type: 'TCP', http: { port: 80 } }, 'TCP'],
  ] as const)('has the type of a health check with %s', (_members, check, type) => {
    expect(readTask({ ...info, health_check: check }, 'f', 'web').info.health_check?.type).toBe(type);
  });
});

describe('a task group', () => {
  it('gives its executor to tasks that name none', () => {
    const named = { ...executor, executor_id: { value: 'own' } };
    const group = readGroup({ executor, task_group: { tasks: [info, { ...info, executor: named }] } }, 'web');
    expect(group.tasks[0]?.executor).toBe(group.executor);
    expect(group.tasks[1]?.executor.id).toBe('own');
    expect(rolesOf(group.executor.info)).toEqual(['web', 'web']);
  });

  it('may have no tasks', () => {
    expect(readGroup({ executor, task_group: {} }, 'web').tasks).toEqual([]);
  });
});

describe('an executor', () => {
  it('has the same allocation in its record and in its resources', () => {
    const { executor: launched } = readGroup({ executor, task_group: {} }, 'web');
    expect(rolesOf(launched.info)).toEqual(['web', 'web']);
    expect(launched.resources).toEqual(readResources(launched.info.resources));
  });

  it('that an agent reports keeps what it has', () => {
    expect(readExecutor(executor)).toEqual({
      id: 'e',
      info: executor,
      resources: readResources(executor.resources),
    });
  });
});
