import { readApps } from '../../../../lb/core/apps/apps';
import { buildModel, type Model } from '../../../../lb/core/model/model';
import { appIdMap, vhostMap } from '../../../../lb/core/render/maps';
import type { BuildContext, ModelOptions } from '../../../../lb/core/services/options';
import { addressContext, appJson, plainOptions, taskJson } from '../../builders';

function model(
  apps: unknown[],
  options: Partial<ModelOptions> = {},
  context: Partial<BuildContext> = {},
): Model {
  const read = readApps({ apps });
  if ('error' in read) throw new Error(read.error);
  return buildModel(
    read.apps,
    { ...plainOptions, ...options },
    { ...addressContext, portOrder: read.portOrder, ...context },
  );
}

const names = ({ backends }: Model): string[] => backends.map(({ name }) => name);
const texts = ({ issues }: Model): string[] => issues.map(({ app, text }) => `${app}: ${text}`);
const listeners = ({ frontends }: Model): string[] =>
  frontends.flatMap(({ name, bind }) => (bind === undefined ? [] : [name]));
const web = (id: string, port: number, more: Record<string, unknown> = {}): unknown =>
  appJson(id, port, [taskJson('t', [31_000])], more);

const groups: [string, Record<string, string>, string[], boolean][] = [
  ['named', { HAPROXY_GROUP: 'a,external' }, ['external'], true],
  ['another', { HAPROXY_GROUP: 'internal' }, ['external'], false],
  ['none, load balancer named', {}, ['external'], false],
  ['none, load balancer *', { HAPROXY_GROUP: '' }, ['*'], true],
  ['* in the app is a word like others', { HAPROXY_GROUP: '*' }, ['external'], false],
  [
    'the port says otherwise',
    { HAPROXY_GROUP: 'external', HAPROXY_0_GROUP: 'internal' },
    ['external'],
    false,
  ],
  ['the port has it', { HAPROXY_GROUP: 'internal', HAPROXY_0_GROUP: 'external' }, ['external'], true],
];

test.each(groups)('group: %s', (_name, labels, ours, served) => {
  const app = { ...(web('/web', 10_000) as object), labels };
  expect(names(model([app], { groups: ours }))).toEqual(served ? ['web_10000'] : []);
});

test('servers have the names, order, ids and cookies of the original', () => {
  const tasks = [
    taskJson('c', [31_002], { host: 'agent2' }),
    taskJson('b', [31_001], { host: 'agent1' }),
    taskJson('a', [31_000], { host: 'agent1' }),
    taskJson('d', [31_003]),
    taskJson('e', [31_004], { host: 'nowhere' }),
  ];
  const { backends } = model([appJson('/shop/web', 10_000, tasks)]);
  expect(backends[0]?.servers.map(({ name, endpoint }) => [name, endpoint])).toEqual([
    ['127_0_0_1_31003', '127.0.0.1:31003'],
    ['agent1_1_1_1_1_31000', '1.1.1.1:31000'],
    ['agent1_1_1_1_1_31001', '1.1.1.1:31001'],
    ['agent2_2_2_2_2_31002', '2.2.2.2:31002'],
  ]);
  for (const { id, cookie } of backends[0]?.servers ?? []) {
    expect(id).toBeGreaterThan(0);
    expect(id).toBeLessThan(32_767);
    expect(cookie).toMatch(/^[0-9a-f]{10}$/);
  }
  expect(names({ backends } as Model)).toEqual(['shop_web_10000']);
});

test('with health checks only tasks that are alive are served', () => {
  const checks = { healthChecks: [{ protocol: 'HTTP', portIndex: 0 }] };
  const results = (alive: boolean): Record<string, unknown> => ({ healthCheckResults: [{ alive }] });
  const tasks = [
    taskJson('up', [1], results(true)),
    taskJson('down', [2], results(false)),
    taskJson('new', [3]),
    taskJson('known', [4]),
  ];
  const ports = ({ backends }: Model): number[] | undefined => backends[0]?.servers.map(({ port }) => port);
  const aliveByTask = new Map([['known', true]]);
  expect(ports(model([appJson('/web', 10_000, tasks, checks)], {}, { aliveByTask }))).toEqual([1, 4]);
  expect(ports(model([appJson('/web', 10_000, tasks, checks)], { healthCheck: false }))).toEqual([
    1, 2, 3, 4,
  ]);
  expect(ports(model([appJson('/web', 10_000, tasks)]))).toEqual([1, 2, 3, 4]);
});

const modes: [string, Record<string, string>, unknown[], string][] = [
  ['nothing said', {}, [], 'tcp'],
  ['VHOST', { HAPROXY_0_VHOST: 'a.b' }, [], 'http'],
  ['an HTTP check', {}, [{ protocol: 'HTTP', portIndex: 0 }], 'http'],
  ['an HTTP check of another port', {}, [{ protocol: 'HTTP', portIndex: 1 }], 'tcp'],
  ['MESOS_HTTP', {}, [{ protocol: 'MESOS_HTTP', portIndex: 0 }], 'tcp'],
  ['MODE wins', { HAPROXY_0_MODE: 'tcp' }, [{ protocol: 'HTTP', portIndex: 0 }], 'tcp'],
];

test.each(modes)('mode: %s', (_name, labels, healthChecks, mode) => {
  const results = { healthCheckResults: [{ alive: true }] };
  const app = appJson('/web', 10_000, [taskJson('t', [1], results)], { labels, healthChecks });
  expect(model([app]).backends[0]?.mode).toBe(mode);
});

test('two definitions of one place: our own listeners win, then the first app; the rest goes on', () => {
  const built = model([
    web('/b', 10_000),
    web('/a', 10_000),
    web('/c', 80),
    web('/d', 10_001),
    web('/e', 10_001, { labels: { HAPROXY_0_BIND_ADDR: '127.0.0.1' } }),
    web('/f', 9090),
  ]);
  expect(listeners(built)).toEqual(['a_10000', 'd_10001', 'e_10001', 'f_9090']);
  expect(texts(built)).toEqual([
    '/b: port 0 cannot listen on *:10000: it belongs to /a port 0; ' +
      'nothing leads to it; HAPROXY_0_PORT gives it another port',
    '/c: port 0 cannot listen on *:80: it belongs to the HTTP front (--http-in-port); ' +
      'nothing leads to it; HAPROXY_0_PORT gives it another port',
    '/e: takes the connections to 127.0.0.1:10001 from /d port 0, which has *:10001',
  ]);
});

test('a service that cannot listen keeps its host names, its app id, its users and its backend', () => {
  const hosts = (host: string): object => ({ HAPROXY_0_VHOST: host, HAPROXY_0_AUTH: 'r:u:$1$x' });
  const built = model(
    [
      web('/a', 10_000, { labels: hosts('a.x') }),
      web('/b', 10_000, { labels: hosts('b.x') }),
      web('/c', 80, { labels: hosts('c.x') }),
      web('/d', 10_003, { labels: hosts('d.x') }),
      web('/e', 10_004, { labels: { ...hosts('e.x'), HAPROXY_0_BIND_ADDR: 'nowhere' } }),
    ],
    {},
    { unbindable: new Map([['*:10003', 'another process listens there']]) },
  );
  expect(listeners(built)).toEqual(['a_10000']);
  const all = ['a_10000', 'b_10000', 'c_80', 'd_10003', 'e_10004'];
  expect(built.backends.map(({ name }) => name)).toEqual(all);
  expect(built.httpIn?.rules.map(({ backend }) => backend)).toEqual(all);
  expect(built.appIdIn.rules.map(({ backend }) => backend)).toEqual(all);
  expect(built.frontends.filter(({ userlist }) => userlist).map(({ name }) => name)).toEqual(all);
  expect(texts(built)).toEqual([
    '/e: expected an IP address, or *; the port has no listener of its own',
    '/b: port 0 cannot listen on *:10000: it belongs to /a port 0; its host names and app id lead to it',
    '/c: port 0 cannot listen on *:80: it belongs to the HTTP front (--http-in-port); ' +
      'its host names and app id lead to it',
    '/d: port 0 cannot listen on *:10003: another process listens there; its host names and app id lead to it',
  ]);
});

test('two addresses of one port do not meet; the control of the load balancer shares no port', () => {
  const on = (id: string, port: number, address: string): unknown =>
    web(id, port, { labels: { HAPROXY_0_BIND_ADDR: address } });
  const stats = { address: '*', port: 9090 };
  const built = model(
    [
      on('/a', 10_000, '127.0.0.1'),
      on('/b', 10_000, '10.0.0.1'),
      on('/c', 10_000, '0.0.0.0'),
      on('/d', 443, '10.0.0.1'),
      on('/e', 9090, '10.0.0.1'),
      on('/f', 9092, '*'),
      on('/g', 10_000, '*'),
      on('/h', 10_000, '127.0.0.1'),
    ],
    { stats, httpsIn: { address: '*', port: 443, certificates: ['/c.pem'], http2: true } },
  );
  expect(listeners(built)).toEqual(['a_10000', 'b_10000', 'c_10000', 'd_443']);
});

test('one app may ask for one port twice: the second service has a name of its own', () => {
  const ports = { portDefinitions: [{ port: 1 }, { port: 2 }] };
  const tasks = [taskJson('t', [31_000, 31_001])];
  const labels = { HAPROXY_0_PORT: '8000', HAPROXY_1_PORT: '8000', HAPROXY_1_VHOST: 'x.y' };
  const built = model([appJson('/a', 1, tasks, { ...ports, labels })]);
  expect(built.backends.map(({ name }) => name)).toEqual(['a_8000', 'a_8000_1']);
  expect(listeners(built)).toEqual(['a_8000']);
  expect(built.httpIn?.rules.map(({ backend }) => backend)).toEqual(['a_8000_1']);
});

test('names that meet are kept apart', () => {
  const vhost = (host: string, more = {}): Record<string, unknown> => ({
    labels: { HAPROXY_0_VHOST: host, ...more },
  });
  const twice = { HAPROXY_0_PORT: '80', HAPROXY_0_BIND_ADDR: '127.0.0.2' };
  const built = model(
    [
      web('/a/b', 1001, vhost('x')),
      web('/a.b', 1002, vhost('x.a')),
      web('/b', 1003, vhost('x.a')),
      web('/c/d', 1004, { labels: { HAPROXY_0_PORT: '8000', HAPROXY_0_BIND_ADDR: '127.0.0.1' } }),
      web('/c_d', 1005, { labels: { ...twice, HAPROXY_0_PORT: '8000' } }),
    ],
    {},
  );
  const acls = built.appIdIn.rules.map(({ acl }) => acl);
  expect(new Set(acls).size).toBe(3);
  expect(new Set(built.httpIn?.rules.map(({ suffix }) => suffix)).size).toBe(3);
  expect(built.backends.map(({ name }) => name)).toEqual(expect.arrayContaining(['c_d_8000', 'c_d_8000_0']));
  expect(texts(built)).toEqual([
    '/b: requests for x.a go to /a.b port 0, whose rule comes first; ' +
      'another PATH, or a higher BACKEND_WEIGHT, brings them here',
  ]);
});

test('a label that was to narrow who may come closes what it is about when it is wrong', () => {
  const wrong: Record<string, string[]> = {
    BACKEND_NETWORK_ALLOWED_ACL: [],
    GROUP: [],
    AUTH: ['backend', 'listener', 'app id'],
    PATH: ['backend', 'listener', 'app id'],
    BIND_ADDR: ['backend', 'host', 'app id'],
    BIND_OPTIONS: ['backend', 'host', 'app id'],
    SSL_CERT: ['backend', 'host', 'app id'],
  };
  for (const [name, left] of Object.entries(wrong)) {
    const labels = { HAPROXY_0_VHOST: 'x.y', [`HAPROXY_0_${name}`]: '"\u0000' };
    const built = model([web('/a', 10_000, { labels }), web('/b', 10_001)]);
    const parts: Record<string, readonly { readonly app: string }[]> = {
      backend: built.backends,
      host: built.httpIn?.rules ?? [],
      listener: built.frontends.filter(({ bind }) => bind !== undefined),
      'app id': built.appIdIn.rules,
    };
    const open = Object.keys(parts).filter((part) => parts[part]?.some(({ app }) => app === '/a'));
    expect({ name, open: open.sort() }).toEqual({ name, open: left.sort() });
    expect(built.issues.map(({ label }) => label)).toEqual([`HAPROXY_0_${name}`]);
  }
});

test('with one frontend per host name, wrong options of bind close the host names, too', () => {
  const httpsIn = { address: '*', port: 443, certificates: ['/c.pem'], http2: true };
  const labels = { HAPROXY_0_VHOST: 'x.y', HAPROXY_0_BIND_OPTIONS: 'verify requird ca-fil /ca.pem' };
  const built = model([web('/a', 10_000, { labels })], { httpsIn, groupHttps: true });
  expect(built.httpIn?.rules).toEqual([]);
  expect(names(built)).toEqual(['a_10000']);
});

test('a taken place and a refused app cost only themselves', () => {
  const context = { unbindable: new Map([['*:10000', 'taken']]), refused: new Map([['/b', 'bad']]) };
  const built = model([web('/a', 10_000), web('/b', 10_001), web('/c', 10_002)], {}, context);
  expect(listeners(built)).toEqual(['c_10002']);
  expect(names(built)).toEqual(['a_10000', 'c_10002']);
  expect(texts(built)).toEqual([
    "/b: HAProxy refuses this app's part of the configuration: bad",
    '/a: port 0 cannot listen on *:10000: taken; nothing leads to it; HAPROXY_0_PORT gives it another port',
  ]);
});

test('a service without servers, disabled, or without a port is not served', () => {
  const off = { labels: { HAPROXY_0_ENABLED: 'false' } };
  expect(names(model([appJson('/a', 10_000, []), web('/b', 10_001, off), web('/c', 0)]))).toEqual([]);
  const on = { labels: { HAPROXY_0_ENABLED: 'true' } };
  expect(names(model([web('/a', 10_000), web('/b', 10_001, on)], { strict: true }))).toEqual(['b_10001']);
});

test('host name rules: weight first, then longer paths when asked for, then the order of apps', () => {
  const vhost = (more: Record<string, string> = {}): Record<string, unknown> => ({
    labels: { HAPROXY_0_VHOST: 'x.y', ...more },
  });
  const apps = [
    web('/a', 1001, vhost()),
    web('/b', 1002, vhost({ HAPROXY_0_PATH: '/x' })),
    web('/c', 1003, vhost({ HAPROXY_0_PATH: '/x/y' })),
    web('/d', 1004, vhost({ HAPROXY_0_BACKEND_WEIGHT: '5' })),
    web('/e', 1005, vhost({ HAPROXY_0_PATH: '/x', HAPROXY_0_BACKEND_WEIGHT: '0' })),
  ];
  const { httpIn, ...rest } = model(apps);
  expect(httpIn?.rules.map(({ app }) => app)).toEqual(['/d', '/b', '/c', '/a', '/e']);
  const longest = model(apps, { longestPathFirst: true });
  expect(longest.httpIn?.rules.map(({ app }) => app)).toEqual(['/d', '/c', '/b', '/e', '/a']);
  expect(vhostMap({ httpIn, ...rest })).toBe('x.y d_1004\nx.y a_1001\n');
  expect(appIdMap({ httpIn, ...rest })).toMatch(/^\/a a_1001\n\/b b_1002\n/);
});

test('labels that need http or VHOST say so', () => {
  const labels = { HAPROXY_0_STICKY: 'true', HAPROXY_0_PATH: '/x' };
  const tcp = { labels: { HAPROXY_0_VHOST: 'a.b', HAPROXY_0_MODE: 'tcp' } };
  const redirect = { labels: { HAPROXY_0_VHOST: 'a.b', HAPROXY_0_REDIRECT_TO_HTTPS: 'true' } };
  const built = model([web('/a', 10_000, { labels }), web('/b', 10_001, tcp), web('/c', 10_002, redirect)]);
  expect(built.issues.map(({ app, label, text }) => `${app} ${label}: ${text}`)).toEqual([
    '/a HAPROXY_0_PATH: does nothing without VHOST',
    '/b HAPROXY_0_VHOST: needs mode http, and this port is tcp',
    '/c HAPROXY_0_REDIRECT_TO_HTTPS: there is no HTTPS front; set --ssl-certs',
    '/a HAPROXY_0_STICKY: its cookie needs mode http, and this port is tcp',
  ]);
});
