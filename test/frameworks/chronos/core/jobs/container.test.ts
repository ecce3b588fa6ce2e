import { newReading } from '../../../../../frameworks/chronos/core/jobs/codec';
import { container } from '../../../../../frameworks/chronos/core/jobs/container';

function read(value: unknown): unknown {
  const reading = newReading();
  const result = container.read(value, '/container', reading);
  return reading.violations[0] ?? (result && JSON.parse(container.print(result)));
}

test('a container has defaults, and a volume without a mode is writable', () => {
  expect(read({ image: 'busybox', volumes: [{ containerPath: '/a' }] })).toEqual({
    type: 'DOCKER',
    image: 'busybox',
    network: 'HOST',
    networkInfos: [],
    volumes: [{ containerPath: '/a', mode: 'RW' }],
    forcePullImage: false,
    parameters: [],
  });
});

test('ports are printed as texts, as the original does', () => {
  const portMappings = [{ hostPort: 0, containerPort: '80', protocol: 'tcp' }];
  expect(
    read({ type: 'mesos', image: 'a', networkInfos: [{ name: 'net', protocol: 'IPv4', portMappings }] }),
  ).toMatchObject({
    type: 'MESOS',
    networkInfos: [
      { name: 'net', labels: [], portMappings: [{ hostPort: '0', containerPort: '80', protocol: 'tcp' }] },
    ],
  });
});

test.each([
  [{}, '/container/image', 'is missing'],
  [{ image: 'a', type: 'VM' }, '/container/type', 'must be one of DOCKER, MESOS, not "VM"'],
  [{ image: 'a', network: 'host' }, '/container/network', 'must be one of BRIDGE, HOST, USER, not "host"'],
  [
    { image: 'a', volumes: [{ containerPath: '/a', mode: 'X' }] },
    '/container/volumes/0/mode',
    'must be one of RW, RO, not "X"',
  ],
  [{ image: 'a', volumes: [{}] }, '/container/volumes/0/containerPath', 'is missing'],
  [
    { image: 'a', volumes: [{ containerPath: '/', external: {} }] },
    '/container/volumes/0/external/name',
    'is missing',
  ],
  [{ image: 'a', parameters: [{ value: 'x' }] }, '/container/parameters/0/key', 'is missing'],
  [
    { image: 'a', forcePullImage: 'perhaps' },
    '/container/forcePullImage',
    'must be true or false, not "perhaps"',
  ],
])('the container %j is refused at %s', (value, path, clause) => {
  expect(read(value)).toEqual({ path, clause });
});
