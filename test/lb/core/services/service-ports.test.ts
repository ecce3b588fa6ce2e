import { createAppStore } from '../../../../lb/core/apps/app-store';
import { readApps } from '../../../../lb/core/apps/apps';
import { buildModel } from '../../../../lb/core/model/model';
import { assignServicePorts } from '../../../../lb/core/services/service-ports';
import { addressContext, plainOptions } from '../../builders';

type Json = Record<string, unknown>;
type Ports = Record<string, (number | undefined)[]>;

/** An app with an address per task, as Marathon 1.4 and before showed it. */
function discovered(id: string, ports: readonly number[], more: Json = {}): Json {
  const task = { id: `${id}.0`, host: 'agent1', ipAddresses: [{ ipAddress: '9.0.0.1' }] };
  return {
    id,
    labels: { HAPROXY_GROUP: 'external' },
    ipAddress: { discovery: { ports: ports.map((number) => ({ number })) } },
    ports: [],
    tasks: [{ ...task, state: 'TASK_RUNNING' }],
    ...more,
  };
}

function mapped(id: string, ports: readonly number[]): Json {
  const container = { portMappings: ports.map((containerPort) => ({ containerPort })) };
  return discovered(id, [], { ipAddress: {}, networks: [{ mode: 'container' }], container });
}

function portsOf(list: readonly Json[], min: number, max: number): Ports {
  const read = readApps({ apps: list });
  if ('error' in read) throw new Error(read.error);
  const { apps } = assignServicePorts(read.apps, { min, max }, plainOptions.digests, read.portOrder);
  return Object.fromEntries(apps.map(({ id, servicePorts }) => [id, [...servicePorts]]));
}

const idle = discovered('/idle', [80], { tasks: [] });
const five = [
  discovered('/zebra', [80]),
  discovered('/mango/web', [8080, 9090]),
  discovered('/apple', [80, 443]),
  discovered('/kiwi', [80]),
  idle,
];
const three = ['/n3', '/n1', '/n2'].map((id) => mapped(id, [80, 80, 443]));
const none = undefined;

/** What marathon-lb's own ServicePortAssigner gave for the same lists, in the same order. */
const golden: [string, Json[], number, number, Ports][] = [
  [
    'no clash',
    five,
    10_050,
    10_100,
    { '/zebra': [10_084], '/mango/web': [10_067, 10_083], '/apple': [10_091, 10_052], '/kiwi': [10_069] },
  ],
  [
    'clashes',
    five,
    10_050,
    10_056,
    { '/zebra': [10_051], '/mango/web': [10_050, 10_055], '/apple': [10_053, 10_056], '/kiwi': [10_052] },
  ],
  [
    'the same apps the other way round',
    [...five].reverse(),
    10_050,
    10_056,
    { '/zebra': [10_056], '/mango/web': [10_050, 10_051], '/apple': [10_053, 10_055], '/kiwi': [10_052] },
  ],
  [
    'too few ports',
    five,
    10_050,
    10_053,
    { '/zebra': [10_052], '/mango/web': [10_051, 10_053], '/apple': [10_050, none], '/kiwi': [none] },
  ],
  [
    'one port twice',
    three,
    20_000,
    20_009,
    {
      '/n3': [20_000, 20_000, 20_006],
      '/n1': [20_009, 20_009, 20_008],
      '/n2': [20_002, 20_002, 20_003],
    },
  ],
];

test.each(golden)("ports are the original's: %s", (_name, list, min, max, wanted) => {
  expect(portsOf(list, min, max)).toMatchObject(wanted);
});

test('an app without tasks takes no port, one whose tasks only start takes its own', () => {
  expect(portsOf([idle], 20_000, 20_000)).toEqual({ '/idle': [] });
  const starting = discovered('/starting', [80], { tasks: [{ id: 't', host: 'a', state: 'TASK_STAGING' }] });
  expect(portsOf([starting, discovered('/z', [80])], 20_000, 20_000)).toEqual({
    '/starting': [20_000],
    '/z': [undefined],
  });
});

test('deployment groups come after all other apps', () => {
  const grouped = discovered('/a-blue', [80], {
    labels: { HAPROXY_GROUP: 'external', HAPROXY_DEPLOYMENT_GROUP: '/a' },
  });
  const read = readApps({ apps: [grouped, discovered('/b', [80])] });
  if ('error' in read) throw new Error(read.error);
  const options = { ...plainOptions, portRange: { min: 20_000, max: 20_000 } };
  const { backends } = buildModel(read.apps, options, { ...addressContext, portOrder: read.portOrder });
  expect(backends.map(({ name }) => name)).toEqual(['b_20000']);
});

test('an app that comes alone and takes part in the order makes the whole list be read', () => {
  const store = createAppStore();
  expect(store.replaceAll({ apps: [discovered('/z', [80])] })).toBeUndefined();
  expect(store.replaceOne('/a', { app: discovered('/a', [80]) })).toBe(false);
  expect(store.replaceOne('/z', { app: discovered('/z', [81]) })).toBe(true);
  expect(store.replaceAll({ apps: [discovered('/z', [80]), discovered('/a', [80])] })).toBeUndefined();
  expect(store.portOrder()).toEqual(['/z', '/a']);
});
