import { podEnvironment } from '../../../../../frameworks/marathon/core/task/pod-environment';
import { container, type PodMembers, pod } from '../../pods';

const ENDPOINTS = [
  { name: 'web-api', hostPort: 31_000, containerPort: 80, protocol: ['tcp'], labels: {}, networkNames: [] },
  { name: 'in', containerPort: 81, protocol: ['tcp'], labels: {}, networkNames: [] },
];

function environment(members: PodMembers, prefix = ''): Record<string, unknown> {
  const definition = pod(members);
  const [first = container('web')] = definition.containers;
  const variables = podEnvironment({
    pod: definition,
    container: first,
    taskId: 't.web.1',
    executorId: 'instance-t',
    host: 'h1',
    endpoints: ENDPOINTS,
    prefix,
    isRoleEnforced: true,
  });
  return Object.fromEntries(
    variables.map(({ name, value, secret }) => [name, value ?? secret?.reference?.name]),
  );
}

test('the variables of a container win over those of the pod, and those of Marathon over both', () => {
  const env = environment({
    version: 'v1',
    labels: { 'a.b': '1', shared: 'pod' },
    secrets: { s: { source: '/path' } },
    environment: { A: 'pod', B: 'pod', HOST: 'mine', SECRET: { secret: 's' } },
    containers: [container('web', { environment: { B: 'web' }, labels: { shared: 'web' } })],
  });
  expect(env).toEqual({
    A: 'pod',
    B: 'web',
    SECRET: '/path',
    HOST: 'h1',
    MESOS_TASK_ID: 't.web.1',
    MESOS_EXECUTOR_ID: 'instance-t',
    MARATHON_APP_ID: '/pod',
    MARATHON_APP_VERSION: 'v1',
    MARATHON_CONTAINER_ID: 'web',
    MARATHON_APP_ENFORCE_GROUP_ROLE: 'TRUE',
    MARATHON_CONTAINER_RESOURCE_CPUS: '0.1',
    MARATHON_CONTAINER_RESOURCE_MEM: '32.0',
    MARATHON_CONTAINER_RESOURCE_DISK: '0.0',
    MARATHON_CONTAINER_RESOURCE_GPUS: '0',
    MARATHON_APP_LABELS: 'A_B SHARED',
    MARATHON_APP_LABEL_A_B: '1',
    MARATHON_APP_LABEL_SHARED: 'web',
    ENDPOINT_WEB_API: '31000',
    EP_HOST_WEB_API: '31000',
    EP_CONTAINER_WEB_API: '80',
    EP_CONTAINER_IN: '81',
  });
});

test('an endpoint is the port of the container outside the network of the host; the prefix is for endpoints only', () => {
  const env = environment({ networks: [{ mode: 'container', name: 'n', labels: {} }] }, 'my_');
  expect(env).toMatchObject({
    HOST: 'h1',
    MY_ENDPOINT_WEB_API: '80',
    MY_ENDPOINT_IN: '81',
    MY_EP_HOST_WEB_API: '31000',
  });
});
