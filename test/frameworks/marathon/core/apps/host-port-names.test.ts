import { hostPortNames } from '../../../../../frameworks/marathon/core/apps/host-port-names';
import { app } from '../../fake-cluster';

const bridge = (portMappings: readonly object[]) => ({
  networks: [{ mode: 'container/bridge' }],
  container: { type: 'MESOS', portMappings },
});

test.each([
  [
    'definitions, with and without a name',
    { portDefinitions: [{ port: 0, name: 'http' }, { port: 0 }] },
    ['http', undefined],
  ],
  ['no definitions', { portDefinitions: [] }, []],
  ['mappings', bridge([{ containerPort: 80, hostPort: 0, name: 'http' }]), ['http']],
])('the names of %s come in the order of host ports', (_name, members, names) => {
  expect(hostPortNames(app(members))).toEqual(names);
});

test('a mapping without a host port has no place among the names', () => {
  const container = {
    type: 'MESOS',
    portMappings: [
      { containerPort: 80, name: 'a' },
      { containerPort: 81, hostPort: 0, name: 'b' },
    ],
  };
  const members = { networks: [{ mode: 'container', name: 'net' }], container };
  expect(hostPortNames(app(members))).toEqual(['b']);
});
