import {
  endpointsOf,
  hasHealthChecks,
  isPod,
  isResident,
  persistentVolumesOf,
  specOf,
  specsOf,
} from '../../../../../frameworks/marathon/core/state/run-spec';
import { app } from '../../fake-cluster';
import { container, podSpec } from '../../pods';
import { database } from '../../volume-cluster';

const ENDPOINT = { name: 'http', hostPort: 0, protocol: ['tcp'], labels: {}, networkNames: [] };

test('a pod has the members of an app, and the sum of its containers', () => {
  const resources = { cpus: 0.1, mem: 32, disk: 5, gpus: 1 };
  const spec = podSpec({
    instances: 3,
    containers: [container('a', { resources }), container('b', { resources: { ...resources, cpus: 0.2 } })],
    scheduling: {
      placement: {
        constraints: [
          { fieldName: 'hostname', operator: 'UNIQUE' },
          { fieldName: 'rack', operator: 'IS', value: 'r1' },
        ],
        acceptedResourceRoles: ['*'],
      },
    },
  });
  expect(spec).toMatchObject({
    instances: 3,
    cpus: 0.3,
    mem: 64,
    disk: 10,
    gpus: 2,
    constraints: [
      ['hostname', 'UNIQUE'],
      ['rack', 'IS', 'r1'],
    ],
    acceptedResourceRoles: ['*'],
    backoffSeconds: 1,
    maxLaunchDelaySeconds: 300,
    killSelection: 'YOUNGEST_FIRST',
  });
});

test('apps and pods are found by their ids in one table', () => {
  const web = app({ id: '/web' });
  const spec = podSpec();
  const tables = { apps: new Map([['/web', web]]), pods: new Map([['/pod', spec]]) };
  expect([specOf(tables, '/web'), specOf(tables, '/pod'), specOf(tables, '/x')]).toEqual([
    web,
    spec,
    undefined,
  ]);
  expect([...specsOf(tables).values()].map(isPod)).toEqual([false, true]);
  expect(specsOf({ ...tables, pods: new Map() })).toBe(tables.apps);
});

test('a pod has health checks when a container has one', () => {
  const healthCheck = {
    tcp: { endpoint: 'http' },
    gracePeriodSeconds: 1,
    intervalSeconds: 1,
    maxConsecutiveFailures: 1,
    timeoutSeconds: 1,
    delaySeconds: 1,
  };
  const checked = container('web', { endpoints: [ENDPOINT], healthCheck });
  expect(hasHealthChecks(podSpec())).toBe(false);
  expect(hasHealthChecks(podSpec({ containers: [container('side'), checked] }))).toBe(true);
  expect(endpointsOf(podSpec({ containers: [container('side'), checked] }).pod)).toEqual([ENDPOINT]);
});

test('the persistent volumes of an app have their paths, those of a pod their names', () => {
  const persistent = { type: 'root', size: 1, constraints: [] } as const;
  const ofApp = [
    { containerPath: '/etc', hostPath: '/etc' },
    { containerPath: 'data', persistent: { size: 1 } },
  ];
  const specs = [
    database({ volumes: ofApp }),
    podSpec({ volumes: [{ name: 'shared' }, { name: 'data', persistent }] }),
  ];
  for (const spec of specs) {
    expect(persistentVolumesOf(spec)).toEqual([{ containerPath: 'data', persistent }]);
    expect(isResident(spec)).toBe(true);
  }
  expect(isResident(podSpec({ volumes: [{ name: 'shared' }] }))).toBe(false);
});
