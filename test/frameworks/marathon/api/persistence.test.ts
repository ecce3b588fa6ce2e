import { violationsOf } from '../../../../frameworks/marathon/api/app-validate';
import { persistenceOf } from '../../../../frameworks/marathon/api/persistence';
import type { Finding } from '../../../../frameworks/marathon/api/violations';
import { printApp } from '../../../../frameworks/marathon/core/apps/print-app';
import { database } from '../volume-cluster';
import { readApp } from './read-app';

type Members = Record<string, unknown>;

const OPTIONS = { features: [], validRoles: ['web', '*'], executor: '//cmd' };

/** The findings about an app with one volume. */
function findingsOf(persistent: Members, volume: Members = {}, members: Members = {}): Finding[] {
  const volumes = [{ containerPath: 'data', persistent: { size: 10, ...persistent }, ...volume }];
  return violationsOf(database({ volumes, ...members }), OPTIONS);
}

const of = (path: string) => `/container/volumes(0)${path}`;

test.each<[name: string, persistent: Members, path: string, error: string]>([
  ['no size', { size: 0 }, '/persistent/size', 'got 0, expected more than 0'],
  ['a largest size on a root disk', { maxSize: 20 }, '/persistent', 'Only mount volumes can have maxSize'],
  ['a largest size below', { type: 'mount', maxSize: 9 }, '/persistent', 'Max size must be larger than size'],
  ['an empty profile', { type: 'mount', profileName: '' }, '/persistent/profileName', 'must not be empty'],
  [
    'a profile on a root disk',
    { type: 'root', profileName: 'fast' },
    '/persistent/profileName',
    'root disks have no profile; use mount',
  ],
  [
    'constraints on a root disk',
    { constraints: [['path', 'LIKE', 'x']] },
    '/persistent',
    'Constraints on root volumes are not supported',
  ],
  [
    'no constraint',
    { type: 'path', constraints: [[]] },
    '/persistent/constraints(0)',
    'Missing field and operator',
  ],
  [
    'another field',
    { type: 'path', constraints: [['size', 'LIKE', 'x']] },
    '/persistent/constraints(0)',
    'Unsupported constraint size,LIKE,x',
  ],
  [
    'another operator',
    { type: 'path', constraints: [['path', 'UNIQUE', 'x']] },
    '/persistent/constraints(0)',
    'Operator must be one of LIKE, UNLIKE',
  ],
  [
    'an unknown operator',
    { type: 'path', constraints: [['path', 'NEAR', 'x']] },
    '/persistent/constraints(0)',
    'unknown constraint operator NEAR',
  ],
  [
    'no pattern',
    { type: 'path', constraints: [['path', 'LIKE', '(']] },
    '/persistent/constraints(0)',
    'Invalid regular expression',
  ],
])('a volume with %s is refused', (_name, persistent, path, error) => {
  expect(findingsOf(persistent)).toEqual([{ path: of(path), error }]);
});

test.each<[name: string, volume: Members, path: string, error: string]>([
  ['the sandbox itself', { containerPath: '.' }, '/containerPath', 'can not be one of (.,..)'],
  ['a path', { containerPath: 'a/b' }, '/containerPath', 'value must not contain "/"'],
  ['reading', { mode: 'RO' }, '/mode', 'got RO, expected RW'],
])('a volume for %s is refused', (_name, volume, path, error) => {
  expect(findingsOf({}, volume)).toEqual([{ path: of(path), error }]);
});

test.each<[name: string, members: Members, path: string, error: string]>([
  ['in the role *', { role: '*' }, '/role', 'Resident apps cannot have the role *'],
  [
    'of reserved resources',
    { acceptedResourceRoles: ['web'] },
    '/acceptedResourceRoles',
    'A resident app must have `acceptedResourceRoles = ["*"]`.',
  ],
  [
    'that is replaced when it is unreachable',
    { unreachableStrategy: {} },
    '/',
    'unreachableStrategy must be disabled for resident tasks',
  ],
  [
    'over its number of instances',
    { upgradeStrategy: {} },
    '/upgradeStrategy/maximumOverCapacity',
    'got 1.0, expected 0.0',
  ],
])('an app with a volume %s is refused', (_name, members, path, error) => {
  expect(findingsOf({}, {}, members)).toEqual([{ path, error }]);
});

test('two volumes at one place are refused', () => {
  const volume = { containerPath: 'data', persistent: { size: 1 } };
  expect(violationsOf(database({ volumes: [volume, volume] }), OPTIONS)).toEqual([
    { path: '/container/volumes', error: 'Persistent volumes must have different container paths' },
  ]);
});

test('an app with a volume has the defaults of resident apps, and shows them', () => {
  const volumes = [{ containerPath: 'data', persistent: { size: 10 } }];
  const app = readApp({ cmd: 'x', role: 'web', container: { volumes } });
  expect(violationsOf(app, OPTIONS)).toEqual([]);
  expect(printApp(app)).toMatchObject({
    container: {
      volumes: [
        { containerPath: 'data', mode: 'RW', persistent: { type: 'root', size: 10, constraints: [] } },
      ],
    },
    residency: { relaunchEscalationTimeoutSeconds: 3600, taskLostBehavior: 'WAIT_FOREVER' },
    unreachableStrategy: 'disabled',
    upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
  });
  expect(readApp(printApp(app))).toEqual(app);
});

test('a volume with a profile is on a mount, unless it says otherwise', () => {
  const wanted = { size: 1, constraints: [], profileName: 'fast' };
  expect([persistenceOf(wanted).type, persistenceOf({ ...wanted, type: 'path' }).type]).toEqual([
    'mount',
    'path',
  ]);
});
