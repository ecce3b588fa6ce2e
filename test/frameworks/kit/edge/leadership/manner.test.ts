import { systemClock } from '../../../../../cluster/runtime/clock';
import { HttpClient } from '../../../../../cluster/runtime/http/client';
import type { HttpServer, HttpServerOptions } from '../../../../../cluster/runtime/http/server';
import { silentLogger } from '../../../../../cluster/runtime/log';
import { Forwarder } from '../../../../../frameworks/kit/edge/leadership/forward';
import { HEALTH_PATHS, healthRoutes } from '../../../../../frameworks/kit/edge/leadership/health';
import type { Standing } from '../../../../../frameworks/kit/edge/leadership/standing';
import { errorAnswers, type RestDoor } from '../../../../../frameworks/kit/edge/rest/door';
import { marathonManner } from '../../../../../frameworks/marathon/edge/forwarding';
import { startTestServer } from '../../../../cluster/runtime/http/test-server';

const client = new HttpClient();
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const action of undo.splice(0).reverse()) await action();
});
afterAll(() => client.close());

const door: RestDoor = {
  concurrentMax: undefined,
  active: { count: 0 },
  headers: () => ({}),
  errorBody: (status, message) => ({ message, status }),
};

async function serve(options: Partial<HttpServerOptions>): Promise<HttpServer> {
  const server = await startTestServer(options);
  undo.push(() => server.close());
  return server;
}

/** A process in the manner of Marathon, called `name`. */
async function member(name: string, standing: () => Standing, patienceMs = 0): Promise<HttpServer> {
  const forwarder = new Forwarder({
    standing,
    door,
    what: 'The test',
    manner: marathonManner(() => `1.1 ${name}`),
    patience: { ms: patienceMs, clock: systemClock() },
    ownPaths: HEALTH_PATHS,
    log: silentLogger,
    tls: undefined,
  });
  undo.push(() => forwarder.stop());
  return serve({
    ...errorAnswers(door),
    cors: ['*'],
    before: forwarder.before,
    routes: [
      ...healthRoutes(door, standing, () => name),
      { path: '/echo', methods: { GET: (request) => ({ ...request.headers, name }) } },
    ],
  });
}

const following = (server: HttpServer) => (): Standing => ({
  kind: 'following',
  leader: `127.0.0.1:${server.port}`,
});

async function ask({ url }: HttpServer, path: string, headers: Record<string, string> = {}) {
  const answer = await client.request({ url: url + path, headers });
  return { ...answer, text: answer.body.toString() };
}

it('names every process that passed a request on, in the request and in the answer', async () => {
  const leader = await member('a:1', () => ({ kind: 'leading' }));
  const second = await member('b:1', following(leader));
  const third = await member('c:1', following(second));
  const answer = await ask(third, '/echo', { 'x-forwarded-for': '10.0.0.1' });
  const seen = JSON.parse(answer.text) as Record<string, string>;
  expect(seen).toMatchObject({ name: 'a:1', 'x-marathon-via': '1.1 c:1, 1.1 b:1' });
  expect(seen['x-forwarded-for']).toBe('10.0.0.1, 127.0.0.1, 127.0.0.1');
  expect(answer.headers['x-marathon-via']).toBe('1.1 b:1, 1.1 c:1');
});

it('stops a request that comes around', async () => {
  let other: HttpServer | undefined;
  const first = await member('a:1', () => ({
    kind: 'following',
    leader: `127.0.0.1:${other?.port}`,
  }));
  other = await member('b:1', following(first));
  const answer = await ask(first, '/echo');
  expect(answer).toMatchObject({ status: 502, headers: { 'x-marathon-via': '1.1 b:1, 1.1 a:1' } });
  expect(answer.text).toContain('Detected proxying loop.');
});

it('lets a request wait until there is a leader, which may be itself', async () => {
  const leader = await member('a:1', () => ({ kind: 'leading' }));
  let standing: Standing = { kind: 'none', reason: 'it is starting' };
  const waiting = await member('b:1', () => standing, 60_000);
  const early = ask(waiting, '/echo');
  await ask(waiting, '/health');
  standing = following(leader)();
  expect(JSON.parse((await early).text)).toMatchObject({ name: 'a:1' });
  standing = { kind: 'none', reason: 'the session is over' };
  const late = ask(waiting, '/echo');
  const lost = ask(waiting, '/nowhere');
  await ask(waiting, '/health');
  standing = { kind: 'leading' };
  expect(JSON.parse((await late).text)).toMatchObject({ name: 'b:1' });
  expect((await lost).status).toBe(404);
});

it('says why nobody answers', async () => {
  const alone = await member('a:1', () => ({ kind: 'none', reason: 'it is starting' }));
  expect(await ask(alone, '/echo')).toMatchObject({
    status: 502,
    text: '{"message":"Could not determine the current leader: it is starting","status":502}',
  });
  const gone = await member('a:1', () => ({ kind: 'following', leader: '127.0.0.1:1' }));
  expect(await ask(gone, '/echo')).toMatchObject({
    status: 502,
    text: '{"message":"Connection to leader refused: 127.0.0.1:1","status":502}',
  });
});

it('answers balancers itself', async () => {
  let standing: Standing = { kind: 'leading' };
  const process = await member('a:1', () => standing);
  const statuses = async () => [
    (await ask(process, '/health')).status,
    (await ask(process, '/health/leader')).status,
  ];
  expect(await statuses()).toEqual([200, 200]);
  standing = { kind: 'following', leader: 'b:1' };
  expect(await statuses()).toEqual([200, 503]);
  expect((await ask(process, '/health?x')).text).toBe('{"standing":"standby","leader":"b:1"}');
  standing = { kind: 'none', reason: 'it is starting' };
  expect(await statuses()).toEqual([503, 503]);
  expect((await ask(process, '/health')).text).toBe('{"standing":"not-ready","reason":"it is starting"}');
});

it('lets pages of other origins read by a standby, too', async () => {
  const leader = await member('a:1', () => ({ kind: 'leading' }));
  const second = await member('b:1', following(leader));
  const answer = await ask(second, '/echo', { origin: 'http://page.example' });
  expect(answer).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': '*' } });
});
