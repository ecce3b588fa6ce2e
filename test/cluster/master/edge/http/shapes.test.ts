/**
 * The shapes of the master's pages and calls, of a cluster with a bit of everything. They were compared with the original's
 * (test/e2e/third-party-original.test.ts does it where that is set up); the golden files hold them without it.
 */

import { join } from 'node:path';
import type { MasterState } from '../../../../../cluster/master/core/state/state';
import { helperRoutes, masterFiles, withHelp } from '../../../../../cluster/master/edge/http/helper-routes';
import { masterRoutes } from '../../../../../cluster/master/edge/http/routes';
import type { Answer } from '../../../../../cluster/master/edge/http/scheduler-api';
import { snapshot } from '../../../../../cluster/master/edge/metrics';
import { Streams } from '../../../../../cluster/master/edge/streams';
import { systemClock } from '../../../../../cluster/runtime/clock';
import { HttpClient } from '../../../../../cluster/runtime/http/client';
import { OTHER_PROCESSES } from '../../../../../cluster/runtime/http/help-pages';
import type { HttpServer } from '../../../../../cluster/runtime/http/server';
import { Requests } from '../../../../../cluster/runtime/requests';
import { SlicedWork } from '../../../../../cluster/runtime/sliced-work';
import { Verbosity } from '../../../../../cluster/runtime/verbosity';
import { expectShape, shapeOf } from '../../../../shapes';
import { startTestServer } from '../../../runtime/http/test-server';
import { MasterScript } from '../../interpreter';

const LINES = [
  'start',
  'agent a cpus=8 mem=8192',
  'framework web failover=60 roles=web,eng/dev caps=MULTI_ROLE,PARTITION_AWARE',
  'framework old',
  'advance 1',
  'accept web O0 t1 cpus=1 mem=128',
  'status a web t1 TASK_RUNNING',
  'revive web',
  'advance 1',
  'teardown old',
  'weights web 2.5',
  'advance 1',
];

const client = new HttpClient();
let server: HttpServer;

beforeAll(async () => {
  const script = new MasterScript();
  for (const line of LINES) script.interpret(line.split(' '), line);
  const read = <T>(view: (state: MasterState) => T): T => view(script.state);
  const common = {
    ...{ requests: new Requests<Answer>(), post: () => undefined, read, viewers: new Map() },
    leadership: () => ({ kind: 'leading', recovered: true }) as const,
  };
  const operators = {
    ...common,
    streams: new Streams('mesos.v1.master.Event'),
    slices: new SlicedWork(),
    files: masterFiles(undefined, read),
    logFile: undefined,
    verbosity: new Verbosity(systemClock(), () => undefined),
    moment: () => 0,
    pageHit: () => undefined,
    flags: { port: '5050' },
    metrics: () => snapshot(script.state, 1000),
  };
  const schedulers = { ...common, streams: new Streams('mesos.v1.scheduler.Event'), patternLimits: PATTERNS };
  const routes = withHelp([...masterRoutes(schedulers, operators), ...helperRoutes(operators)]);
  server = await startTestServer({
    routes,
    paths: {
      main: 'master',
      others: OTHER_PROCESSES,
      known: routes.map(({ path }) => path),
      disabled: new Set(),
    },
  });
});
afterAll(async () => {
  await client.close();
  await server.close();
});

const PATTERNS = { maxMem: 4096, maxProgramSize: 100 } as never;
const GOLDEN = join(__dirname, 'shapes');

it.each([
  ...['state', 'state-summary', 'slaves', 'frameworks', 'tasks', 'roles', 'quota', 'weights'],
  ...['maintenance/schedule', 'maintenance/status'],
])('the page %s has the shape that clients of Mesos know', async (path) => {
  const { status, headers, body } = await client.request({ url: `${server.url}/master/${path}` });
  expect([status, headers['content-type']]).toEqual([200, 'application/json']);
  expectShape(join(GOLDEN, `${path.replace('/', '-')}.txt`), shapeOf(JSON.parse(body.toString())));
});

it.each(['metrics/snapshot', 'registrar(1)/registry', 'system/stats.json', 'version', 'files/debug'])(
  'the page %s beside the master has the shape that clients of Mesos know',
  async (path) => {
    const { status, headers, body } = await client.request({ url: `${server.url}/${path}` });
    expect([status, headers['content-type']]).toEqual([200, 'application/json']);
    expectShape(join(GOLDEN, `${path.replace('/', '-')}.txt`), shapeOf(JSON.parse(body.toString())));
  },
);

it.each([
  ...[
    'GET_STATE',
    'GET_AGENTS',
    'GET_FRAMEWORKS',
    'GET_TASKS',
    'GET_EXECUTORS',
    'GET_OPERATIONS',
    'GET_ROLES',
  ],
  ...['GET_WEIGHTS', 'GET_MASTER', 'GET_QUOTA', 'GET_MAINTENANCE_STATUS', 'GET_MAINTENANCE_SCHEDULE'],
  ...['GET_HEALTH', 'GET_FLAGS', 'GET_VERSION', 'GET_LOGGING_LEVEL'],
])('%s has the shape that clients of Mesos know', async (type) => {
  const { status, headers, body } = await client.request({
    url: `${server.url}/master/api/v1`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type }),
  });
  expect([status, headers['content-type']]).toEqual([200, 'application/json']);
  expectShape(join(GOLDEN, `${type}.txt`), shapeOf(JSON.parse(body.toString())));
});

it.each([
  ['/master/api/v1', 405],
  ['/files/browse?path=x', 404],
  ['/metrics/snapshot?timeout=5', 400],
])('the refusal of %s is text with a charset, as all of them', async (path, expected) => {
  const { status, headers } = await client.request({ url: server.url + path });
  expect([status, headers['content-type']]).toEqual([expected, 'text/plain; charset=utf-8']);
});
