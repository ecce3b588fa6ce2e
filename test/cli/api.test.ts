import { withApi } from '../../cli/api';
import { type HttpServer, startHttpServer } from '../../cluster/runtime/http/server';
import { silentLogger } from '../../cluster/runtime/log';

const seen: string[] = [];
const servers: HttpServer[] = [];

/** A master that sends everybody elsewhere, or answers with who asked for what. */
async function master(elsewhere?: () => string): Promise<HttpServer> {
  const handler = (request: { method: string; originalUrl: string; body: unknown }) => {
    seen.push(`${request.method} ${request.originalUrl} ${String(request.body ?? '')}`);
    return '{"here":true}';
  };
  const server = await startHttpServer({
    ...{ what: 'the test', address: '127.0.0.1', port: 0, addressFlag: '--ip', portFlag: '--port' },
    log: silentLogger,
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

it('gives up with advice when masters send it in a circle', async () => {
  const one: HttpServer = await master(() => place(two));
  const two: HttpServer = await master(() => place(one));
  await expect(put(one)).rejects.toThrow('in a circle');
});
