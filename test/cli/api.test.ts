import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serverUrl, withApi } from '../../cli/api';
import type { HttpServer } from '../../cluster/runtime/http/server';
import { startTestServer } from '../cluster/runtime/http/test-server';

const seen: string[] = [];
const servers: HttpServer[] = [];

/** A master that sends everybody elsewhere, or answers with who asked for what. */
async function master(elsewhere?: () => string): Promise<HttpServer> {
  const handler = (request: { method: string; originalUrl: string; body: unknown }) => {
    seen.push(`${request.method} ${request.originalUrl} ${String(request.body ?? '')}`);
    return '{"here":true}';
  };
  const server = await startTestServer({
    routes: [
      {
        path: '/weights',
        methods: {
          PUT: (request, reply) =>
            elsewhere
              ? reply.code(307).header('location', `//${elsewhere()}${request.originalUrl}`).send()
              : handler(request),
        },
      },
    ],
  });
  servers.push(server);
  return server;
}

const place = ({ url }: HttpServer): string => url.slice('http://'.length);
const put = (server: HttpServer): Promise<unknown> =>
  withApi({ url: server.url, what: 'The master', flag: '--master' }, (api) =>
    api.json('PUT', '/weights?x=1', [{ role: 'a' }]),
  );

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

it('goes to the leader with the same request when a master that follows is asked', async () => {
  const leader = await master();
  const follower = await master(() => place(leader));
  expect(await put(follower)).toEqual({ here: true });
  expect(seen).toEqual(['PUT /weights?x=1 [{"role":"a"}]']);
});

it('shows credentials of the URL to who is asked, and to nobody else', async () => {
  const heard: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    heard.push(request.headers.authorization);
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const ask = (credentials?: string): Promise<unknown> =>
    withApi(
      { url: `http://u:p%40w@127.0.0.1:${port}`, what: 'Marathon', flag: '--marathon', credentials },
      (api) => api.json('GET', '/x'),
    );
  await ask();
  await ask('other:one');
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
  expect(heard).toEqual([basic('u:p@w'), basic('other:one')]);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(ask()).rejects.toThrow(
    `Marathon cannot be reached at http://127.0.0.1:${port} (ECONNREFUSED)`,
  );
});

it('gives up with advice when masters send it in a circle', async () => {
  const redirecting: HttpServer = await master(() => place(two));
  const two: HttpServer = await master(() => place(redirecting));
  await expect(put(redirecting)).rejects.toThrow('in a circle');
});

describe('a server', () => {
  const ask = (url: string, credentials?: string): Promise<unknown> =>
    withApi({ url, what: 'Marathon', flag: '--marathon', credentials }, (api) => api.json('GET', '/v2/info'));

  it('may have a path of its own, as behind a proxy', async () => {
    const server = await startTestServer({
      routes: [{ path: '/service/marathon/v2/info', methods: { GET: () => '{"here":true}' } }],
    });
    servers.push(server);
    for (const end of ['/service/marathon', '/service/marathon/'])
      expect(await ask(`${server.url}${end}`)).toEqual({ here: true });
  });

  it('is named as host and port, or as a URL of HTTP', async () => {
    expect(serverUrl('host:8080')).toBe('http://host:8080');
    expect(serverUrl('https://host')).toBe('https://host');
    await expect(ask(serverUrl('ftp://host'))).rejects.toThrow('--marathon: "ftp://host" is not a URL');
  });

  it('that does not speak TLS is told apart from one that is not there', async () => {
    const server = await master();
    const url = server.url.replace('http:', 'https:');
    await expect(ask(url)).rejects.toThrow(`Marathon at ${url} does not speak TLS`);
  });

  it('gets no credentials without a colon', async () => {
    await expect(ask('http://127.0.0.1:1', 'secret')).rejects.toThrow('write them as user:password');
    await expect(ask('http://127.0.0.1:1', 'secret')).rejects.not.toThrow('secret');
  });
});
