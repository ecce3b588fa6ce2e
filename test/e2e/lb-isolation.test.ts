/**
 * What is wrong with one app costs that app: a label, a value that only HAProxy can judge, a port that somebody has.
 */

import { readFileSync } from 'node:fs';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { appJson, taskJson } from '../lb/builders';
import { ask, backend, cleanups, freePort, settled, stand, until } from './lb-stand';

afterEach(() => cleanups.run());

async function isServed(front: number, host: string): Promise<boolean> {
  return (await ask(front, '/', { host })).body === 'web';
}

test('a wrong label is listed and the rest goes on', async () => {
  const { marathon, lb } = await stand();
  const web = await backend('web');
  const a = await freePort();
  const b = await freePort();
  const evil = 'evil.localhost\n  http-request deny';
  marathon.change([
    appJson('/evil', a, [taskJson('t1', [web.port])], {
      labels: { HAPROXY_0_VHOST: evil, HAPROXY_0_BALANCE: 'x' },
    }),
    appJson('/good', b, [taskJson('t2', [web.port])], { labels: { HAPROXY_0_VHOST: 'good.localhost' } }),
  ]);
  await settled(lb, 'good.localhost');
  expect((await ask(a)).body).toBe('web');
  expect(JSON.parse((await ask(lb.http.port, '/issues')).body)).toEqual([
    { app: '/evil', label: 'HAPROXY_0_VHOST', column: 15, text: 'a line end is not allowed here' },
    expect.objectContaining({ app: '/evil', label: 'HAPROXY_0_BALANCE', column: 1 }),
  ]);
});

test('a value that only HAProxy can judge costs no more than the part it is about', async () => {
  const { marathon, lb, front } = await stand();
  const web = await backend('web');
  const certified = await freePort();
  const open = await freePort();
  marathon.change([
    appJson('/certificate', certified, [taskJson('t1', [web.port])], {
      labels: { HAPROXY_0_VHOST: 'certificate.localhost', HAPROXY_0_SSL_CERT: '/no/such.pem' },
    }),
    appJson('/pattern', open, [taskJson('t3', [web.port])], {
      labels: { HAPROXY_0_VHOST: 'pattern.localhost', HAPROXY_0_PATH: '-m reg ^/(' },
    }),
    appJson('/twice', await freePort(), [taskJson('t4', [web.port])], {
      labels: { HAPROXY_0_BALANCE: 'hash url_param(a),upper,lower', HAPROXY_0_BIND_OPTIONS: 'proto none' },
    }),
    appJson('/good', await freePort(), [taskJson('t2', [web.port])], {
      labels: { HAPROXY_0_VHOST: 'good.localhost' },
    }),
  ]);
  await settled(lb, 'good.localhost');
  for (const host of ['good', 'certificate'])
    expect((await ask(front, '/', { host: `${host}.localhost` })).body).toBe('web');
  expect((await ask(front, '/', { host: 'pattern.localhost' })).status).toBe(503);
  expect((await ask(open)).body).toBe('web');
  await expect(ask(certified)).rejects.toThrow('ECONNREFUSED');
  const issues = (await ask(lb.http.port, '/issues')).body;
  expect(issues).toContain('port 0 has no listener of its own, HAProxy refuses it');
  expect(issues).toContain('the host names of port 0 are not served, HAProxy refuses them');
});

test('a port that somebody else has costs only its app, and is taken once it is free', async () => {
  const { marathon, lb, front } = await stand();
  const web = await backend('web');
  const other = await backend('other');
  marathon.change([
    appJson('/blocked', other.port, [taskJson('t1', [web.port])]),
    appJson('/clash', front, [taskJson('t3', [web.port])], {
      labels: { HAPROXY_0_VHOST: 'clash.localhost' },
    }),
    appJson('/good', await freePort(), [taskJson('t2', [web.port])], {
      labels: { HAPROXY_0_VHOST: 'good.localhost' },
    }),
  ]);
  await settled(lb, 'good.localhost');
  expect((await ask(front, '/', { host: 'good.localhost' })).status).toBe(200);
  expect((await ask(front, '/', { host: 'clash.localhost' })).body).toBe('web');
  const issues = (await ask(lb.http.port, '/issues')).body;
  expect(issues).toContain(`cannot listen on 127.0.0.1:${other.port}: another process listens there`);
  expect(issues).toContain(`cannot listen on 127.0.0.1:${front}: it belongs to the HTTP front`);
  other.server.closeAllConnections();
  await new Promise((resolve) => other.server.close(resolve));
  await until('the blocked port serves', async () => (await ask(other.port)).body === 'web');
});

test('a refused configuration is told, and the file and what serves stay, when nobody looks for the app at fault', async () => {
  const { marathon, lb, front, config } = await stand(['--skip-config-cleanup']);
  const web = await backend('web');
  const good = appJson('/good', await freePort(), [taskJson('t1', [web.port])], {
    labels: { HAPROXY_0_VHOST: 'good.localhost' },
  });
  const bad = appJson('/bad', await freePort(), [taskJson('t2', [web.port])], {
    labels: { HAPROXY_0_VHOST: 'bad.localhost', HAPROXY_0_SSL_CERT: '/no/such.pem' },
  });
  marathon.change([good]);
  await settled(lb, 'good.localhost');
  const before = readFileSync(config, 'utf8');
  marathon.change([good, bad]);
  const told = async (): Promise<boolean> => {
    const issues = (await ask(lb.http.port, '/issues')).body;
    return issues.includes('HAProxy refuses the wanted configuration') && issues.includes('/no/such.pem');
  };
  await until('the refusal is told', told);
  expect(readFileSync(config, 'utf8')).toBe(before);
  expect((await ask(front, '/', { host: 'good.localhost' })).body).toBe('web');
  marathon.change([good]);
  await until('nothing is refused any more', async () => (await ask(lb.http.port, '/issues')).body === '[]');
});

test('two addresses of one port are two listeners, and one for all others stands beside them', async () => {
  const { marathon, lb } = await stand();
  const port = await freePort();
  const on = async (id: string, address: string): Promise<object> => {
    const { port: inside } = await backend(id);
    const labels = { HAPROXY_0_BIND_ADDR: address, HAPROXY_0_VHOST: `${id.slice(1)}.localhost` };
    return appJson(id, port, [taskJson(id, [inside])], { labels });
  };
  marathon.change([await on('/one', '127.0.0.1'), await on('/two', '127.0.0.2'), await on('/all', '*')]);
  for (const host of ['one', 'two', 'all']) await settled(lb, `${host}.localhost`);
  const answers = ['127.0.0.1', '127.0.0.2', '127.0.0.3'].map(async (address) => {
    const answer = await fetch(`http://${address}:${port}/`);
    return await answer.text();
  });
  expect(await Promise.all(answers)).toEqual(['/one', '/two', '/all']);
});

test('a listener that no check finds fault with, and HAProxy cannot have, is left out alone', async () => {
  const { marathon, lb, front } = await stand();
  const port = await freePort();
  const web = await backend('web');
  const stranger = createServer();
  await new Promise<void>((resolve) => stranger.listen(port, '127.0.0.9', resolve));
  cleanups.add(() => new Promise((resolve) => stranger.close(resolve)));
  const on = (id: string, address: string): object =>
    appJson(id, port, [taskJson(id, [web.port])], {
      labels: { HAPROXY_0_BIND_ADDR: address, HAPROXY_0_VHOST: `${id.slice(1)}.localhost` },
    });
  marathon.change([on('/one', '127.0.0.1')]);
  await settled(lb, 'one.localhost');
  marathon.change([on('/one', '127.0.0.1'), on('/all', '*')]);
  // HAProxy itself tries for two seconds to listen there.
  await until('all is served', async () => await isServed(front, 'all.localhost'));
  await settled(lb, 'all.localhost');
  expect((await ask(port)).body).toBe('web');
  expect((await ask(lb.http.port, '/issues')).body).toMatch(/"app":"\/all".*no listener of its own/);
});

test("a redirect of the backend keeps the rest of its path, and with several host names Host is the client's", async () => {
  const { marathon, lb, front } = await stand();
  const server = createServer((request, response) => {
    const { host = '' } = request.headers;
    response.writeHead(302, { location: `http://${host}/deep${request.url}?q=1`, 'x-host': host }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.add(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  const labels = {
    HAPROXY_0_VHOST: 'a.localhost,b.localhost',
    HAPROXY_0_HTTP_BACKEND_PROXYPASS_PATH: '/shop',
    HAPROXY_0_HTTP_BACKEND_REVPROXY_PATH: '/shop/',
  };
  marathon.change([appJson('/web', await freePort(), [taskJson('t', [port])], { labels })]);
  await settled(lb, 'b.localhost');
  for (const host of ['a.localhost', 'b.localhost']) {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { host: '127.0.0.1', port: front, path: '/shop/cart', headers: { host }, agent: false };
      get(options, (message) => resolve(message.resume())).on('error', reject);
    });
    expect(answer.headers).toMatchObject({ location: '/shop/deep/cart?q=1', 'x-host': host });
  }
});
