import { type App, readApps, rememberAlive } from '../../../../lb/core/apps/apps';
import { appJson, taskJson } from '../../builders';

const mappings = [
  { containerPort: 80, hostPort: 0, servicePort: 10_001 },
  { containerPort: 81, servicePort: null },
];
const container = { portDefinitions: undefined, container: { portMappings: mappings } };
const addressed = { ipAddresses: [{ ipAddress: '9.0.0.1' }] };

function readOne(json: unknown): App | undefined {
  const read = readApps({ apps: [json] });
  return 'apps' in read ? read.apps[0] : undefined;
}

const networking: [
  string,
  Record<string, unknown>,
  Record<string, unknown>,
  Partial<App['tasks'][number]>[],
  unknown[],
][] = [
  ['host', {}, { ports: [31_000] }, [{ ip: undefined, ports: [31_000] }], [10_000]],
  [
    'bridge',
    { ...container, networks: [{ mode: 'container/bridge' }] },
    {},
    [{ ip: undefined, ports: [31_000] }],
    [10_001, undefined],
  ],
  [
    'container',
    { ...container, networks: [{ mode: 'container' }] },
    addressed,
    [{ ip: '9.0.0.1', ports: [80, 81] }],
    [10_001, undefined],
  ],
  [
    'container by default',
    { ...container, networks: [{ name: 'net' }] },
    addressed,
    [{ ip: '9.0.0.1' }],
    [10_001, undefined],
  ],
  ['container without an address', { ...container, networks: [{}] }, {}, [], [10_001, undefined]],
  [
    'docker BRIDGE of old',
    {
      networks: [],
      portDefinitions: [],
      container: { docker: { network: 'BRIDGE', portMappings: mappings } },
    },
    {},
    [{ ip: undefined }],
    [10_001, undefined],
  ],
];

test.each(networking)('networking: %s', (_name, app, task, tasks, servicePorts) => {
  const read = readOne(appJson('/web', 10_000, [taskJson('t', [31_000], task)], app));
  expect(read?.tasks).toEqual(tasks.map((expected) => expect.objectContaining(expected)));
  expect(read?.servicePorts).toEqual(servicePorts);
});

const states = ['TASK_RUNNING', 'TASK_LOST', 'TASK_UNREACHABLE', undefined];
const left = [
  'STAGING',
  'STARTING',
  'KILLING',
  'FINISHED',
  'FAILED',
  'KILLED',
  'ERROR',
  'DROPPED',
  'GONE',
  'UNKNOWN',
];

test.each(states)('a task in state %s takes requests', (state) => {
  expect(readOne(appJson('/web', 1, [taskJson('t', [1], { state })]))?.tasks).toHaveLength(1);
});

test.each(left)('a task in state TASK_%s takes none', (state) => {
  expect(readOne(appJson('/web', 1, [taskJson('t', [1], { state: `TASK_${state}` })]))?.tasks).toEqual([]);
});

test('a task without host or ports is left out', () => {
  const tasks = [taskJson('a', [1], { host: '' }), taskJson('b', [1], { host: 'a b' }), taskJson('c', [])];
  expect(readOne(appJson('/web', 0, tasks, { portDefinitions: [] }))?.tasks).toEqual([]);
});

test('one result that says alive is enough', () => {
  const results = (...alive: boolean[]): unknown[] => alive.map((verdict) => ({ alive: verdict }));
  const tasks = [
    taskJson('a', [1], { healthCheckResults: results(false, true) }),
    taskJson('b', [1], { healthCheckResults: results(false) }),
    taskJson('c', [1], { healthCheckResults: [] }),
  ];
  const read = readOne(appJson('/web', 1, tasks));
  expect(read?.tasks.map(({ alive }) => alive)).toEqual([true, false, undefined]);
  const before = new Map([
    ['c', true],
    ['gone', true],
  ]);
  const after = rememberAlive(read ? [read] : [], before);
  expect(['a', 'b', 'c'].map((task) => after.get(task))).toEqual([true, false, true]);
  expect(rememberAlive(read ? [read] : [], after)).toBe(after);
  const many = new Map(Array.from({ length: 3000 }, (_, index) => [`gone${index}`, true] as const));
  expect(rememberAlive(read ? [read] : [], new Map([...many, ...after])).size).toBe(3);
});

test.each([null, [], 'x', {}, { apps: 3 }])('%j is no list of apps', (json) => {
  expect(readApps(json)).toEqual({ error: 'the answer has no list "apps"' });
});

test('an app whose id cannot be used does not touch the others', () => {
  const read = readApps({
    apps: [{ id: '/a b' }, { id: '/web' }, null, { id: '/a', labels: 7, tasks: [3], healthChecks: 'x' }],
  });
  expect(read).toMatchObject({
    apps: [{ id: '/a' }, { id: '/web' }],
    issues: [{ app: '"/a b"' }, { app: '""' }],
  });
});
