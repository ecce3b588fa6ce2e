import { readingOf } from '../../jobs';

type Members = Record<string, unknown>;

const PORTS = { portMappings: [{ containerPort: 80 }] };
const EXTERNAL = { name: 'v', provider: 'rexray' };

function hintsOf(container: Members): string[] {
  const body = { name: 'job', command: 'x', container: { image: 'busybox', ...container } };
  return readingOf(body).unknown.map(({ path, hint }) => `${path} ${hint}`);
}

test.each<[hint: string, container: Members]>([
  [
    '/container/parameters has no effect: they are options of docker run, for a container of type DOCKER',
    { type: 'MESOS', parameters: [{ key: 'a', value: 'b' }] },
  ],
  [
    '/container/network has no effect in a container of type MESOS: networkName and networkInfos name its networks',
    { type: 'MESOS', network: 'BRIDGE' },
  ],
  ['/container/networkInfos has no effect in the network HOST', { networkInfos: [{ name: 'n', ...PORTS }] }],
  [
    '/container/networkInfos has no effect in the network BRIDGE but for its port mappings',
    { network: 'BRIDGE', networkInfos: [{ name: 'n' }] },
  ],
  ['/container/networkName has no effect beside the network USER', { networkName: 'n' }],
  [
    '/container/network is USER, and there is no networkName and no networkInfos: the runs fail',
    { network: 'USER' },
  ],
  [
    '/container/networkInfos has more than the one network that Docker takes: the runs fail',
    { network: 'USER', networkName: 'n', networkInfos: [{ name: 'm' }] },
  ],
  [
    '/container/volumes/0 has an external volume: its hostPath has no effect',
    { volumes: [{ containerPath: '/v', hostPath: '/h', external: EXTERNAL }] },
  ],
  [
    '/container/volumes/0 has no hostPath and no external volume: the runs fail',
    { volumes: [{ containerPath: '/v' }] },
  ],
])('%s', (hint, container) => {
  expect(hintsOf(container)).toEqual([hint]);
});

test.each<[name: string, container: Members]>([
  ['an image', {}],
  ['parameters', { parameters: [{ key: 'a', value: 'b' }] }],
  ['mapped ports', { network: 'BRIDGE', networkInfos: [{ name: 'n', ...PORTS }] }],
  ['a network of Docker', { network: 'USER', networkName: 'n' }],
  ['networks of Mesos', { type: 'MESOS', networkName: 'n', networkInfos: [{ name: 'm' }] }],
  [
    'volumes',
    {
      volumes: [
        { containerPath: '/v', hostPath: '/h' },
        { containerPath: '/w', external: EXTERNAL },
      ],
    },
  ],
])('a container with %s needs no hint', (_name, container) => {
  expect(hintsOf(container)).toEqual([]);
});
