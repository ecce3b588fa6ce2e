/**
 * Template labels of apps: used for listed groups only, and not when HAProxy refuses them.
 */

import { ask, Cleanups, freePort, send, stand, until, webServer } from '../../bench/lb/kit';
import { appJson, taskJson } from '../lb/builders';

const cleanups = new Cleanups();
afterEach(() => cleanups.run());

test('template labels of a listed group are used, and one that HAProxy refuses is not', async () => {
  const web = await webServer('web', cleanups);
  const good = await freePort();
  const bad = await freePort();
  const other = await freePort();
  const line = '  http-response set-header X-Own yes\n';
  const labels = (text: string, more = {}): Record<string, unknown> => ({
    labels: { HAPROXY_0_MODE: 'http', HAPROXY_0_BACKEND_HTTP_OPTIONS: text, ...more },
  });
  const hsts = { HAPROXY_0_USE_HSTS: 'true', HAPROXY_0_BACKEND_HSTS_OPTIONS: '  http-response none\n' };
  const broken = { HAPROXY_0_SSL_CERT: '/no/such.pem', HAPROXY_0_VHOST: 'other.localhost' };
  const { api, metric, front } = await stand(
    cleanups,
    ['--template-groups', 'external', '--template-directives', 'http-response'],
    [
      appJson('/good', good, [taskJson('g', [web.port])], labels(line)),
      appJson('/bad', bad, [taskJson('b', [web.port])], labels(line, hsts)),
      appJson('/other', other, [taskJson('o', [web.port])], labels(line, broken)),
    ],
  );
  await until('served', async () => (await metric('reloads')) === 1);
  expect((await ask(good)).headers['x-own']).toBe('yes');
  expect(await ask(bad)).toMatchObject({ body: 'web', headers: { 'x-own': 'yes' } });
  expect((await ask(front, '/', { host: 'other.localhost' })).headers['x-own']).toBe('yes');
  expect(await send('GET', `${api}/issues`)).toMatchObject([
    { app: '/bad', label: 'HAPROXY_0_BACKEND_HSTS_OPTIONS', text: expect.stringContaining('it is not used') },
    { app: '/other', text: expect.stringContaining('port 0 has no listener of its own') },
  ]);
});
