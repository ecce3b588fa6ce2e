import { readAppUpdate } from '../../../../frameworks/marathon/api/app-update';
import { newReading } from '../../../../frameworks/marathon/api/read';
import { app } from '../fake-cluster';
import { findingsOf } from './violations-of';

type Members = Record<string, unknown>;

const DRIVER = { 'dvdi/driver': 'rexray' };

function volume(external: Members, more: Members = {}): Members {
  const full = { name: 'vol', provider: 'dvdi', options: DRIVER, ...external };
  return { containerPath: 'v', mode: 'RW', external: full, ...more };
}

const mesos = (...volumes: readonly Members[]): Members => ({ container: { type: 'MESOS', volumes } });
const docker = (...volumes: readonly Members[]): Members => ({
  container: { type: 'DOCKER', docker: { image: 'web:1' }, volumes },
});
const options = (more: Members): Members => mesos(volume({ options: { ...DRIVER, ...more } }));

const LABEL = "must fully match regular expression '^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$'";

test.each<[name: string, members: Members, path: string, error: string]>([
  ['no provider', mesos(volume({ provider: undefined })), '(0)/external/provider', 'not defined'],
  ['another provider', mesos(volume({ provider: 'other' })), '(0)/external/provider', 'is unknown provider'],
  [
    'CSI',
    mesos(volume({ provider: 'csi', options: { pluginName: 'p', capability: { accessType: 'block' } } })),
    '(0)/external/provider',
    'csi is not supported by this Marathon, since its agents have no CSI volumes; use dvdi',
  ],
  ['no name', mesos(volume({ name: undefined })), '(0)/external/name', 'not defined'],
  ['an empty name', mesos(volume({ name: '' })), '(0)/external/name', 'must not be empty'],
  ['no size at all', mesos(volume({ size: 0 })), '(0)/external/size', 'must be at least 1, in GiB'],
  ['no driver', mesos(volume({ options: {} })), '(0)/external/options("dvdi/driver")', 'not defined'],
  ['an odd driver', options({ 'dvdi/driver': 'A B' }), '(0)/external/options("dvdi/driver")', LABEL],
  [
    'an option without a provider',
    options({ size: '1' }),
    '(0)/external/options("size")',
    "must fully match regular expression '^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?/[A-Za-z0-9](?:[-A-Za-z0-9._:]*[A-Za-z0-9])?$'",
  ],
  [
    'rexray with odd operations',
    options({ 'dvdi/iops': '0' }),
    '(0)/external/options("dvdi/iops")',
    'Expected a valid, positive integer',
  ],
  [
    'rexray with an odd switch',
    options({ 'dvdi/overwritefs': 'perhaps' }),
    '(0)/external/options("dvdi/overwritefs")',
    'Expected a valid boolean',
  ],
  ['a volume to read', mesos(volume({}, { mode: 'RO' })), '(0)/mode', 'got RO, expected RW'],
  ['a dot', mesos(volume({}, { containerPath: '..' })), '(0)/containerPath', 'can not be one of (.,..)'],
  [
    'options for Docker',
    docker(volume({ options: { ...DRIVER, 'dvdi/iops': '1' } })),
    '(0)/external/options',
    'must only contain dvdi/driver',
  ],
  [
    'a size for Docker',
    docker(volume({ size: 1 })),
    '(0)/external/size',
    'must be undefined for Docker containers',
  ],
  ['a name twice', mesos(volume({}), volume({}, { containerPath: 'w' })), '', 'Volume names must be unique'],
  [
    'two drivers for Docker',
    docker(volume({}), volume({ name: 'other', options: { 'dvdi/driver': 'nfs' } })),
    '',
    'must have one volume driver, since docker run takes one alone',
  ],
])('%s is refused', (_name, members, path, error) => {
  expect(findingsOf(members)).toEqual([{ path: `/container/volumes${path}`, error }]);
});

test.each<[name: string, members: Members]>([
  ['all options of a driver', { ...options({ 'dvdi/volumetype': 'io1', 'dvdi/overwritefs': 'true' }) }],
  ['a size', mesos(volume({ size: 100 }))],
  ['a volume to read of Docker', docker(volume({}, { mode: 'RO' }))],
  ['options of another driver', mesos(volume({ options: { 'dvdi/driver': 'nfs', 'dvdi/iops': 'all' } }))],
])('%s is accepted', (_name, members) => {
  expect(findingsOf(members)).toEqual([]);
});

test('an app with a volume has one instance, and never one beside it', () => {
  expect(app(mesos(volume({}))).upgradeStrategy).toEqual({
    minimumHealthCapacity: 0.5,
    maximumOverCapacity: 0,
  });
  const upgradeStrategy = { maximumOverCapacity: 1 };
  expect(findingsOf({ ...mesos(volume({ shared: true })), instances: 2, upgradeStrategy })).toEqual([
    { path: '/', error: 'Number of instances is limited to 1 when declaring DVDI volumes in app [/app]' },
    { path: '/upgradeStrategy/maximumOverCapacity', error: 'got 1.0, expected 0.0' },
  ]);
});

test('an option of another provider is told to have no effect', () => {
  const reading = newReading();
  readAppUpdate(options({ 'dcos/label': 'x' }), '', reading);
  expect(reading.unknown).toMatchObject([
    {
      path: '/container/volumes(0)/external/options/dcos/label',
      hint: expect.stringContaining('has no effect'),
    },
  ]);
});
