import {
  isResidentPod,
  podVolumeFindings,
  residentPodFindings,
  residentRoleFindings,
} from '../../../../frameworks/marathon/api/pod-persistence';
import { CONTAINER, readPod } from './read-pod';

type Members = Record<string, unknown>;

const resident = (persistent: Members = {}, members: Members = {}, name = 'v') =>
  readPod({
    volumes: [{ name, persistent: { size: 1, ...persistent } }],
    containers: [{ ...CONTAINER, volumeMounts: [{ name, mountPath: 'data' }] }],
    role: 'web',
    ...members,
  });

test('a pod with a persistent volume is resident, and has the strategies of one', () => {
  const pod = resident();
  expect([isResidentPod(pod), isResidentPod(readPod())]).toEqual([true, false]);
  expect(pod.scheduling).toMatchObject({
    upgrade: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
    unreachableStrategy: 'disabled',
  });
  expect(pod.volumes).toEqual([{ name: 'v', persistent: { type: 'root', size: 1, constraints: [] } }]);
  expect(resident({ profileName: 'fast' }).volumes).toMatchObject([{ persistent: { type: 'mount' } }]);
});

test.each<[name: string, persistent: Members, findings: string[]]>([
  ['of each kind', { type: 'path', constraints: [['path', 'LIKE', '/a.*']] }, []],
  ['of no size', { size: 0 }, ['/persistent/size: got 0, expected more than 0']],
  [
    'of a root disk with a largest size',
    { maxSize: 2 },
    ['/persistent: Only mount volumes can have maxSize'],
  ],
  ['too large', { type: 'mount', size: 3, maxSize: 2 }, ['/persistent: Max size must be larger than size']],
  [
    'of a root disk with a constraint',
    { constraints: [['path', 'LIKE', '/a']] },
    ['/persistent: Constraints on root volumes are not supported'],
  ],
])('a volume %s is judged as that of an app', (_name, persistent, findings) => {
  const [volume] = resident(persistent).volumes;
  const found = volume ? podVolumeFindings(volume) : [];
  expect(found.map(({ path, error }) => `${path}: ${error}`)).toEqual(findings);
});

test.each(['containers', 'stderr', 'stdout', 'tasks', 'volumes'])(
  'a persistent volume may not have the name %s, an ephemeral one may',
  (name) => {
    const [volume = { name }] = resident({}, {}, name).volumes;
    expect(podVolumeFindings(volume)).toEqual([
      {
        path: '/name',
        error: `must not be ${name} for a persistent volume: the executor has that in its sandbox`,
      },
    ]);
    expect(podVolumeFindings({ name })).toEqual([]);
  },
);

test.each<[name: string, scheduling: Members, path: string, error: string]>([
  [
    'starts the next instances first',
    { upgrade: { minimumHealthCapacity: 1, maximumOverCapacity: 1 } },
    '/scheduling/upgrade/maximumOverCapacity',
    'got 1.0, expected 0.0',
  ],
  [
    'replaces unreachable instances',
    { unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 } },
    '/',
    'unreachableStrategy must be disabled for pods with persistent volumes',
  ],
  [
    'accepts reserved resources',
    { placement: { acceptedResourceRoles: ['web'] } },
    '/scheduling/placement/acceptedResourceRoles',
    'A resident pod must have `acceptedResourceRoles = ["*"]`.',
  ],
])('a resident pod that %s is refused', (_name, scheduling, path, error) => {
  expect(residentPodFindings(resident({}, { scheduling }))).toEqual([{ path, error }]);
  expect(residentPodFindings(readPod({ scheduling }))).toEqual([]);
});

test('a resident pod has a role of its own', () => {
  expect(residentRoleFindings(resident())).toEqual([]);
  expect(residentRoleFindings(resident({}, { role: '*' }))).toEqual([
    { path: '/role', error: 'Resident pods cannot have the role *' },
  ]);
  expect(residentRoleFindings(readPod({ role: '*' }))).toEqual([]);
});
