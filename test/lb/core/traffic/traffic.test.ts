import type { Model } from '../../../../lb/core/model/model';
import { createTrafficSums, type ServerCount } from '../../../../lb/core/traffic/traffic';

const model = (...servers: [name: string, version: string][]): Model =>
  ({
    backends: [{ name: 'b', servers: servers.map(([name, version]) => ({ name, app: '/web', version })) }],
  }) as unknown as Model;
const responses = { '1xx': 0, '3xx': 0, '4xx': 0, '5xx': 0, other: 0 };
const count = (server: string, sessions: number): ServerCount => ({
  backend: 'b',
  server,
  connections: 1,
  queued: 0,
  sessions,
  errors: 0,
  responses: { ...responses, '2xx': sessions },
  responseMs: 2,
  status: 'UP',
});
const requests = (versions: readonly { version: string; requests: number; servers: number }[]): unknown =>
  versions.map((entry) => [entry.version, entry.requests, entry.servers]);

test('what a server counts while it leaves still counts for its version', () => {
  const sums = createTrafficSums();
  sums.add([count('s1', 5)], model(['s1', 'v1']));
  expect(requests(sums.add([count('s1', 7), count('s2', 1)], model(['s2', 'v2'])))).toEqual([
    ['v1', 7, 0],
    ['v2', 1, 1],
  ]);
  sums.restart();
  expect(requests(sums.add([count('s2', 3)], model(['s2', 'v2'])))).toEqual([
    ['v1', 7, 0],
    ['v2', 4, 1],
  ]);
});

test('a server of the same place that counts from zero again is not subtracted', () => {
  const sums = createTrafficSums();
  sums.add([count('s1', 9)], model(['s1', 'v1']));
  expect(requests(sums.add([count('s1', 2)], model(['s1', 'v1'])))).toEqual([['v1', 11, 1]]);
});

test('versions without servers are forgotten when there are too many, the oldest first', () => {
  const sums = createTrafficSums();
  let traffic: ReturnType<typeof sums.add> = [];
  for (let index = 0; index < 2100; index++)
    traffic = sums.add([count(`s${index}`, 1)], model([`s${index}`, `v${index}`]));
  expect(traffic.length).toBe(2000);
  expect(traffic.some(({ version }) => version === 'v0')).toBe(false);
  expect(traffic.some(({ version }) => version === 'v2099')).toBe(true);
});
