import { podOf, readPod } from './read-pod';

test('every default is filled in', () => {
  expect(readPod()).toEqual({
    id: '/pod',
    version: '',
    labels: {},
    environment: {},
    containers: [
      {
        name: 'web',
        exec: { command: { shell: 'sleep 100' } },
        resources: { cpus: 0.1, mem: 32, disk: 0, gpus: 0 },
        endpoints: [],
        environment: {},
        volumeMounts: [],
        artifacts: [],
        labels: {},
      },
    ],
    secrets: {},
    volumes: [],
    networks: [],
    scaling: { kind: 'fixed', instances: 1 },
    scheduling: {
      backoff: { backoff: 1, backoffFactor: 1.15, maxLaunchDelay: 300 },
      upgrade: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
      placement: { constraints: [], acceptedResourceRoles: [] },
      killSelection: 'YOUNGEST_FIRST',
      unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
    },
    executorResources: { cpus: 0.1, mem: 32, disk: 10 },
    role: '*',
  });
});

test('resources, checks and artifacts of a container have defaults of their own', () => {
  const [container] = podOf({
    resources: {},
    endpoints: [{ name: 'http' }],
    healthCheck: { http: { endpoint: 'http' } },
    check: { tcp: { endpoint: 'http' } },
    artifacts: [{ uri: 'http://a/b' }],
  }).containers;
  expect(container).toMatchObject({
    resources: { cpus: 1, mem: 128, disk: 0, gpus: 0 },
    healthCheck: {
      http: { endpoint: 'http', scheme: 'HTTP' },
      gracePeriodSeconds: 300,
      intervalSeconds: 60,
      maxConsecutiveFailures: 3,
      timeoutSeconds: 20,
      delaySeconds: 15,
    },
    check: { tcp: { endpoint: 'http' }, intervalSeconds: 60, timeoutSeconds: 20, delaySeconds: 15 },
    artifacts: [{ uri: 'http://a/b', extract: true, executable: false, cache: false }],
  });
});

describe('endpoints', () => {
  const endpoints = [{ name: 'http', containerPort: 80 }];

  it.each<[networks: object[], hostPort: number | undefined]>([
    [[], 0],
    [[{ mode: 'host' }], 0],
    [[{ mode: 'container/bridge' }], 0],
    [[{ name: 'net' }], undefined],
  ])('of the networks %j have the host port %p', (networks, hostPort) => {
    expect(podOf({ endpoints }, { networks }).containers[0]?.endpoints[0]?.hostPort).toBe(hostPort);
  });
});

test('a network without a name is the default one, and not outside container mode', () => {
  expect(readPod({ networks: [{}] }, 'net').networks).toEqual([
    { name: 'net', mode: 'container', labels: {} },
  ]);
  expect(readPod({ networks: [{ mode: 'container/bridge' }] }, 'net').networks).toEqual([
    { mode: 'container/bridge', labels: {} },
  ]);
});

test('a pod with persistent volumes waits for its volumes', () => {
  const persistent = { size: 10 };
  const pod = readPod({
    volumes: [
      { name: 'a', persistent },
      { name: 'b', persistent: { ...persistent, profileName: 'fast' } },
    ],
  });
  expect(pod.scheduling).toMatchObject({
    upgrade: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
    unreachableStrategy: 'disabled',
  });
  expect(pod.volumes.map((volume) => volume.persistent?.type)).toEqual(['root', 'mount']);
});

test('only a pod that shares the cgroups of its executor says so', () => {
  expect(readPod({ legacySharedCgroups: false })).not.toHaveProperty('legacySharedCgroups');
  expect(readPod({ legacySharedCgroups: true })).toMatchObject({ legacySharedCgroups: true });
});
