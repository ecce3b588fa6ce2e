/** Rules about jobs over a real server: lists, jobs, definitions, tasks and the stream have what the sender may. */

import { readAclsFlag } from '../../../../../frameworks/kit/edge/access/acls';
import { RestWorld } from '../../rest-world';

const RULES = {
  rules: [
    { principals: ['root'], actions: ['*'], jobs: ['*'], system: ['*'] },
    { principals: ['ann'], actions: ['*'], jobs: ['shop-*'] },
    { principals: ['bob'], actions: ['view'], jobs: ['shop-a'], system: ['events', 'leader'] },
  ],
};
const users = new Map(['root', 'ann', 'bob'].map((name) => [name, `secret-of-${name}`]));

let world: RestWorld;
beforeEach(async () => {
  world = await RestWorld.open({ users, authorizer: readAclsFlag(JSON.stringify(RULES)) });
  for (const name of ['shop-a', 'ops-a']) expect((await define('root', name)).status).toBe(204);
});
afterEach(() => world.close());

const as = (who: string, more: Record<string, string> = {}): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${who}:${users.get(who)}`).toString('base64')}`,
  ...more,
});
const ask = (who: string, method: string, path: string, body?: string) =>
  world.send(method, `/v1/scheduler${path}`, body, as(who, { 'content-type': 'application/json' }));
const define = (who: string, name: string, more: object = { schedule: 'R/2030-01-01T00:00:00Z/PT1H' }) =>
  ask(
    who,
    'POST',
    'parents' in more ? '/dependency' : '/iso8601',
    JSON.stringify({ name, command: 'true', owner: 'a@b.c', ...more }),
  );

test('lists have the jobs that the sender sees', async () => {
  const lists = [
    '/jobs',
    '/jobs/summary',
    '/jobs/search',
    '/graph/dot',
    '/graph/csv',
    '/graph/json',
    '/stats/mean',
  ];
  for (const path of lists) {
    const [all, some] = [await ask('root', 'GET', path), await ask('ann', 'GET', path)];
    expect([path, all.status, all.text.includes('ops-a'), all.text.includes('shop-a')]).toEqual([
      path,
      200,
      true,
      true,
    ]);
    expect([path, some.status, some.text.includes('ops-a'), some.text.includes('shop-a')]).toEqual([
      path,
      200,
      false,
      true,
    ]);
  }
});

test.each([
  ['ann', 'GET', '/job/ops-a'],
  ['ann', 'GET', '/job/none'],
  ['ann', 'GET', '/job/stat/ops-a'],
  ['ann', 'GET', '/job/ops-a/runs'],
  ['ann', 'GET', '/job/ops-a/runs/1'],
  ['ann', 'GET', '/job/ops-a/explain'],
  ['ann', 'GET', '/job/ops-a/preview'],
  ['ann', 'PUT', '/job/ops-a'],
  ['ann', 'PUT', '/job/ops-a/pause'],
  ['ann', 'PUT', '/job/ops-a/resume'],
  ['ann', 'PUT', '/job/success/ops-a'],
  ['ann', 'DELETE', '/job/ops-a'],
  ['ann', 'DELETE', '/task/kill/ops-a'],
  ['ann', 'DELETE', '/task/all'],
  ['ann', 'PUT', '/task/ct:1:0:ops-a:'],
  ['ann', 'POST', '/job/ops-a/task/ct:1:0:ops-a:/progress'],
  ['ann', 'GET', '/leader'],
  ['bob', 'PUT', '/job/shop-a'],
  ['bob', 'DELETE', '/job/shop-a'],
])('%s may not %s %s', async (who, method, path) => {
  const { status, text } = await ask(who, method, path, method === 'GET' ? undefined : '{}');
  expect([status, text.includes('Not Authorized to perform this action!')]).toEqual([403, true]);
});

test('a definition needs its job, and the sight of its parents', async () => {
  const statuses = [
    (await define('ann', 'ops-a')).status,
    (await define('ann', 'ops-b')).status,
    (await define('ann', 'shop-b')).status,
    (await define('ann', 'shop-c', { parents: ['ops-a'] })).status,
    (await define('ann', 'shop-c', { parents: ['shop-a'] })).status,
    (await define('bob', 'shop-a')).status,
  ];
  expect(statuses).toEqual([403, 403, 204, 403, 204, 403]);
  expect((await ask('ann', 'PUT', '/job/shop-a')).status).toBe(204);
  expect((await ask('bob', 'GET', '/job/shop-a')).status).toBe(200);
  expect((await ask('bob', 'GET', '/leader')).status).toBe(200);
});

test('metrics and the level of the log need rights of their own', async () => {
  const pages = ['/metrics', '/metrics/prometheus', '/logging'];
  const statuses = async (who: string) =>
    await Promise.all(pages.map(async (page) => (await world.send('GET', page, undefined, as(who))).status));
  expect([await statuses('root'), await statuses('ann')]).toEqual([
    [200, 200, 200],
    [403, 403, 403],
  ]);
});
