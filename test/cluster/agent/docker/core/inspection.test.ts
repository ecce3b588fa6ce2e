import {
  networkInfosOf,
  readInspection,
  textWithout,
} from '../../../../../cluster/agent/docker/core/inspection';

const STATE = {
  Status: 'running',
  Running: true,
  OOMKilled: false,
  Pid: 42,
  ExitCode: 0,
  Error: '',
  StartedAt: '2026-01-01T00:00:00Z',
};
const NEVER = '0001-01-01T00:00:00Z';

const container = (state: object = {}, more: object = {}) => ({
  Id: 'abc',
  State: { ...STATE, ...state },
  Config: { StopSignal: 'SIGUSR1', Labels: { a: 'b' } },
  HostConfig: { NetworkMode: 'own', Memory: 5, MemorySwap: 10 },
  NetworkSettings: {
    IPAddress: '172.17.0.9',
    Networks: { own: { IPAddress: '10.0.0.2', GlobalIPv6Address: 'fd00::2' } },
  },
  ...more,
});

test('the answer of the engine is read, and kept as docker inspect prints it', () => {
  const json = container();
  expect(readInspection(json)).toEqual({
    id: 'abc',
    phase: 'running',
    pid: 42,
    started: true,
    exitCode: 0,
    ranOutOfMemory: false,
    error: '',
    stopSignal: 'SIGUSR1',
    addresses: [{ ip_address: '10.0.0.2' }, { ip_address: 'fd00::2', protocol: 'IPv6' }],
    labels: { a: 'b' },
    Memory: 5,
    MemorySwap: 10,
    text: JSON.stringify([json], undefined, 4),
  });
});

test.each([
  ['created', { Status: 'created', Running: false, StartedAt: NEVER, Pid: 0 }, 'created'],
  ['that failed to start', { Status: 'created', Running: false, StartedAt: NEVER, ExitCode: 127 }, 'created'],
  ['paused', { Status: 'paused' }, 'running'],
  ['restarting', { Status: 'restarting', Running: false, Pid: 0 }, 'running'],
  ['ended', { Status: 'exited', Running: false, Pid: 0 }, 'ended'],
  ['dead', { Status: 'dead', Running: false, Pid: 0 }, 'ended'],
])('a container %s has its phase', (_name, state, phase) => {
  expect(readInspection(container(state)).phase).toBe(phase);
});

test('an engine that is older than networks has one address, and the default network is the bridge', () => {
  const addressesIn = (more: object): unknown => readInspection(container({}, more)).addresses;
  expect(addressesIn({ NetworkSettings: { IPAddress: '172.17.0.9' } })).toEqual([
    { ip_address: '172.17.0.9' },
  ]);
  const NetworkSettings = { Networks: { bridge: { IPAddress: '172.17.0.3' } } };
  expect(addressesIn({ HostConfig: { NetworkMode: 'default' }, NetworkSettings })).toEqual([
    { ip_address: '172.17.0.3' },
  ]);
  const host = { Networks: { host: { IPAddress: '' } } };
  expect(addressesIn({ HostConfig: { NetworkMode: 'host' }, NetworkSettings: host })).toEqual([]);
});

test('a container without a stop signal is asked to end by SIGTERM, and what describes none is refused', () => {
  expect(readInspection(container({}, { Config: {} })).stopSignal).toBe('SIGTERM');
  expect(() => readInspection({ Id: 'abc' })).toThrow('Unable to find Id or State');
});

test('a status tells the network that was asked for, with the addresses', () => {
  const addresses = [{ ip_address: '10.0.0.2' }];
  const network_infos = [{ name: 'own', ip_addresses: [{ ip_address: '1.1.1.1' }] }];
  expect(networkInfosOf({ addresses }, { type: 'DOCKER', network_infos })).toEqual([
    { name: 'own', ip_addresses: addresses },
  ]);
  expect(networkInfosOf({ addresses }, { type: 'DOCKER' })).toEqual([{ ip_addresses: addresses }]);
  expect(networkInfosOf({ addresses: [] }, { type: 'DOCKER', network_infos })).toEqual([]);
});

test('the text of a container is shown without the values of its secrets', () => {
  const Env = ['KEY=hunter2=', 'KEYS=open', 'PLAIN=x', 'LINES=a\nb'];
  const { text } = readInspection(container({}, { Config: { StopSignal: 'SIGUSR1', Env } }));
  expect(textWithout(text, [])).toBe(text);
  expect(JSON.parse(textWithout(text, ['KEY', 'LINES']))).toEqual([
    container(
      {},
      { Config: { StopSignal: 'SIGUSR1', Env: ['KEY=***', 'KEYS=open', 'PLAIN=x', 'LINES=***'] } },
    ),
  ]);
  const bare = readInspection(container()).text;
  expect(JSON.parse(textWithout(bare, ['KEY']))).toMatchObject([container()]);
});
