import { validatePodRoles } from '../../../../frameworks/marathon/api/pod-validate';
import { CONTAINER, findingsOfPod, readPod } from './read-pod';

const EMPTY = { name: 'v' };
const mounting = (members: object): object => ({
  ...members,
  containers: [{ ...CONTAINER, volumeMounts: [{ name: 'v', mountPath: 'data' }] }],
});
const endpoint = (name: string, members: object = {}): object => ({ name, ...members });
const withEndpoints = (...endpoints: object[]): object => ({ containers: [{ ...CONTAINER, endpoints }] });

it.each<[name: string, members: object, findings: string[]]>([
  ['a plain pod', {}, []],
  ['the root as id', { id: '/' }, ['/id: Path must contain at least one path element']],
  ['a relative id', { id: 'shop/pod' }, ['/id: Path needs to be absolute']],
  [
    'a reserved id',
    { id: '/shop/versions' },
    ['/id: must not end with any of the following reserved keywords: restart, tasks, versions, ., ..'],
  ],
  ['no user', { user: '' }, ['/user: must not be empty']],
  [
    'containers of one name',
    { containers: [CONTAINER, CONTAINER] },
    ['/containers: container names must be unique'],
  ],
  [
    'a volume without a mount',
    { volumes: [EMPTY] },
    ['/volumes(0): volume must be referenced by at least one container'],
  ],
  ['a volume with a mount', mounting({ volumes: [EMPTY] }), []],
  [
    'a mount of no volume',
    mounting({}),
    ['/containers(0)/volumeMounts(0)/name: Referenced Volume in VolumeMount should exist'],
  ],
  ['volumes of one name', mounting({ volumes: [EMPTY, EMPTY] }), ['/volumes: volume names must be unique']],
  [
    'a volume of an unknown secret',
    mounting({ volumes: [{ name: 'v', secret: 's' }] }),
    ['/volumes(0)/secret: volume.secret must refer to an existing secret'],
  ],
  [
    'a volume that leads out of the sandbox',
    mounting({ volumes: [{ name: 'v', host: '../x' }] }),
    ['/volumes(0)/host: must not lead out of the sandbox, which a relative path is in'],
  ],
  ['a persistent volume', mounting({ volumes: [{ name: 'v', persistent: { size: 1 } }] }), []],
  [
    'a persistent volume without size',
    mounting({ volumes: [{ name: 'v', persistent: { size: 0 } }] }),
    ['/volumes(0)/persistent/size: got 0, expected more than 0'],
  ],
  [
    'a persistent volume and instances that are replaced elsewhere',
    mounting({
      volumes: [{ name: 'v', persistent: { size: 1 } }],
      scheduling: { unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 } },
    }),
    ['/: unreachableStrategy must be disabled for pods with persistent volumes'],
  ],
  [
    'endpoints of one name',
    withEndpoints(endpoint('a'), endpoint('a')),
    ['/: endpoint names nust be unique across all containers'],
  ],
  [
    'one host port twice',
    withEndpoints(endpoint('a', { hostPort: 80 }), endpoint('b', { hostPort: 80 })),
    ['/: host ports must be unique across all containers'],
  ],
  [
    'one port of the containers twice',
    {
      networks: [{ name: 'net' }],
      ...withEndpoints(endpoint('a', { containerPort: 80 }), endpoint('b', { containerPort: 80 })),
    },
    ['/: container ports must be unique across all containers'],
  ],
  [
    'a network of the host with a name',
    { networks: [{ mode: 'host', name: 'net' }] },
    ['/networks: Host networks may not have names or labels'],
  ],
  [
    'a bridge with a name',
    { networks: [{ mode: 'container/bridge', name: 'net' }] },
    ['/networks: Bridge networks may not have names'],
  ],
  [
    'one network twice',
    { networks: [{ name: 'net' }, { name: 'net' }] },
    ['/networks: Duplicate networks are not allowed'],
  ],
  [
    'networks of two kinds',
    { networks: [{ name: 'net' }, { mode: 'host' }] },
    [
      '/networks: May specify a single host network, single bridge network, or else 1-to-n container networks',
    ],
  ],
  [
    'a network without a name',
    { networks: [{ mode: 'container' }] },
    ['/networks: Network name must be specified when container network is selected.'],
  ],
  [
    'a constraint without a field',
    { scheduling: { placement: { constraints: [{ fieldName: '', operator: 'UNIQUE' }] } } },
    ['/scheduling/placement/constraints(0): missing field for constraint declaration'],
  ],
  [
    'a constraint without its value',
    { scheduling: { placement: { constraints: [{ fieldName: 'hostname', operator: 'MAX_PER' }] } } },
    ['/scheduling/placement/constraints(0): MAX_PER requires an integer value'],
  ],
  [
    'an empty role',
    { scheduling: { placement: { acceptedResourceRoles: [''] } } },
    ['/scheduling/placement/acceptedResourceRoles: A role name must not be "".'],
  ],
  [
    'instances that are expunged before they are inactive',
    { scheduling: { unreachableStrategy: { inactiveAfterSeconds: 2, expungeAfterSeconds: 1 } } },
    [
      '/scheduling/unreachableStrategy: inactiveAfterSeconds (2) must be less or equal to expungeAfterSeconds, which is 1',
    ],
  ],
  [
    'seccomp of the executor',
    { linuxInfo: { seccomp: { unconfined: true } } },
    ['/linuxInfo/seccomp: Seccomp configuration on executor level is not supported'],
  ],
  [
    'a size of the shared memory of another',
    { linuxInfo: { ipcInfo: { mode: 'SHARE_PARENT', shmSize: 1 } } },
    ['/linuxInfo/ipcInfo: ipcInfo shmSize can NOT be set when mode is SHARE_PARENT'],
  ],
  [
    'a variable of an unknown secret',
    { environment: { A: { secret: 's' } } },
    ['/environment/A/secret: references an undefined secret'],
  ],
])('judges %s', (_name, members, findings) => {
  expect(findingsOfPod(readPod({ ...members }))).toEqual(findings);
});

test('secrets and GPUs need their features', () => {
  const pod = readPod({
    ...mounting({ volumes: [{ name: 'v', secret: 's' }], secrets: { s: { source: 'x' } } }),
    environment: { A: { secret: 's' } },
  });
  const needs = 'Feature secrets is not enabled. Enable with --enable_features secrets)';
  expect(findingsOfPod(pod, [])).toEqual([
    '/environment: use of secret-references in the environment requires the secrets feature to be enabled',
    `/secrets: ${needs}`,
    `/volumes: ${needs}`,
  ]);
  expect(findingsOfPod(pod)).toEqual([]);
  const withGpu = readPod({ containers: [{ ...CONTAINER, resources: { gpus: 1 } }] });
  expect(findingsOfPod(withGpu, [])).toEqual([
    '/containers: Feature gpu_resources is not enabled. Enable with --enable_features gpu_resources)',
  ]);
});

test('the roles of a pod are its group and the default', () => {
  const pod = readPod({ role: 'other', scheduling: { placement: { acceptedResourceRoles: ['*', 'x'] } } });
  expect(validatePodRoles(pod, { features: [], validRoles: ['*', 'dev'] })).toMatchObject({
    status: 422,
    body: {
      details: [
        { path: '/role', errors: ['got other, expected one of: *, dev'] },
        { path: '/acceptedResourceRoles', errors: ['acceptedResourceRoles can only contain * and other'] },
      ],
    },
  });
});
