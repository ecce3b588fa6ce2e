import {
  drainedTasks,
  isFinished,
  type Listener,
  nextInstances,
  nothingToDrain,
  prepareDeploy,
  readZddApp,
  sameGroup,
  settled,
  type ZddApp,
  type ZddOptions,
  zddBackend,
} from '../../../../lb/core/zdd/zdd';

const options: ZddOptions = {
  initialInstances: 1,
  newInstances: 0,
  linearIncrease: 0,
  completeCurrent: false,
  completePrevious: false,
};

function app(more: Record<string, unknown> = {}, labels: Record<string, string> = {}): ZddApp {
  const read = readZddApp({
    id: 'shop',
    instances: 4,
    labels: { HAPROXY_DEPLOYMENT_GROUP: 'shop', HAPROXY_DEPLOYMENT_ALT_PORT: '10001', ...labels },
    container: { portMappings: [{ containerPort: 80, servicePort: 10_000, labels: null }] },
    ...more,
  });
  if (!('labels' in read)) throw new Error(JSON.stringify(read));
  return read as ZddApp;
}

const live = (colour: string, instances: number, more: Record<string, string> = {}): ZddApp =>
  app(
    { id: `/shop-${colour}`, instances },
    { HAPROXY_DEPLOYMENT_COLOUR: colour, HAPROXY_0_PORT: '10000', ...more },
  );

test('what is missing in the app file is named', () => {
  const wrong: [unknown, string][] = [
    [{}, 'id'],
    [{ id: 'x' }, 'labels'],
    [{ id: 'x', labels: {} }, 'HAPROXY_DEPLOYMENT_GROUP'],
    [{ id: 'x', labels: { HAPROXY_DEPLOYMENT_GROUP: 'g' } }, 'HAPROXY_DEPLOYMENT_ALT_PORT'],
  ];
  for (const [json, text] of wrong)
    expect(readZddApp(json)).toEqual({ status: 4, error: expect.stringContaining(text) });
});

test('the first deployment is blue, at its own port, with all instances', () => {
  const prepared = prepareDeploy(app(), undefined, options, '2024-05-01T10:00:00.000Z');
  expect(prepared).toMatchObject({
    id: '/shop-blue',
    instances: 4,
    container: { portMappings: [{ containerPort: 80, servicePort: 10_000 }] },
    labels: {
      HAPROXY_APP_ID: 'shop',
      HAPROXY_0_PORT: '10000',
      HAPROXY_DEPLOYMENT_COLOUR: 'blue',
      HAPROXY_DEPLOYMENT_TARGET_INSTANCES: '4',
      HAPROXY_DEPLOYMENT_NEW_INSTANCES: '0',
      HAPROXY_DEPLOYMENT_STARTED_AT: '2024-05-01T10:00:00.000Z',
    },
  });
});

const ports: [string, Record<string, unknown>, Record<string, unknown>][] = [
  [
    'docker mappings',
    { container: { docker: { portMappings: [{ servicePort: 10_000 }] } } },
    { container: { docker: { portMappings: [{ servicePort: 10_001 }] } } },
  ],
  [
    'port definitions',
    { container: undefined, portDefinitions: [{ port: 10_000, name: 'x' }] },
    { portDefinitions: [{ port: 10_001, name: 'x' }] },
  ],
  ['ports', { container: undefined, ports: [10_000, 7] }, { ports: [10_001, 7] }],
];

test.each(ports)('the next one is of the other colour at the other port: %s', (_name, fields, wanted) => {
  const last = {
    ...app(fields),
    instances: 3,
    labels: { ...app().labels, HAPROXY_DEPLOYMENT_COLOUR: 'blue' },
  };
  const prepared = prepareDeploy(app(fields), last, { ...options, initialInstances: 9 }, 'now');
  expect(prepared).toMatchObject({ id: '/shop-green', instances: 3, ...wanted });
  const back = { ...(prepared as ZddApp) };
  expect(prepareDeploy(app(fields), back, options, 'now')).toMatchObject({ id: '/shop-blue', ...fields });
});

test('a hybrid begins with no more than its own instances', () => {
  const prepared = prepareDeploy(
    app(),
    live('blue', 4),
    { ...options, newInstances: 2, initialInstances: 3 },
    'now',
  );
  expect(prepared).toMatchObject({ instances: 2, labels: { HAPROXY_DEPLOYMENT_NEW_INSTANCES: '2' } });
  const most = prepareDeploy(app(), live('blue', 4), { ...options, newInstances: 9 }, 'now');
  expect(most).toMatchObject({ labels: { HAPROXY_DEPLOYMENT_NEW_INSTANCES: '4' } });
});

test('apps of the group come oldest first, whatever else there is', () => {
  const list = [
    live('green', 1, { HAPROXY_DEPLOYMENT_STARTED_AT: '2' }),
    { id: '/x', labels: null },
    live('blue', 1, { HAPROXY_DEPLOYMENT_STARTED_AT: '1' }),
  ];
  expect(sameGroup({ apps: list }, app()).map(({ id }) => id)).toEqual(['/shop-blue', '/shop-green']);
});

test('the group with a slash has the name of its backend', () => {
  expect(zddBackend(live('blue', 1, { HAPROXY_DEPLOYMENT_GROUP: '/team/shop' }))).toBe('team_shop_10000');
});

const target = { HAPROXY_DEPLOYMENT_TARGET_INSTANCES: '4' };
const growth: [number, number, Partial<ZddOptions>, number | undefined][] = [
  [1, 4, {}, 2],
  [2, 4, {}, 3],
  [2, 3, {}, 4],
  [3, 2, {}, 4],
  [4, 0, {}, undefined],
  [1, 4, { linearIncrease: 2 }, 3],
  [3, 4, { linearIncrease: 2 }, 4],
];

test.each(growth)('from %d beside %d (%j) the new app grows to %p', (now, old, more, wanted) => {
  expect(nextInstances(live('green', now, target), live('blue', old), { ...options, ...more })).toBe(wanted);
});

test('a hybrid grows to its share and is then finished, unless it is completed', () => {
  const hybrid = live('green', 1, { ...target, HAPROXY_DEPLOYMENT_NEW_INSTANCES: '2' });
  expect(nextInstances(hybrid, live('blue', 3, target), options)).toBe(2);
  const full = { ...hybrid, instances: 2 };
  expect(nextInstances(full, live('blue', 2, target), options)).toBeUndefined();
  expect(isFinished(full, live('blue', 2, target), [], options)).toBe(true);
  expect(isFinished(full, live('blue', 3, target), [], options)).toBe(false);
  expect(isFinished(full, live('blue', 2, target), [], { ...options, completeCurrent: true })).toBe(false);
});

test('the old app goes when the new one is complete and all its tasks are drained', () => {
  expect(isFinished(live('green', 4, target), live('blue', 1), ['t'], options)).toBe(true);
  expect(isFinished(live('green', 4, target), live('blue', 2), ['t'], options)).toBe(false);
  expect(isFinished(live('green', 3, target), live('blue', 1), ['t'], options)).toBe(false);
});

const listener = (server: string, status: string, busy = false): Listener => ({ server, status, busy });

test('the load balancers are settled when all servers are there, enough are up and one is drained', () => {
  const pair: [ZddApp, ZddApp] = [
    live('green', 1, { HAPROXY_DEPLOYMENT_TARGET_INSTANCES: '2' }),
    live('blue', 2),
  ];
  const good = [listener('a', 'UP'), listener('b', 'no check'), listener('c', 'MAINT')];
  expect(settled(...pair, good, 1)).toBe(true);
  expect(settled(...pair, good.slice(1), 1)).toBe(false);
  expect(settled(...pair, [listener('a', 'UP'), listener('b', 'DOWN'), listener('c', 'MAINT')], 1)).toBe(
    false,
  );
  expect(settled(...pair, [listener('a', 'UP'), listener('b', 'UP'), listener('c', 'MAINT', true)], 1)).toBe(
    false,
  );
  expect(settled(...pair, [...good, ...good], 2)).toBe(true);
});

test('nothing is waited for when all instances are needed', () => {
  expect(nothingToDrain(live('green', 1, target), live('blue', 3))).toBe(true);
  expect(nothingToDrain(live('green', 1, target), live('blue', 4))).toBe(false);
});

test('a task is drained when every load balancer says so', () => {
  const tasks = [
    { id: '1', server: 'a' },
    { id: '2', server: 'b' },
  ];
  const both = [
    listener('a', 'MAINT'),
    listener('a', 'MAINT'),
    listener('b', 'MAINT'),
    listener('b', 'MAINT', true),
  ];
  expect(drainedTasks(tasks, both, 2, true)).toEqual(['1']);
  expect(drainedTasks(tasks, both, 2, false)).toEqual(['1', '2']);
});
