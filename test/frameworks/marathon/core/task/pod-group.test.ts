import type * as mesos from '../../../../../cluster/api/generated/mesos';
import { executorIdOf } from '../../../../../frameworks/marathon/core/task/pod-group';
import { agent, FakeCluster, portsOf } from '../../fake-cluster';
import { container, type PodMembers, pod } from '../../pods';

/** The group of a pod that is launched on an agent with enough of everything. */
function groupOf(members: PodMembers): { executor: mesos.ExecutorInfo; tasks: readonly mesos.TaskInfo[] } {
  const cluster = new FakeCluster({ agents: [agent(1, { disk: 1000 })] });
  cluster.change({ putPods: [pod(members)] });
  cluster.advance(100);
  const [operation] = cluster.callsOf('ACCEPT')[0]?.accept?.operations ?? [];
  const group = operation?.launch_group;
  if (!group) throw new Error('no launch');
  return { executor: group.executor, tasks: group.task_group.tasks ?? [] };
}

function amounts({ resources = [] }: Pick<mesos.TaskInfo, 'resources'>): Record<string, unknown> {
  return Object.fromEntries(
    resources.map(({ name, scalar, ranges }) => [name, scalar?.value ?? ranges?.range?.length]),
  );
}

test('the executor is the default one, with its own resources, all host ports and the labels of the pod', () => {
  const endpoint = { hostPort: 0, protocol: ['tcp'], labels: {}, networkNames: [] };
  const { executor, tasks } = groupOf({
    id: '/prod/pod',
    labels: { team: 'x' },
    containers: [
      container('web', {
        endpoints: [{ ...endpoint, name: 'http' }],
        resources: { cpus: 0.5, mem: 64, disk: 20, gpus: 0 },
      }),
      container('side'),
    ],
  });
  expect(executor).toMatchObject({
    type: 'DEFAULT',
    framework_id: { value: 'F1' },
    container: { type: 'MESOS', linux_info: { share_cgroups: false } },
    labels: { labels: [{ key: 'team', value: 'x' }] },
  });
  expect(executor.executor_id.value).toMatch(/^instance-prod_pod\.[0-9a-f-]{36}$/);
  expect(amounts(executor)).toEqual({ cpus: 0.1, mem: 32, disk: 10, ports: 1 });
  expect(tasks.map(amounts)).toEqual([
    { cpus: 0.5, mem: 64, disk: 20 },
    { cpus: 0.1, mem: 32 },
  ]);
  const [port] = portsOf(executor);
  expect(tasks[0]?.discovery?.ports?.ports).toMatchObject([{ number: port, name: 'http', protocol: 'tcp' }]);
  const variables = tasks[1]?.command?.environment?.variables ?? [];
  expect(variables.find(({ name }) => name === 'EP_HOST_HTTP')?.value).toBe(String(port));
});

test('a task has the program, artifacts, limits, labels and grace period of its container', () => {
  const { tasks } = groupOf({
    user: 'nobody',
    containers: [
      container('web', {
        user: 'www',
        artifacts: [{ uri: 'http://x/y', extract: true, executable: false, cache: false, destPath: 'z' }],
        labels: { tier: 'front' },
        lifecycle: { killGracePeriodSeconds: 2.3 },
        resourceLimits: { mem: 64 },
      }),
      container('side', { exec: { command: { argv: ['/bin/sleep', '5'] } } }),
      container('image', {
        exec: { command: { argv: ['one'] } },
        image: { kind: 'DOCKER', id: 'busybox', labels: {} },
      }),
      container('entry', {
        exec: { command: { argv: ['one'] }, overrideEntrypoint: true },
        image: { kind: 'DOCKER', id: 'busybox', labels: {} },
      }),
      container('own', { exec: undefined, image: { kind: 'DOCKER', id: 'busybox', labels: {} } }),
    ],
  });
  const [web] = tasks;
  expect(web).toMatchObject({
    name: 'web',
    command: {
      user: 'www',
      shell: true,
      value: 'sleep 1000',
      uris: [{ value: 'http://x/y', extract: true, executable: false, cache: false, output_file: 'z' }],
    },
    labels: { labels: [{ key: 'tier', value: 'front' }] },
    kill_policy: { grace_period: { nanoseconds: 2_300_000_000 } },
    limits: { mem: { value: 64 } },
  });
  const programs = tasks
    .slice(1)
    .map(({ command }) => [command?.user, command?.shell, command?.value, command?.arguments]);
  expect(programs).toEqual([
    ['nobody', false, '/bin/sleep', ['/bin/sleep', '5']],
    ['nobody', false, undefined, ['one']],
    ['nobody', false, 'one', ['one']],
    ['nobody', false, undefined, undefined],
  ]);
});

test('the executor is named after its instance', () => {
  expect(executorIdOf('a_b.c.instance-1-2')).toBe('instance-a_b.c.1-2');
});
