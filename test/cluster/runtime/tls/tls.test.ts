import { readFileSync, writeFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { HttpClient } from '../../../../cluster/runtime/http/client';
import type { HttpServer } from '../../../../cluster/runtime/http/server';
import { StartError } from '../../../../cluster/runtime/lifecycle';
import { silentLogger } from '../../../../cluster/runtime/log';
import { Links } from '../../../../cluster/runtime/messages/links';
import { type Message, MessageRouter } from '../../../../cluster/runtime/messages/receive';
import { callerEnvironment, callerTrust, tlsSettings } from '../../../../cluster/runtime/tls/settings';
import { deferred } from '../eventually';
import { startTestServer } from '../http/test-server';
import { Certificates } from './certificates';

const certificates = new Certificates();
const ca = readFileSync(certificates.ca);
let server: HttpServer | undefined;
afterEach(() => server?.close());
afterAll(() => certificates.remove());

async function serve(more: Record<string, string> = {}, messages?: MessageRouter): Promise<HttpServer> {
  server = await startTestServer({
    tls: tlsSettings(certificates.env(more)),
    routes: [{ path: '/', methods: { GET: () => 'over TLS' } }],
    ...(messages ? { messages } : {}),
  });
  return server;
}

async function get(url: string, tls: object): Promise<string> {
  const client = new HttpClient({ tls });
  try {
    return (await client.request({ url })).body.toString();
  } catch (error) {
    return `refused: ${(error as Error & { code?: string }).code ?? (error as Error).message}`;
  } finally {
    await client.close();
  }
}

async function talk(port: number, text: string): Promise<string> {
  const socket = connectPlain(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.end(text);
  return (await buffer(socket)).toString('latin1').slice(0, 40);
}

const PLAIN = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

describe('a server with a certificate', () => {
  it('speaks TLS to those who believe its authority, and nothing else', async () => {
    const { url, port } = await serve();
    expect(url).toMatch(/^https:/);
    expect(await get(url, { ca: [ca] })).toBe('over TLS');
    expect(await get(url, {})).toContain('refused');
    expect(await talk(port, PLAIN)).not.toContain('200 OK');
    expect(await get(url, { ca: [ca] })).toBe('over TLS');
  });

  it('speaks plain HTTP on the same port, when it may', async () => {
    const { url, port } = await serve({ LIBPROCESS_SSL_SUPPORT_DOWNGRADE: 'true' });
    expect(await talk(port, PLAIN)).toContain('200 OK');
    expect(await get(url, { ca: [ca] })).toBe('over TLS');
    expect(await get(`http://127.0.0.1:${port}/`, {})).toBe('over TLS');
    expect(await talk(port, 'no HTTP at all\r\n\r\n')).toContain('400 Bad Request');
  });

  it('stops with connections open, of both kinds', async () => {
    const { port } = await serve({ LIBPROCESS_SSL_SUPPORT_DOWNGRADE: '1' });
    const silent = connectPlain(port, '127.0.0.1');
    const plain = connectPlain(port, '127.0.0.1');
    const secure = connectTls({ port, host: '127.0.0.1', ca: [ca] });
    for (const socket of [silent, plain, secure]) socket.on('error', () => undefined);
    plain.write(PLAIN.slice(0, 20));
    await new Promise((done) => secure.once('secureConnect', done));
    await server?.close();
    server = undefined;
    for (const socket of [silent, plain, secure]) socket.destroy();
  });

  it('asks clients for a certificate of its authority', async () => {
    const { url } = await serve({ LIBPROCESS_SSL_REQUIRE_CLIENT_CERT: 'true' });
    const pair = (key: string, cert: string) => ({
      ca: [ca],
      key: readFileSync(key),
      cert: readFileSync(cert),
    });
    expect(await get(url, pair(certificates.key, certificates.cert))).toBe('over TLS');
    expect(await get(url, { ca: [ca] })).toContain('refused');
    expect(await get(url, pair(certificates.strangerKey, certificates.strangerCert))).toContain('refused');
  });

  it.each([
    [{ LIBPROCESS_SSL_ENABLE_TLS_V1_2: 'false' }, 'TLSv1.2', false],
    [{ LIBPROCESS_SSL_ENABLE_TLS_V1_3: 'false' }, 'TLSv1.3', false],
    [{ LIBPROCESS_SSL_ENABLE_TLS_V1_3: 'false' }, 'TLSv1.2', true],
    [{}, 'TLSv1.3', true],
  ])('with %j speaks %s: %s', async (env, version, expected) => {
    const { url } = await serve(env);
    const answer = await get(url, { ca: [ca], minVersion: version, maxVersion: version });
    expect(answer === 'over TLS').toBe(expected);
  });

  it('passes on messages of peers that verify it', async () => {
    const router = new MessageRouter(silentLogger);
    const arrived = deferred<Message>();
    router.register('master', arrived.resolve);
    const { port } = await serve({}, router);
    const exited: string[] = [];
    const from = { id: 'agent', host: '127.0.0.1', port: 1 };
    const options = { from, log: silentLogger, exited: (pid: string) => exited.push(pid) };
    const tls = tlsSettings(certificates.env({ LIBPROCESS_SSL_VERIFY_SERVER_CERT: '1' }));
    const links = new Links({ ...options, tls });
    links.link(`master@127.0.0.1:${port}`);
    links.send(`master@127.0.0.1:${port}`, 'a.Message', Buffer.from('body'));
    expect((await arrived.promise).body.toString()).toBe('body');
    links.stop();
    expect(exited).toEqual([]);
  });
});

describe('the environment', () => {
  const env = (more: Record<string, string>) => () => tlsSettings(certificates.env(more));

  it('turns TLS on', () => {
    expect(tlsSettings({})).toBeUndefined();
    expect(tlsSettings({ LIBPROCESS_SSL_ENABLED: 'false' })).toBeUndefined();
    expect(env({})()).toMatchObject({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', downgrade: false });
  });

  const folder = certificates.folder;
  it.each<[Record<string, string>, string]>([
    [
      { LIBPROCESS_SSL_ENABLED: 'yes' },
      'LIBPROCESS_SSL_ENABLED: "yes" cannot be used: expected true or false',
    ],
    [{ LIBPROCESS_SSL_KEY_FILE: '' }, 'LIBPROCESS_SSL_KEY_FILE must name the file with the private key'],
    [{ LIBPROCESS_SSL_CERT_FILE: '' }, 'LIBPROCESS_SSL_CERT_FILE must name the file with the certificate'],
    [{ LIBPROCESS_SSL_KEY_FILE: join(folder, 'none') }, 'LIBPROCESS_SSL_KEY_FILE: cannot read'],
    [{ LIBPROCESS_SSL_CA_DIR: join(folder, 'none') }, 'LIBPROCESS_SSL_CA_DIR: cannot read'],
    [{ LIBPROCESS_SSL_KEY_FILE: certificates.strangerKey }, 'cannot be used together'],
    [{ LIBPROCESS_SSL_CIPHERS: 'nonsense' }, 'cannot be used together'],
    [
      { LIBPROCESS_SSL_ENABLE_TLS_V1_2: '0', LIBPROCESS_SSL_ENABLE_TLS_V1_3: '0' },
      'No version of TLS is left',
    ],
  ])('with %j is refused: %s', (more, expected) => {
    expect(env(more)).toThrow(StartError);
    expect(env(more)).toThrow(expected);
  });

  it('tells those we start how to call us, but not our key', () => {
    expect(callerEnvironment({})).toEqual({});
    const passed = callerEnvironment(certificates.env({ LIBPROCESS_SSL_VERIFY_SERVER_CERT: '1' }));
    expect(passed).toEqual({
      LIBPROCESS_SSL_ENABLED: '1',
      LIBPROCESS_SSL_CA_FILE: certificates.ca,
      LIBPROCESS_SSL_VERIFY_SERVER_CERT: '1',
    });
    expect(callerTrust({})).toBeUndefined();
    expect(callerTrust(passed)).toEqual({ ca: [ca], rejectUnauthorized: true });
  });

  it('may name a folder of authorities', () => {
    writeFileSync(join(folder, 'readme'), 'no certificate');
    const settings = tlsSettings(
      certificates.env({ LIBPROCESS_SSL_CA_FILE: '', LIBPROCESS_SSL_CA_DIR: folder }),
    );
    expect(settings?.ca?.length).toBeGreaterThanOrEqual(3);
  });
});
