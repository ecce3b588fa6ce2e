import { printPod } from '../../../../frameworks/marathon/views/print-pod';
import { container, pod } from '../pods';

test('a pod is shown with all defaults, and without what is empty', () => {
  const plain = pod({ networks: [], containers: [container('web')], version: 'v1' });
  expect(printPod(plain)).toEqual({
    id: '/pod',
    version: 'v1',
    containers: [
      {
        name: 'web',
        exec: { command: { shell: 'sleep 1000' } },
        resources: { cpus: 0.1, mem: 32, disk: 0, gpus: 0 },
      },
    ],
    scaling: { kind: 'fixed', instances: 1 },
    executorResources: { cpus: 0.1, mem: 32, disk: 10 },
    role: '*',
    scheduling: {
      backoff: { backoff: 1, backoffFactor: 1.15, maxLaunchDelay: 300 },
      upgrade: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
      placement: {},
      killSelection: 'YOUNGEST_FIRST',
      unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
    },
  });
});

test('what a pod has is shown as it was sent', () => {
  const full = pod({
    labels: { a: 'b' },
    environment: { A: 'a', B: { secret: 's' } },
    secrets: { s: { source: 'x' } },
    volumes: [{ name: 'v', host: '/data' }],
    networks: [{ name: 'net', mode: 'container', labels: {} }],
    containers: [
      container('web', {
        image: { kind: 'DOCKER', id: 'web:1', labels: {} },
        endpoints: [{ name: 'http', containerPort: 80, protocol: ['tcp'], labels: {}, networkNames: [] }],
        volumeMounts: [{ name: 'v', mountPath: 'data' }],
      }),
    ],
    scheduling: {
      placement: { constraints: [{ fieldName: 'hostname', operator: 'UNIQUE' }], acceptedResourceRoles: [] },
    },
  });
  expect(printPod(full)).toMatchObject({
    labels: { a: 'b' },
    environment: { A: 'a', B: { secret: 's' } },
    secrets: { s: { source: 'x' } },
    volumes: [{ name: 'v', host: '/data' }],
    networks: [{ name: 'net', mode: 'container' }],
    scheduling: { placement: { constraints: [{ fieldName: 'hostname', operator: 'UNIQUE' }] } },
  });
  const [web] = printPod(full)['containers'] as object[];
  expect(web).toMatchObject({ volumeMounts: [{ name: 'v', mountPath: 'data' }] });
  expect(web).toHaveProperty('image', { kind: 'DOCKER', id: 'web:1' });
  expect(web).toHaveProperty('endpoints', [{ name: 'http', containerPort: 80, protocol: ['tcp'] }]);
});
