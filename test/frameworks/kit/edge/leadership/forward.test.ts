import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { HttpClient } from '../../../../../cluster/runtime/http/client';
import type { HttpServer, HttpServerOptions } from '../../../../../cluster/runtime/http/server';
import { silentLogger } from '../../../../../cluster/runtime/log';
import { tlsSettings } from '../../../../../cluster/runtime/tls/settings';
import { Forwarder, type ForwardOptions } from '../../../../../frameworks/kit/edge/leadership/forward';
import type { Standing } from '../../../../../frameworks/kit/edge/leadership/standing';
import { errorAnswers } from '../../../../../frameworks/kit/edge/rest/door';
import { startTestServer } from '../../../../cluster/runtime/http/test-server';
import { Certificates } from '../../../../cluster/runtime/tls/certificates';
import { until } from '../../../../cluster/zookeeper/setting';

const client = new HttpClient();
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const action of undo.splice(0).reverse()) await action();
});
afterAll(() => client.close());

const door: ForwardOptions['door'] = {
  headers: () => ({}),
  errorBody: (status, message) => ({ message, status }),
};

async function serve(options: Partial<HttpServerOptions>): Promise<HttpServer> {
  const server = await startTestServer(options);
  undo.push(() => server.close());
  return server;
}

/** A server that passes everything on to the leader. */
async function follow(leader: string, tls?: ForwardOptions['tls']): Promise<HttpServer> {
  const standing = (): Standing => ({ kind: 'following', leader });
  const forwarder = new Forwarder({ standing, door, what: 'The test', log: silentLogger, tls });
  undo.push(() => forwarder.stop());
  return serve({
    ...errorAnswers(door),
    before: forwarder.before,
    routes: [{ path: '/own', methods: { GET: () => 'own' } }],
  });
}

const addressOf = ({ port }: HttpServer): string => `127.0.0.1:${port}`;

it('passes a stream on piece by piece, and its end on to the leader', async () => {
  const stream = new Readable({ read: () => undefined });
  const leader = await serve({
    routes: [
      {
        path: '/events',
        methods: { GET: (_request, reply) => reply.type('text/event-stream').send(stream) },
      },
    ],
  });
  const { url } = await follow(addressOf(leader));
  const opening = client.stream({ url: `${url}/events` });
  stream.push('one');
  const answer = await opening;
  expect(answer.headers['content-type']).toMatch(/^text\/event-stream/);
  let text = '';
  answer.body.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await until('the first piece', () => text === 'one');
  stream.push('two');
  await until('the second piece', () => text === 'onetwo');
  answer.close();
  await until('the end at the leader', () => stream.destroyed);
});

it('passes packed answers on as they are', async () => {
  const leader = await serve({
    compress: true,
    routes: [{ path: '/long', methods: { GET: () => 'x'.repeat(5000) } }],
  });
  const { url } = await follow(addressOf(leader));
  const answer = await client.request({ url: `${url}/long`, headers: { 'accept-encoding': 'gzip' } });
  expect(answer.headers['content-encoding']).toBe('gzip');
  expect(answer.body.length).toBeLessThan(500);
});

it('passes a request on once, and says who leads', async () => {
  const leader = await follow('127.0.0.1:1');
  const { url } = await follow(addressOf(leader));
  const answer = await client.request({ url: `${url}/own` });
  expect(answer.status).toBe(503);
  expect(answer.body.toString()).toContain('The test: this one does not lead, 127.0.0.1:1 does');
});

it('speaks TLS with the leader, and believes its own authorities only', async () => {
  const certificates = new Certificates();
  undo.push(() => certificates.remove());
  const leader = await serve({
    tls: tlsSettings(certificates.env()),
    routes: [{ path: '/own', methods: { GET: () => 'over TLS' } }],
  });
  const trust = { ca: [readFileSync(certificates.ca)], rejectUnauthorized: true };
  const trusting = await follow(addressOf(leader), trust);
  expect((await client.request({ url: `${trusting.url}/own` })).body.toString()).toBe('over TLS');
  const strange = { ca: [readFileSync(certificates.strangerCert)], rejectUnauthorized: true };
  const wary = await follow(addressOf(leader), strange);
  const refused = await client.request({ url: `${wary.url}/own` });
  expect(refused.status).toBe(503);
  expect(refused.body.toString()).toContain('does not answer');
});
