import { execFileSync } from 'node:child_process';
import { createVerify, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createRawServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type AccessSettings, readMasterAccess } from '../../../dns/edge/master-access';
import { MasterClient } from '../../../dns/edge/master-client';

const NONE: AccessSettings = {
  ...{ https: false, caFile: undefined, certFile: undefined, keyFile: undefined, authentication: 'none' },
  ...{ principal: undefined, secret: undefined, iamFile: undefined },
};
const folder = mkdtempSync(join(tmpdir(), 'dns-access-'));
afterAll(() => rmSync(folder, { recursive: true }));
const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of undo.splice(0).reverse()) await stop();
});

async function serve(answer: (request: IncomingMessage, body: string) => [number, string], tls?: object) {
  const requests: IncomingMessage[] = [];
  const handle: Parameters<typeof createServer>[1] = (request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      requests.push(request);
      const [status, text] = answer(request, body);
      response.writeHead(status, status === 307 ? { location: text } : {}).end(text);
    });
  };
  const server = tls ? createTlsServer(tls, handle) : createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undo.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, asked: requests };
}

async function read(settings: Partial<AccessSettings>, base: string): Promise<unknown> {
  const client = new MasterClient(readMasterAccess({ ...NONE, ...settings }), () => 1_700_000_000_000);
  undo.push(async () => client.close());
  return await client.read({ base, path: '/x', signal: new AbortController().signal, headersMs: 2000 });
}

test('basic', async () => {
  const { port, asked: requests } = await serve(() => [200, '{}']);
  await read({ authentication: 'basic', principal: 'p', secret: 's' }, `http://127.0.0.1:${port}`);
  expect(requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('p:s').toString('base64')}`);
});

test('a master that asks who we are says what to give', async () => {
  const { port } = await serve(() => [401, '']);
  const base = `http://127.0.0.1:${port}`;
  await expect(read({}, base)).rejects.toThrow(
    'answered with status 401: it asks who we are: give --mesos-authentication basic, --mesos-principal and --mesos-secret',
  );
  await expect(read({ authentication: 'basic', principal: 'p', secret: 'hidden' }, base)).rejects.toThrow(
    'status 401: it does not take our credentials: check --mesos-principal and --mesos-secret',
  );
  const names = {
    'mesos-authentication': 'mesosAuthentication',
    'mesos-principal': 'mesosCredentials.principal',
  };
  await expect(read({ names }, base)).rejects.toThrow(
    'give mesosAuthentication basic, mesosCredentials.principal and --mesos-secret',
  );
});

test('a master that speaks TLS when we do not, and the other way round, says so', async () => {
  const [keyFile, certFile] = [join(folder, 'tls-key.pem'), join(folder, 'tls-cert.pem')];
  const words = '-x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost'.split(' ');
  execFileSync('openssl', ['req', ...words, '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' });
  const tls = { key: readFileSync(keyFile), cert: readFileSync(certFile) };
  const secure = await serve(() => [200, '{}'], tls);
  const names = { 'mesos-https': 'MesosHTTPSOn' };
  await expect(read({ names }, `http://127.0.0.1:${secure.port}`)).rejects.toThrow(
    `http://127.0.0.1:${secure.port}: it speaks TLS: turn MesosHTTPSOn on`,
  );
  const plain = await serve(() => [200, '{}']);
  await expect(read({ https: true }, `https://127.0.0.1:${plain.port}`)).rejects.toThrow(
    `https://127.0.0.1:${plain.port}: it does not speak TLS: turn --mesos-https off`,
  );
});

test('a server that hangs up and speaks no TLS is told as it is', async () => {
  const master = createRawServer((socket) => socket.once('data', () => socket.destroy()));
  await new Promise<void>((resolve) => master.listen(0, '127.0.0.1', resolve));
  undo.push(async () => void master.close());
  await expect(read({}, `http://127.0.0.1:${(master.address() as AddressInfo).port}`)).rejects.toThrow(
    /hang up|ECONNRESET/,
  );
});

test('a connection that the master closes when it is used again is replaced', async () => {
  const ports: number[] = [];
  let connections = 0;
  const master = createRawServer((socket) => {
    const connection = ++connections;
    socket.on('data', () => {
      // The second call over the first connection gets no answer.
      if (connection === 1 && ports.includes(1)) return socket.destroy();
      ports.push(connection);
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
    });
  });
  await new Promise<void>((resolve) => master.listen(0, '127.0.0.1', resolve));
  undo.push(async () => void master.close());
  const client = new MasterClient(readMasterAccess(NONE), () => 0);
  undo.push(async () => client.close());
  const base = `http://127.0.0.1:${(master.address() as AddressInfo).port}`;
  for (const path of ['/a', '/b'])
    await client.read({ base, path, signal: new AbortController().signal, headersMs: 2000 });
  expect(ports).toEqual([1, 2]);
});

test('what ends a call is told', async () => {
  const master = createServer((request, response) => {
    if (request.url === '/body') response.write('{');
  });
  await new Promise<void>((resolve) => master.listen(0, '127.0.0.1', resolve));
  undo.push(async () => {
    master.closeAllConnections();
    master.close();
  });
  const base = `http://127.0.0.1:${(master.address() as AddressInfo).port}`;
  const client = new MasterClient(readMasterAccess(NONE), () => 0);
  undo.push(async () => client.close());
  const call = { base, signal: new AbortController().signal, headersMs: 50 };
  await expect(client.read({ ...call, path: '/headers' })).rejects.toThrow(`no answer from ${base}`);
  const stop = new AbortController();
  const { body } = await client.open({ ...call, path: '/body', headersMs: 2000, signal: stop.signal });
  const read = text(body);
  stop.abort(new Error('enough'));
  await expect(read).rejects.toThrow('enough');
  await expect(client.open({ ...call, path: '/', signal: stop.signal })).rejects.toThrow('enough');
});

test('iam: a signed name is given for a token before each call', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const logins: { uid: string; token: string }[] = [];
  const login = await serve((_request, body) => {
    logins.push(JSON.parse(body));
    return [200, JSON.stringify({ token: `t${logins.length}` })];
  });
  const { port, asked: requests } = await serve(() => [200, '{}']);
  const iamFile = join(folder, 'iam.json');
  const private_key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const login_endpoint = `http://127.0.0.1:${login.port}/login`;
  writeFileSync(iamFile, JSON.stringify({ uid: 'me', private_key, login_endpoint }));
  for (const token of ['t1', 't2']) {
    await read({ authentication: 'iam', iamFile }, `http://127.0.0.1:${port}`);
    expect(requests.at(-1)?.headers.authorization).toBe(`token=${token}`);
  }
  const [head = '', claims = '', signature = ''] = logins[0]?.token.split('.') ?? [];
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toEqual({ uid: 'me', exp: 1_700_003_600 });
  expect(
    createVerify('RSA-SHA256').update(`${head}.${claims}`).verify(publicKey, signature, 'base64url'),
  ).toBe(true);
});

test('https: checked against the certificates given, and not checked without any', async () => {
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', keyFile, '-out', certFile];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files],
    { stdio: 'ignore' },
  );
  const pair = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
  const { port, asked: requests } = await serve(() => [200, '{}'], {
    ...pair,
    requestCert: true,
    rejectUnauthorized: false,
  });
  const base = `https://127.0.0.1:${port}`;
  await read({ https: true }, base);
  await read({ https: true, caFile: certFile, certFile, keyFile }, base);
  expect(requests).toHaveLength(2);
  const other = join(folder, 'other.pem');
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      ...subject,
      '-keyout',
      join(folder, 'k'),
      '-out',
      other,
    ],
    { stdio: 'ignore' },
  );
  await expect(read({ https: true, caFile: other }, base)).rejects.toThrow();
});

test('redirects are followed within the same kind of connection, and not without end', async () => {
  const end = await serve(() => [200, '{"end":true}']);
  const begin = await serve(() => [307, `//127.0.0.1:${end.port}/x`]);
  expect(await read({}, `http://127.0.0.1:${begin.port}`)).toEqual({ end: true });
  const loop = await serve(() => [307, '/x']);
  await expect(read({}, `http://127.0.0.1:${loop.port}`)).rejects.toThrow('without end');
  const away = await serve(() => [307, 'https://127.0.0.1/x']);
  await expect(read({}, `http://127.0.0.1:${away.port}`)).rejects.toThrow('redirects to');
});
