/**
 * What is wrong with one app costs that app: a label, a value that only HAProxy can judge, a port that somebody has.
 */

import { appJson, taskJson } from '../lb/builders';
import { ask, backend, bench, cleanups, freePort, settled, until } from './lb-stand';

jest.setTimeout(30_000);
afterEach(() => cleanups.run());

test('a wrong label is listed and the rest goes on', async () => {
  const { marathon, lb } = await bench();
  const web = await backend('web');
  const [a, b] = [await freePort(), await freePort()];
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

test('a value that only HAProxy can judge costs its own app, not the others', async () => {
  const { marathon, lb, front } = await bench();
  const web = await backend('web');
  marathon.change([
    appJson('/bad', await freePort(), [taskJson('t1', [web.port])], {
      labels: { HAPROXY_0_BALANCE: 'random(0)' },
    }),
    appJson('/good', await freePort(), [taskJson('t2', [web.port])], {
      labels: { HAPROXY_0_VHOST: 'good.localhost' },
    }),
  ]);
  await settled(lb, 'good.localhost');
  expect((await ask(front, '/', { host: 'good.localhost' })).status).toBe(200);
  expect((await ask(lb.http.port, '/issues')).body).toMatch(/"app":"\/bad".*HAProxy refuses.*balance/);
});

test('a port that somebody else has costs only its app, and is taken once it is free', async () => {
  const { marathon, lb, front } = await bench();
  const [web, other] = [await backend('web'), await backend('other')];
  marathon.change([
    appJson('/blocked', other.port, [taskJson('t1', [web.port])]),
    appJson('/clash', front, [taskJson('t3', [web.port])]),
    appJson('/good', await freePort(), [taskJson('t2', [web.port])], {
      labels: { HAPROXY_0_VHOST: 'good.localhost' },
    }),
  ]);
  await settled(lb, 'good.localhost');
  expect((await ask(front, '/', { host: 'good.localhost' })).status).toBe(200);
  const issues = (await ask(lb.http.port, '/issues')).body;
  expect(issues).toContain(`cannot listen on 127.0.0.1:${other.port}: another process listens there`);
  expect(issues).toContain(`cannot listen on 127.0.0.1:${front}: it belongs to the HTTP front`);
  other.server.closeAllConnections();
  await new Promise((resolve) => other.server.close(resolve));
  await until('the blocked port serves', async () => (await ask(other.port)).body === 'web', 8000);
});
