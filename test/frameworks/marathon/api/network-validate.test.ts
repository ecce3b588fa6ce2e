import { readAppUpdate } from '../../../../frameworks/marathon/api/app-update';
import { newReading } from '../../../../frameworks/marathon/api/read';
import { findingsOf } from './violations-of';

const NETWORKS = [{ name: 'one' }, { name: 'two' }];
const MULTIPLE =
  'networkNames must be a single item list when hostPort is specified and more than 1 container network is defined';

test.each<[name: string, networkNames: readonly string[], hostPort: number | undefined, isFine: boolean]>([
  ['a host port in no network', [], 0, false],
  ['a host port in both', ['one', 'two'], 0, false],
  ['a host port in one', ['two'], 0, true],
  ['a port of the container in all', [], undefined, true],
])('of two networks, %s', (_name, networkNames, hostPort, isFine) => {
  const container = { type: 'MESOS', portMappings: [{ containerPort: 80, hostPort, networkNames }] };
  const findings = isFine ? [] : [{ path: '/container/portMappings(0)', error: MULTIPLE }];
  expect(findingsOf({ networks: NETWORKS, container })).toEqual(findings);
});

test('a mapping names networks of the app', () => {
  const container = { type: 'MESOS', portMappings: [{ containerPort: 80, networkNames: ['three'] }] };
  expect(findingsOf({ networks: NETWORKS, container })).toEqual([
    { path: '/container/portMappings(0)/networkNames(0)', error: 'is not one of (one,two)' },
  ]);
});

test('the bridge of Docker has no labels, and that of Mesos has', () => {
  const networks = [{ mode: 'container/bridge', labels: { a: 'b' } }];
  expect(findingsOf({ networks })).toEqual([]);
  expect(findingsOf({ networks, container: { type: 'DOCKER', docker: { image: 'web:1' } } })).toEqual([
    { path: '/networks(0)/labels', error: 'labels of a bridge need a container of type MESOS' },
  ]);
});

test('an image of Docker is in one network of containers', () => {
  const container = { type: 'DOCKER', docker: { image: 'web:1' } };
  expect(findingsOf({ networks: NETWORKS, container })).toEqual([
    {
      path: '/',
      error: 'may only specify a single container network when using the Docker container engine',
    },
  ]);
});

test.each<[name: string, error: string | undefined]>([
  ['dcos_1-net', undefined],
  ['n'.repeat(63), undefined],
  ['n'.repeat(64), 'error.maxLength'],
  ['', 'error.minLength'],
  ['Net', 'error.pattern'],
  ['-net', 'error.pattern'],
  ['net_', 'error.pattern'],
])('the name %p of a network has the form of the original', (name, error) => {
  const problems = error === undefined ? [] : [{ path: '/networks(0)/name', error }];
  const reading = newReading();
  readAppUpdate({ networks: [{ name }] }, '', reading);
  expect(reading.problems).toMatchObject(problems);
});
