import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { withApi } from '../../cli/api';
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
