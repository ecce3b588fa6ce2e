import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { bearerAuthenticator } from '../../../../cluster/runtime/auth/bearer';
import { signJwt } from '../../../../cluster/runtime/auth/jwt';
import { principalOf } from '../../../../cluster/runtime/http/access';
import { HttpClient, type HttpRequest } from '../../../../cluster/runtime/http/client';
import {
  answerClientError,
  type Handler,
  type HttpServer,
  type HttpServerOptions,
  startHttpServer,
} from '../../../../cluster/runtime/http/server';
import { StartError } from '../../../../cluster/runtime/lifecycle';
import { keepingLogger } from '../recorded-log';
import { startTestServer, TEST_SERVER } from './test-server';

const client = new HttpClient();
const open: (HttpServer | Server)[] = [];

async function serve(options: Partial<HttpServerOptions>): Promise<HttpServer> {
  const server = await startTestServer(options);
  open.push(server);
  return server;
}

async function ask(server: HttpServer, path: string, request: Omit<HttpRequest, 'url'> = {}) {
  const { status, headers, body } = await client.request({ ...request, url: server.url + path });
  return { status, headers, text: body.toString() };
}

afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});
afterAll(() => client.close());

describe('routes', () => {
  const routes = [
    { path: '/things', methods: { GET: () => 'list', POST: (request: { body: unknown }) => request.body } },
    { path: '/things/:id', methods: { GET: ({ params }: { params: unknown }) => params } },
    { path: '/wild/*', methods: { PUT: ({ params }: { params: unknown }) => params } },
  ];

  it('answer who sends no Host, as libprocess does', async () => {
    const { port } = await serve({ routes });
    const socket = connect(port, '127.0.0.1');
    socket.end('GET /things HTTP/1.1\r\n\r\n');
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text).toMatch(/^HTTP\/1\.1 200 [\s\S]*list$/);
  });

  it('answer by path and method, with or without a slash at the end', async () => {
    const server = await serve({ routes });
    expect(await ask(server, '/things')).toMatchObject({ status: 200, text: 'list' });
    expect(await ask(server, '/things/')).toMatchObject({ status: 200, text: 'list' });
    expect((await ask(server, '/things/a%2Fb')).text).toBe('{"id":"a/b"}');
    expect((await ask(server, '/wild/a/b', { method: 'PUT' })).text).toBe('{"*":"a/b"}');
    expect(await ask(server, '/things', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  });

  it('get bodies as bytes, whatever the content type, and none as undefined', async () => {
    const seen: unknown[] = [];
    const server = await serve({
      routes: [{ path: '/', methods: { POST: ({ body }) => seen.push(body) && 'ok' } }],
    });
    const bytes = Buffer.from([0, 255, 10, 13]);
    for (const type of ['application/json', 'application/x-protobuf', 'text/plain', 'x/odd']) {
      await ask(server, '/', { method: 'POST', body: bytes, headers: { 'content-type': type } });
    }
    await ask(server, '/', { method: 'POST', body: bytes });
    await ask(server, '/', { method: 'POST' });
    expect(seen).toEqual([bytes, bytes, bytes, bytes, bytes, undefined]);
    const odd = await ask(server, '/', { method: 'POST', body: bytes, headers: { 'content-type': 'odd' } });
    expect([odd.status, seen.length]).toEqual([415, 6]);
  });

  it('answer any method as GET where the page never looks', async () => {
    let isOpen = true;
    const server = await serve({
      routes: [{ path: '/numbers', methods: { GET: () => '{}' }, anyMethod: () => isOpen }],
    });
    for (const method of ['GET', 'POST', 'PUT', 'DELETE'] as const)
      expect(await ask(server, '/numbers', { method })).toMatchObject({ status: 200, text: '{}' });
    isOpen = false;
    expect((await ask(server, '/numbers', { method: 'POST', body: 'x' })).status).toBe(405);
  });

  it('answer 405 with what is allowed for a known path', async () => {
    const server = await serve({ routes });
    for (const method of ['PUT', 'DELETE', 'PATCH'] as const) {
      const { status, headers, text } = await ask(server, '/things', { method });
      expect([status, headers['allow']]).toEqual([405, 'GET, POST']);
      expect(text).toBe(
        `405 Method Not Allowed. Expecting one of { 'GET', 'POST' }, but received '${method}'.`,
      );
    }
    const other = await serve({
      routes,
      methodNotAllowed: (_request, reply) => reply.send('{"message":"no"}'),
    });
    expect(await ask(other, '/things', { method: 'PUT' })).toMatchObject({
      status: 405,
      text: '{"message":"no"}',
    });
  });

  it('answer 404 for an unknown path, in the words of the API', async () => {
    const server = await serve({ routes });
    expect((await ask(server, '/nothing')).status).toBe(404);
    const other = await serve({ routes, notFound: (_request, reply) => reply.code(404).send('not here') });
    expect(await ask(other, '/nothing')).toMatchObject({ status: 404, text: 'not here' });
  });

  it('see the path after it was rewritten', async () => {
    const paths = { main: 'master', others: [], known: routes.map(({ path }) => path) };
    const server = await serve({ routes, paths });
    expect((await ask(server, '/master/things')).text).toBe('list');
  });

  it('answer 500 when a handler throws, log why, and tell the client nothing', async () => {
    const log = keepingLogger();
    const handler = (): never => {
      throw new Error('the secret inside');
    };
    const server = await serve({ log, routes: [{ path: '/', methods: { GET: handler } }] });
    expect(await ask(server, '/')).toMatchObject({ status: 500, text: 'Internal error' });
    expect(JSON.stringify(log.lines)).toContain('the secret inside');
  });
});

describe('limits', () => {
  it('refuse a body that is too long and go on', async () => {
    const server = await serve({
      bodyMaxBytes: 10,
      routes: [{ path: '/', methods: { POST: ({ body }) => body } }],
    });
    const post = (body: string) => ask(server, '/', { method: 'POST', body });
    expect(await post('0123456789')).toMatchObject({ status: 200, text: '0123456789' });
    expect((await post('0123456789x')).status).toBe(413);
    expect(await post('again')).toMatchObject({ status: 200, text: 'again' });
  });

  /** A connection as far as the answer to its errors looks at it. */
  function connection(bytesRead: number) {
    const log: string[] = [];
    const socket = {
      bytesRead,
      writable: true,
      write: (text: string) => log.push(text.split('\r\n')[0] ?? ''),
      destroySoon: () => log.push('closed'),
    };
    return { log, socket: socket as unknown as Socket };
  }

  it.each([
    ['a silent connection, which may be a link', 'ERR_HTTP_REQUEST_TIMEOUT', 0, []],
    [
      'a request that does not end',
      'ERR_HTTP_REQUEST_TIMEOUT',
      5,
      ['HTTP/1.1 408 Request Timeout', 'closed'],
    ],
    [
      'headers without end',
      'HPE_HEADER_OVERFLOW',
      9,
      ['HTTP/1.1 431 Request Header Fields Too Large', 'closed'],
    ],
    ['what is no HTTP', 'HPE_INVALID_METHOD', 5, ['HTTP/1.1 400 Bad Request', 'closed']],
    ['a peer that is gone', 'ECONNRESET', 5, ['closed']],
  ])('treat %s as they should', (_name, code, bytesRead, expected) => {
    const { log, socket } = connection(bytesRead);
    answerClientError({ code }, socket);
    expect(log).toEqual(expected);
  });
});

describe('listening', () => {
  it('names the port and the flag when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    open.push(other);
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const start = startHttpServer({ ...TEST_SERVER, port });
    await expect(start).rejects.toThrow(StartError);
    await expect(start).rejects.toThrow(
      `the test cannot listen on 127.0.0.1:${port}: the port is taken. ` +
        'Stop the process that uses it, or choose another port with --port.',
    );
  });

  it('names the flag when the machine has no such address', async () => {
    await expect(serve({ address: '192.0.2.1', insecure: true })).rejects.toThrow(
      'this machine has no such address. Set --ip to one it has.',
    );
  });

  it('refuses an address that others can reach, unless told that it is meant', async () => {
    await expect(serve({ address: '0.0.0.0' })).rejects.toThrow('accept the risk with --insecure');
    const server = await serve({ address: '0.0.0.0', insecure: true });
    expect(server.port).toBeGreaterThan(0);
  });

  it('ends open requests when it is closed', async () => {
    const server = await startHttpServer({
      ...TEST_SERVER,
      routes: [{ path: '/', methods: { GET: () => new Promise(() => undefined) } }],
    });
    const outcome = ask(server, '/').catch((error: Error) => error);
    await ask(server, '/other');
    await server.close();
    expect(await outcome).toBeInstanceOf(Error);
  });
});

describe('guards', () => {
  const routes = [
    { path: '/state', methods: { GET: () => 'state', POST: () => 'changed' } },
    { path: '/health', methods: { GET: () => 'fine' } },
  ];
  const credentials = { user: 'ops', password: 'secret' };
  const authorization = `Basic ${Buffer.from('ops:secret').toString('base64')}`;

  it('ask for credentials, except on open paths', async () => {
    const server = await serve({ routes, credentials, realm: 'mesos', openPaths: ['/health'] });
    const refused = await ask(server, '/state');
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Basic realm="mesos"']);
    const wrong = `Basic ${Buffer.from('ops:wrong').toString('base64')}`;
    expect((await ask(server, '/state', { headers: { authorization: wrong } })).status).toBe(401);
    expect((await ask(server, '/nothing')).status).toBe(401);
    expect((await ask(server, '/state', { headers: { authorization } })).text).toBe('state');
    expect((await ask(server, '/health?x=1')).text).toBe('fine');
    expect((await ask(server, '/health/../state')).status).toBe(401);
  });

  it('refuse requests on behalf of a page from another origin', async () => {
    const server = await serve({ routes });
    const from = (origin: string) => ask(server, '/state', { method: 'POST', headers: { origin } });
    expect((await from('http://evil.example')).status).toBe(403);
    expect((await from('null')).status).toBe(403);
    expect((await from(server.url)).text).toBe('changed');
  });

  it('refuse another Host where nobody is asked who it is, name the flag, and log it once in a while', async () => {
    const log = keepingLogger();
    const free = await serve({ routes, log });
    const guarded = await serve({ routes, credentials, openPaths: ['/health'] });
    const called = (host: string) => ({ headers: { host, authorization } });
    const refused = await ask(free, '/state', called('evil.example'));
    await ask(free, '/state', called('evil.example'));
    expect(refused).toMatchObject({ status: 403, text: expect.stringContaining('--allowed_hosts') });
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { path: '/state', host: 'evil.example' } }]);
    for (const [server, path, host] of [
      [free, '/state', 'leader.mesos'],
      [guarded, '/state', 'lb.corp.example'],
      [guarded, '/health', 'lb.corp.example'],
    ] as const)
      expect((await ask(server, path, called(host))).status).toBe(200);
  });

  it('let no browser be led to what changes something, nor read JSONP unless told so', async () => {
    const changing = [{ path: '/signal', changes: true, methods: { GET: () => 'done' } }];
    const plain = await serve({ routes: changing });
    const jsonp = await serve({ routes, jsonp: true });
    const link = { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' };
    expect((await ask(plain, '/signal')).text).toBe('done');
    expect((await ask(plain, '/signal', { headers: link })).status).toBe(403);
    expect((await ask(plain, '/signal?jsonp=f')).text).toContain('--jsonp');
    expect((await ask(jsonp, '/state?jsonp=f')).status).toBe(200);
  });
});

describe('realms', () => {
  const key = Buffer.from('k');
  const realms = new Map([['reads', [bearerAuthenticator({ key, now: () => 0 })]]]);
  const who: Handler = (request) => principalOf(request)?.value ?? 'nobody';
  const routes = [
    { path: '/open', methods: { GET: who } },
    { path: '/asks', realm: 'reads', methods: { GET: who } },
    { path: '/off', realm: 'writes', methods: { GET: who } },
  ];
  const authorization = `Bearer ${signJwt({ sub: 'ann' }, key)}`;

  it('are asked for by route, and the handler learns who it is', async () => {
    const server = await serve({ routes, access: { realms, guarded: true } });
    expect(await ask(server, '/open')).toMatchObject({ status: 200, text: 'nobody' });
    expect(await ask(server, '/off', { headers: { authorization } })).toMatchObject({ text: 'nobody' });
    expect(await ask(server, '/asks', { headers: { authorization } })).toMatchObject({ text: 'ann' });
    const refused = await ask(server, '/asks');
    expect(refused).toMatchObject({ status: 401, text: '401 Unauthorized.' });
    expect(refused.headers['www-authenticate']).toBe('Bearer realm="reads"');
    expect((await ask(server, '/asks', { method: 'POST' })).status).toBe(401);
    expect((await ask(server, '/none')).status).toBe(404);
  });

  it('of an API with one user also take bearer tokens', async () => {
    const bearer = bearerAuthenticator({ key, now: () => 0 });
    const server = await serve({ routes, credentials: { user: 'a', password: 'b' }, bearer, realm: 'one' });
    expect((await ask(server, '/open')).headers['www-authenticate']).toBe(
      'Basic realm="one",Bearer realm="one"',
    );
    expect(await ask(server, '/open', { headers: { authorization } })).toMatchObject({ text: 'ann' });
    const basic = `Basic ${Buffer.from('a:b').toString('base64')}`;
    expect(await ask(server, '/open', { headers: { authorization: basic } })).toMatchObject({ text: 'a' });
    expect((await ask(server, '/none')).status).toBe(401);
  });

  it('count as authentication only when they guard control', async () => {
    const open = serve({ routes, address: '0.0.0.0', access: { realms, guarded: false } });
    await expect(open).rejects.toThrow('without authentication');
    expect(
      (await serve({ routes, address: '0.0.0.0', access: { realms, guarded: true } })).port,
    ).toBeGreaterThan(0);
  });
});
