/** Talking to Marathon: redirects, tokens of a DC/OS service account, authorities to trust, several addresses. */

import { execFileSync } from 'node:child_process';
import { createVerify, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpClient } from '../../../cluster/runtime/http/client';
import { anonymous, basic, clientTrusting, serviceAccount } from '../../../lb/edge/authorize';
import { Marathon } from '../../../lb/edge/marathon';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

const serve = async (answer: RequestListener): Promise<string> =>
  `http://127.0.0.1:${await listen(createServer(answer))}`;

function client(): HttpClient {
  const httpClient = new HttpClient();
  stops.push(() => httpClient.close());
  return httpClient;
}

const signal = new AbortController().signal;

test('a redirect is followed once, with the credentials, for the apps and for the stream', async () => {
  const heard: string[] = [];
  const leader = await serve((request, response) => {
    heard.push(`${request.url?.split('?')[0]} ${request.headers.authorization}`);
    response.end('{"apps":[]}');
  });
  const follower = await serve((request, response) => {
    response.writeHead(307, { location: `${leader}${request.url}` }).end();
  });
  const marathon = new Marathon(client(), [follower], basic({ user: 'a', password: 'b:c' }));
  expect(await marathon.apps(signal)).toEqual({ apps: [] });
  (await marathon.events(signal)).close();
  const header = `Basic ${Buffer.from('a:b:c').toString('base64')}`;
  expect(heard).toEqual([`/v2/apps ${header}`, `/v2/events ${header}`]);
});

test('a second redirect is not followed', async () => {
  const loop: string = await serve((_request, response) => {
    response.writeHead(302, { location: '/again' }).end();
  });
  const marathon = new Marathon(client(), [loop], anonymous);
  await expect(marathon.apps(signal)).rejects.toThrow('status 302');
});

test('the next address is tried, and stays the first; passwords of addresses are not shown', async () => {
  const good = await serve((_request, response) => response.end('{"apps":[]}'));
  const bad = await serve((_request, response) => response.writeHead(503).end());
  const withPassword = bad.replace('http://', 'http://u:secret@');
  const marathon = new Marathon(client(), [withPassword, good], anonymous);
  expect(await marathon.apps(signal)).toEqual({ apps: [] });
  const alone = new Marathon(client(), [withPassword], anonymous);
  await expect(alone.apps(signal)).rejects.toThrow(/^Marathon does not answer: http:\/\/127[^u]*status 503$/);
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

test('a service account logs in with a signed token, keeps the answer, and renews it in time', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const logins: { uid: string; token: string; exp: number }[] = [];
  const url = await serve((request, response) => {
    void bodyOf(request).then((body) => {
      logins.push(JSON.parse(body) as (typeof logins)[number]);
      const cookie = `dcos-acs-auth-cookie=cookie-${logins.length}; Path=/`;
      response.setHeader('set-cookie', ['x=1', cookie]).end('{}');
    });
  });
  let now = 1_700_000_000_000;
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const authorize = serviceAccount({ uid: 'lb', privateKey: pem, loginUrl: url }, client(), () => now);
  expect([await authorize(), await authorize()]).toEqual(['token=cookie-1', 'token=cookie-1']);
  expect(logins).toMatchObject([{ uid: 'lb', exp: now / 1000 + 3600 }]);
  const [head, body, signature] = (logins[0]?.token ?? '').split('.');
  const parts = [head, body].map((part) => JSON.parse(Buffer.from(part ?? '', 'base64url').toString()));
  expect(parts).toEqual([
    { alg: 'RS256', typ: 'JWT' },
    { uid: 'lb', exp: now / 1000 + 60 },
  ]);
  const verify = createVerify('RSA-SHA256').update(`${head}.${body}`);
  expect(verify.verify(publicKey, signature ?? '', 'base64url')).toBe(true);
  now += 3_591_000;
  expect(await authorize()).toBe('token=cookie-2');
});

test('a login that fails is an error that names the status', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const url = await serve((_request, response) => response.writeHead(401).end());
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const authorize = serviceAccount({ uid: 'lb', privateKey: pem, loginUrl: url }, client(), () => 0);
  await expect(authorize()).rejects.toThrow('the login fails: status 401');
});

test('a Marathon with a certificate of the named authority is trusted, another is not; HTTPS is not left', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lb-ca-'));
  stops.push(() => rmSync(folder, { recursive: true, force: true }));
  const key = join(folder, 'key.pem');
  const ca = join(folder, 'ca.pem');
  const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'];
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', [...words, ...names, '-keyout', key, '-out', ca], { stdio: 'ignore' });
  const answer: RequestListener = (request, response) => {
    if (request.url?.startsWith('/v2/apps/'))
      response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end();
    else response.end('{"apps":[]}');
  };
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(ca) }, answer);
  const url = `https://127.0.0.1:${await listen(server)}`;
  const trusting = clientTrusting(ca);
  stops.push(() => trusting.close());
  const marathon = new Marathon(trusting, [url], anonymous);
  expect(await marathon.apps(signal)).toEqual({ apps: [] });
  (await marathon.events(signal)).close();
  await expect(marathon.app('/web', signal)).rejects.toThrow('it leaves HTTPS');
  await expect(new Marathon(client(), [url], anonymous).apps(signal)).rejects.toThrow(
    'self-signed certificate',
  );
  expect(() => clientTrusting(join(folder, 'nothing.pem'))).toThrow('--marathon-ca-cert');
});

test('credentials of an address are shown to that Marathon, the others to the rest', async () => {
  const heard: (string | undefined)[] = [];
  const record = (status: number) =>
    serve((request, response) => {
      heard.push(request.headers.authorization);
      response.writeHead(status).end('{"apps":[]}');
    });
  const first = await record(503);
  const second = await record(200);
  const urls = [first.replace('http://', 'http://u:p%3Aw@'), second];
  const marathon = new Marathon(client(), urls, basic({ user: 'a', password: 'b' }));
  await marathon.apps(signal);
  const header = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
  expect(heard).toEqual([header('u:p:w'), header('a:b')]);
});
