import { gated, type Leadership, redirect } from '../../../../../cluster/master/edge/http/leader';
import { HttpClient } from '../../../../../cluster/runtime/http/client';
import { type HttpServer, startHttpServer } from '../../../../../cluster/runtime/http/server';
import { silentLogger } from '../../../../../cluster/runtime/log';

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
  server = await startHttpServer({
    what: 'the test',
    address: '127.0.0.1',
    port: 0,
    addressFlag: '--ip',
    portFlag: '--port',
    log: silentLogger,
    paths: { main: 'master', others: [], known: routes.map(({ path }) => path) },
    routes: gated(routes, () => leader),
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
