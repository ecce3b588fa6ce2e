import type { PodContainer } from '../../../../frameworks/marathon/api/pod';
import type { ContainerTask } from '../../../../frameworks/marathon/core/state/state';
import { containerStatus } from '../../../../frameworks/marathon/views/pod-containers';
import { container, pod } from '../pods';

const TIMES = {
  gracePeriodSeconds: 300,
  intervalSeconds: 60,
  maxConsecutiveFailures: 3,
  timeoutSeconds: 20,
  delaySeconds: 15,
};
const endpoint = { protocol: [], labels: {}, networkNames: [] };
const BY_HTTP = { ...TIMES, http: { endpoint: 'http', scheme: 'HTTP' as const } };
const BY_COMMAND = { ...TIMES, exec: { command: { shell: 'true' } } };
const ENDPOINTS = [
  { ...endpoint, name: 'http', hostPort: 0 },
  { ...endpoint, name: 'inner', containerPort: 80 },
  { ...endpoint, name: 'admin', hostPort: 0 },
];

function task(members: Partial<ContainerTask>): ContainerTask {
  return {
    id: 'pod.instance-1.web.1',
    container: 'web',
    condition: 'Running',
    hostPorts: [],
    stagedAt: 0,
    since: 0,
    ipAddresses: [],
    ...members,
  };
}

function statusOf(members: Partial<ContainerTask>, ofContainer: Partial<PodContainer> = {}) {
  return containerStatus(pod({ containers: [container('web', ofContainer)] }), task(members), false);
}

test('a container that runs has its state, its resources and no conditions without a health check', () => {
  const since = '1970-01-01T00:00:05.000Z';
  expect(statusOf({ startedAt: 5000 })).toEqual({
    name: 'web',
    status: 'TASK_RUNNING',
    statusSince: since,
    conditions: [],
    containerId: 'pod.instance-1.web.1',
    endpoints: [],
    resources: { cpus: 0.1, mem: 32, disk: 0, gpus: 0 },
    lastUpdated: since,
    lastChanged: since,
  });
});

test('a container that has ended says why, and has no resources', () => {
  const ended = statusOf(
    { condition: 'Failed', message: 'exit 1', hostPorts: [1] },
    { endpoints: ENDPOINTS },
  );
  expect(ended).toMatchObject({ status: 'TASK_FAILED', termination: { message: 'exit 1' }, endpoints: [] });
  expect(ended).not.toHaveProperty('resources');
});

test('endpoints have their host ports in order, and the one that is checked is last with its health', () => {
  const found = { hostPorts: [31_000, 31_001], healthy: true };
  expect(statusOf(found, { endpoints: ENDPOINTS }).endpoints).toEqual([
    { name: 'http', allocatedHostPort: 31_000 },
    { name: 'admin', allocatedHostPort: 31_001 },
    { name: 'inner' },
  ]);
  expect(statusOf(found, { endpoints: ENDPOINTS, healthCheck: BY_HTTP }).endpoints).toEqual([
    { name: 'admin', allocatedHostPort: 31_001 },
    { name: 'inner' },
    { name: 'http', allocatedHostPort: 31_000, healthy: true },
  ]);
});

it.each<
  [
    name: string,
    members: Partial<ContainerTask>,
    healthCheck: PodContainer['healthCheck'],
    condition: string[],
  ]
>([
  ['no report yet', {}, BY_HTTP, ['false', 'health-unreported-by-mesos']],
  ['a good report', { healthy: true }, BY_HTTP, ['true', 'health-reported-by-mesos']],
  ['a bad report', { healthy: false }, BY_COMMAND, ['false', 'health-reported-by-mesos']],
  ['a container that starts', { condition: 'Starting', healthy: true }, BY_COMMAND, []],
  [
    'an end after a command',
    { condition: 'Failed', healthy: false },
    BY_COMMAND,
    ['false', 'health-reported-by-mesos'],
  ],
  [
    'an end after requests',
    { condition: 'Failed', healthy: true },
    BY_HTTP,
    ['false', 'health-unreported-by-mesos'],
  ],
])('the condition of %s', (_name, members, healthCheck, condition) => {
  const { conditions } = statusOf({ hostPorts: [1, 2], ...members }, { endpoints: ENDPOINTS, healthCheck });
  expect(conditions.flatMap(({ value, reason }) => [value, reason])).toEqual(condition);
});

test('a container that its pod no longer has is shown by its name', () => {
  expect(containerStatus(pod({ containers: [container('other')] }), task({}), false)).toMatchObject({
    name: 'web',
    endpoints: [],
  });
});

test('a container that has ended and waits on its volumes keeps its resources, and is neither healthy nor unhealthy', () => {
  const spec = pod({ containers: [container('web', { endpoints: ENDPOINTS, healthCheck: BY_HTTP })] });
  const ended = containerStatus(spec, task({ condition: 'Failed', hostPorts: [1, 2] }), true);
  expect(ended).toMatchObject({ conditions: [], resources: { cpus: 0.1, mem: 32, disk: 0, gpus: 0 } });
});
