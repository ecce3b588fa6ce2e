/**
 * The load balancer's API: drains that are answered when the connections are done, credentials, and counts of traffic.
 */

import { ask, Cleanups, freePort, load, send, stand, until, webServer } from '../../bench/lb/kit';
import { appJson, taskJson } from '../lb/builders';

const cleanups = new Cleanups();
afterEach(() => cleanups.run());

const vhost = { labels: { HAPROXY_0_VHOST: 'web.localhost' } };

test('a task is drained on request, and the answer comes when its connections are done', async () => {
  const [slow, other] = await Promise.all([webServer('slow', cleanups, 400), webServer('other', cleanups)]);
  const port = await freePort();
  const tasks = [taskJson('slow.1', [slow?.port ?? 0]), taskJson('other.1', [other?.port ?? 0])];
  const { api, front, metric, lb } = await stand(cleanups, [], [appJson('/web', port, tasks, vhost)]);
  await until('served', async () => (await metric('reloads')) === 1);
  const seen: string[] = [];
  const stream = await fetch(`${api}/v1/drains/events`);
  const reader = stream.body?.getReader();
  const reading = (async () => {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read())
      seen.push(Buffer.from(part.value).toString());
  })().catch(() => undefined);
  const answers = Promise.all([0, 1].map(() => ask(front, '/', { host: 'web.localhost' })));
  await until('the slow one has a request', () => slow?.hits === 1);
  const early = await send('POST', `${api}/v1/drains`, { task: 'slow.1', deadlineMs: 10 });
  expect(early).toEqual({ task: 'slow.1', state: 'out', connections: 1 });
  const done = await send('POST', `${api}/v1/drains`, { task: 'slow.1', deadlineMs: 5000 });
  expect(done).toEqual({ task: 'slow.1', state: 'out', connections: 0 });
  expect((await answers).map(({ status }) => status)).toEqual([200, 200]);
  for (let i = 0; i < 4; i++) expect((await ask(front, '/', { host: 'web.localhost' })).body).toBe('other');
  expect(await metric('reloads')).toBe(1);
  expect(await send('GET', `${api}/v1/drains/slow.1`)).toMatchObject({ state: 'out' });
  expect(await send('DELETE', `${api}/v1/drains/slow.1`)).toMatchObject({ state: 'in' });
  await until('back in', async () => (await ask(front, '/', { host: 'web.localhost' })).body === 'slow');
  expect(await send('POST', `${api}/v1/drains`, { task: 'nobody' })).toMatchObject({ state: 'unknown' });
  expect(await send('POST', `${api}/v1/drains`, { tsk: 1 })).toBe(400);
  await until('the stream told it', () => seen.join('').includes('"state":"in"'));
  expect(seen.join('')).toContain('event: drain\r\ndata: {"task":"slow.1","state":"out","connections":0}');
  await reader?.cancel();
  await reading;
  expect(lb.http.port).toBeGreaterThan(0);
});

test('a task is drained only after new tasks are served, also of an app that was not served yet', async () => {
  const webs = await Promise.all(['a', 'b', 'c', 'd'].map((name) => webServer(name, cleanups)));
  const port = await freePort();
  const other = await freePort();
  const app = (id: string, servicePort: number, ...used: number[]): Record<string, unknown> =>
    appJson(
      id,
      servicePort,
      used.map((webIndex) => taskJson(`${id}.${webIndex}`, [webs[webIndex]?.port ?? 0])),
      { labels: { HAPROXY_0_MODE: 'http' } },
    );
  const { marathon, api, metric } = await stand(cleanups, [], [app('/web', port, 0)]);
  await until('served', async () => (await metric('reloads')) === 1);
  const traffic = load(port, 'x', { keptAlive: 1, fresh: 1 });
  marathon.apps = [app('/web', port, 0, 1), app('/next', other, 2, 3)];
  const out = (task: string): Promise<unknown> =>
    send('POST', `${api}/v1/drains`, { task, deadlineMs: 5000 });
  expect(await out('/web.0')).toMatchObject({ state: 'out', connections: 0 });
  expect(await out('/next.2')).toMatchObject({ state: 'out', connections: 0 });
  expect([(await ask(port)).body, (await ask(other)).body]).toEqual(['b', 'd']);
  expect((await traffic.stop()).failures).toEqual([]);
});

test('requests without the credentials of --api-credentials drain nothing', async () => {
  const { api } = await stand(cleanups, ['--api-credentials', 'ann:secret']);
  expect(await send('POST', `${api}/v1/drains`, { task: 'x' })).toBe(401);
  expect(await send('POST', `${api}/v1/drains`, { task: 'x' }, 'ann:wrong')).toBe(401);
  expect(await send('POST', `${api}/_mlb_signal/hup`)).toBe(401);
  expect(await send('POST', `${api}/v1/drains`, { task: 'x' }, 'ann:secret')).toMatchObject({
    state: 'unknown',
  });
  expect((await fetch(`${api}/health`)).status).toBe(200);
});

test('traffic is counted by app and version', async () => {
  const web = await webServer('web', cleanups);
  const tasks = [taskJson('t', [web.port], { version: '2024-05-01T10:00:00.000Z' })];
  const { front, lb, api, metric } = await stand(
    cleanups,
    [],
    [appJson('/web', await freePort(), tasks, vhost)],
  );
  await until('served', async () => (await metric('reloads')) === 1);
  for (let i = 0; i < 5; i++) await ask(front, '/', { host: 'web.localhost' });
  const traffic = async (): Promise<unknown> => send('GET', `${api}/v1/traffic`);
  await until('counted', async () => JSON.stringify(await traffic()).includes('"requests":5'));
  expect(await traffic()).toMatchObject([
    { app: '/web', version: '2024-05-01T10:00:00.000Z', servers: 1, responses: { '2xx': 5 } },
  ]);
  const { body } = await ask(lb.http.port, '/metrics');
  expect(body).toContain('meseta_lb_version_requests_total{app="/web",version="2024-05-01T10:00:00.000Z"} 5');
});
