import { type Leadership, leaderOnly, redirect } from '../../../../../cluster/master/edge/http/leader';
import { masterRoutes } from '../../../../../cluster/master/edge/http/routes';
import { HttpClient } from '../../../../../cluster/runtime/http/client';
import type { HttpServer } from '../../../../../cluster/runtime/http/server';
import { startTestServer } from '../../../runtime/http/test-server';

const client = new HttpClient();
let leader: Leadership = { kind: 'none' };
let server: HttpServer;

beforeAll(async () => {
  const answer = () => 'here';
  const own = ['/health', '/flags', '/version', '/state', '/api/v1', '/api/v1/scheduler'].map((path) => ({
    path,
    methods: { GET: answer, POST: answer },
  }));
  const routes = [
    ...own,
    {
      path: '/redirect',
      methods: {
        GET: redirect(
          () => leader,
          () => 'self:5050',
        ),
      },
    },
  ];
  server = await startTestServer({
    paths: { main: 'master', others: [], known: routes.map(({ path }) => path) },
    routes: leaderOnly(routes, () => leader),
  });
});
afterAll(async () => {
  await server.close();
  await client.close();
});

async function ask(path: string): Promise<[number, string]> {
  const { status, headers, body } = await client.request({ url: server.url + path });
  return [status, String(headers['location'] ?? body.toString())];
}

it.each<[string, Leadership, string, number, string]>([
  ['nobody leads', { kind: 'none' }, '/state', 503, 'No leader elected'],
  ['nobody leads', { kind: 'none' }, '/api/v1', 503, 'No leader elected'],
  ['nobody leads', { kind: 'none' }, '/redirect', 503, 'No leader elected'],
  ['nobody leads', { kind: 'none' }, '/health', 200, 'here'],
  ['nobody leads', { kind: 'none' }, '/flags', 200, 'here'],
  ['nobody leads', { kind: 'none' }, '/version', 200, 'here'],
  ['another leads', { kind: 'following', hostname: 'm2', port: 1 }, '/state?a=b', 307, '//m2:1/state?a=b'],
  [
    'another leads',
    { kind: 'following', hostname: 'm2', port: 1 },
    '/master/state',
    307,
    '//m2:1/master/state',
  ],
  [
    'another leads',
    { kind: 'following', hostname: 'm2', port: 1 },
    '/api/v1/scheduler',
    307,
    '//m2:1/api/v1/scheduler',
  ],
  ['another leads', { kind: 'following', hostname: 'm2', port: 1 }, '/redirect', 307, '//m2:1'],
  ['another leads', { kind: 'following', hostname: 'm2', port: 1 }, '/master/redirect', 307, '//m2:1'],
  ['another leads', { kind: 'following', hostname: 'm2', port: 1 }, '/redirect/state', 404, '404 Not Found.'],
  ['we lead', { kind: 'leading', recovered: true }, '/redirect', 307, '//self:5050'],
  ['we lead', { kind: 'leading', recovered: true }, '/api/v1', 200, 'here'],
  ['we recover', { kind: 'leading', recovered: false }, '/api/v1', 503, 'Master has not finished recovery'],
  [
    'we recover',
    { kind: 'leading', recovered: false },
    '/api/v1/scheduler',
    503,
    'Master has not finished recovery',
  ],
  ['we recover', { kind: 'leading', recovered: false }, '/state', 200, 'here'],
])('when %s (%j), %s is %i %s', async (_when, state, path, status, text) => {
  leader = state;
  expect(await ask(path)).toEqual([status, text]);
});

describe('the routes of the master', () => {
  const known = masterRoutes({} as never, { leadership: () => leader } as never);
  /** What the original redirects (Mesos 1.11 src/master/http.cpp, each with `if (!master->elected())`). */
  const redirected = [
    '/api/v1',
    '/api/v1/scheduler',
    '/create-volumes',
    '/destroy-volumes',
    '/frameworks',
    '/machine/down',
    '/machine/up',
    '/maintenance/schedule',
    '/maintenance/status',
    '/quota',
    '/quota/*',
    '/reserve',
    '/roles',
    '/slaves',
    '/state',
    '/state-summary',
    '/tasks',
    '/teardown',
    '/unreserve',
    '/weights',
  ];
  const open = ['/flags', '/health', '/redirect'];
  const ours = [
    '/allocator/offer_constraints_debug',
    '/explain/framework/*',
    '/explain/role/*',
    '/explain/task/*',
  ];

  it('are those of the original, and some of ours', () => {
    const paths = known.map(({ path }) => path).sort();
    expect(paths).toEqual([...redirected, ...open, ...ours].sort());
  });

  let whole: HttpServer;
  beforeAll(async () => {
    whole = await startTestServer({
      paths: { main: 'master', others: [], known: known.map(({ path }) => path) },
      routes: leaderOnly(known, () => leader),
    });
  });
  afterAll(() => whole.close());

  it.each(redirected.concat(ours))(
    'redirect requests of %s to the leader, whatever the method',
    async (path) => {
      const url = path.replace('*', 'x');
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const) {
        leader = { kind: 'following', hostname: 'm2', port: 1 };
        const { status, headers } = await client.request({ url: whole.url + url, method });
        expect([method, status, headers['location']]).toEqual([method, 307, `//m2:1${url}`]);
        leader = { kind: 'none' };
        expect((await client.request({ url: whole.url + url, method })).status).toBe(503);
      }
    },
  );

  it('refuse wrong methods only after the recovery of a leader', async () => {
    leader = { kind: 'leading', recovered: true };
    const refused = await client.request({ url: `${whole.url}/api/v1/scheduler` });
    expect([refused.status, refused.headers['allow'], refused.body.toString()]).toEqual([
      405,
      'POST',
      "405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'.",
    ]);
    leader = { kind: 'leading', recovered: false };
    expect((await client.request({ url: `${whole.url}/api/v1/scheduler` })).status).toBe(503);
  });
});
