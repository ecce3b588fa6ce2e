import { VirtualClock } from '../../../cluster/runtime/clock';
import { silentLogger } from '../../../cluster/runtime/log';
import type { App } from '../../../lb/core/apps/apps';
import { Resolver } from '../../../lb/edge/resolver';

function appOn(...hosts: string[]): App[] {
  const tasks = hosts.map((host) => ({
    id: host,
    host,
    ip: undefined,
    ports: [1],
    alive: undefined,
    version: '',
  }));
  const rest = {
    notServing: [],
    instances: 1,
    lastScalingAt: undefined,
    needsServicePorts: false,
    containerPorts: [],
  };
  return [{ id: '/web', version: '', labels: {}, servicePorts: [], healthChecks: [], tasks, ...rest }];
}

test('names are looked up once a minute, addresses and localhost never', async () => {
  const lookups: string[] = [];
  let fails = false;
  const clock = new VirtualClock();
  const resolver = new Resolver(clock, silentLogger, async (host) => {
    lookups.push(host);
    if (fails) throw new Error('no such name');
    return '1.2.3.4';
  });
  const apps = appOn('agent1', '9.9.9.9', 'localhost');
  const addresses = new Map([
    ['agent1', '1.2.3.4'],
    ['9.9.9.9', '9.9.9.9'],
    ['localhost', '127.0.0.1'],
  ]);
  const sorted = (map: ReadonlyMap<string, string>): unknown => new Map([...map].sort());
  expect(sorted(await resolver.resolve(apps))).toEqual(sorted(addresses));
  await resolver.resolve(apps);
  expect(lookups).toEqual(['agent1']);
  clock.advance(60_001);
  fails = true;
  expect(sorted(await resolver.resolve(apps))).toEqual(sorted(addresses));
  expect(lookups).toEqual(['agent1', 'agent1']);
  expect(await resolver.resolve(appOn('agent2'))).toEqual(new Map());
});

test('a host that cannot be resolved holds up one change only, and an old address is used while it is asked for', async () => {
  const clock = new VirtualClock();
  const waiting: ((address: string) => void)[] = [];
  const resolver = new Resolver(clock, silentLogger, (host) =>
    host === 'bad'
      ? Promise.reject(new Error('no such name'))
      : new Promise((resolve) => {
          waiting.push(resolve);
        }),
  );
  expect(await resolver.resolve(appOn('bad'))).toEqual(new Map());
  expect(resolver.failing).toBe(true);
  const first = resolver.resolve(appOn('bad', 'slow'));
  waiting[0]?.('1.1.1.1');
  const addresses = await first;
  expect(addresses).toEqual(new Map([['slow', '1.1.1.1']]));
  clock.advance(60_001);
  expect(await resolver.resolve(appOn('slow'))).toEqual(addresses);
  expect(waiting).toHaveLength(2);
  waiting[1]?.('2.2.2.2');
  await new Promise((resolve) => setImmediate(resolve));
  expect(await resolver.resolve(appOn('slow'))).toEqual(new Map([['slow', '2.2.2.2']]));
});
