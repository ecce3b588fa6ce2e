/**
 * Access to Marathon over real HTTP: users, tokens, rules and plugins; pages of other origins; and attackers between groups.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../../cluster/runtime/clock';
import { HttpClient, type HttpRequest } from '../../../../cluster/runtime/http/client';
import { silentLogger } from '../../../../cluster/runtime/log';
import { type ServerSentEvent, SseDecoder } from '../../../../cluster/runtime/streams/sse';
import { MemoryStore } from '../../../../cluster/state/memory';
import { parseMarathonConfig } from '../../../../frameworks/marathon/config';
import { type Marathon, startMarathon } from '../../../../frameworks/marathon/main';
import { FakeMaster, until } from '../../fake-master';

const folder = mkdtempSync(join(tmpdir(), 'access-'));
const client = new HttpClient();
let master: FakeMaster;
let marathon: Marathon | undefined;

beforeAll(async () => {
  master = await new FakeMaster().start();
});
afterEach(async () => {
  await marathon?.stop();
  marathon = undefined;
});
afterAll(async () => {
  await client.close();
  await master.stop();
  rmSync(folder, { recursive: true });
});

function fileOf(name: string, content: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
  return file;
}

async function boot(...args: string[]): Promise<void> {
  const parsed = parseMarathonConfig({
    args: ['--master', master.url.replace('http://', ''), '--http_port', '0', '--hostname', 'me', ...args],
    env: {},
  });
  if (!('config' in parsed)) throw new Error('help');
  const deps = { log: silentLogger, clock: systemClock(), state: new MemoryStore() };
  marathon = await startMarathon(parsed.config, deps);
}

async function ask(who: string | undefined, path: string, request: Partial<HttpRequest> = {}) {
  const headers = { ...(who === undefined ? {} : { authorization: who }), ...request.headers };
  const url = `${marathon?.http.url}${path}`;
  const answer = await client.request({ ...request, url, headers });
  return { status: answer.status, headers: answer.headers, text: answer.body.toString() };
}

const basic = (user: string): string =>
  `Basic ${Buffer.from(`${user}:secret-of-${user}`).toString('base64')}`;
const put = (body: unknown): Partial<HttpRequest> => ({ method: 'PUT', body: JSON.stringify(body) });

const USERS = {
  credentials: ['root', 'alice', 'bob'].map((principal) => ({ principal, secret: `secret-of-${principal}` })),
};
const RULES = {
  rules: [
    { principals: ['root'], actions: ['*'], paths: ['/'], system: ['*'] },
    { principals: ['alice', 'robot'], actions: ['*'], paths: ['/a'] },
    { principals: ['alice'], actions: ['view'], system: ['events'] },
  ],
};

describe('users and rules', () => {
  const TOKENS = { tokens: [{ principal: 'robot', token: 'token-of-robot' }] };
  const access = (): string[] => [
    '--http_credentials_file',
    fileOf('users.json', USERS),
    '--http_tokens',
    fileOf('tokens.json', TOKENS),
    '--acls',
    fileOf('acls.json', RULES),
  ];

  it('keep groups apart, whatever way in is used, and show no part of others', async () => {
    await boot(...access());
    const secret = { env: { KEY: 'only-of-b' }, cmd: 'sleep 1', instances: 0 };
    expect((await ask(basic('root'), '/v2/apps/b/db', put(secret))).status).toBe(201);
    expect((await ask(basic('alice'), '/v2/apps/a/web', put({ cmd: 'sleep 1', instances: 0 }))).status).toBe(
      201,
    );
    const pages = ['/v2/apps', '/v2/groups', '/v2/groups/apps', '/v2/tasks', '/v2/queue'];
    for (const who of [basic('alice'), 'Bearer token-of-robot', basic('bob')]) {
      const texts = await Promise.all(pages.map(async (page) => (await ask(who, page)).text));
      expect(texts.join('\n')).not.toContain('/b');
    }
    expect((await ask('Bearer token-of-robot', '/v2/apps')).text).toContain('/a/web');
    const write = await ask(basic('alice'), '/v2/apps/b/db', put({ instances: 1 }));
    expect(write).toMatchObject({
      status: 403,
      text: '{"message":"Not Authorized to perform this action!"}',
    });
    expect(write.headers['x-marathon-leader']).toBeDefined();
    const encoded = [
      '/v2/apps/a/%2e%2e/b/db',
      '/v2/apps/a%2f..%2fb%2fdb',
      '/v2/apps//b//db',
      '/v2/apps/%2fb%2fdb',
    ];
    for (const path of encoded)
      expect([403, 404, 422]).toContain((await ask(basic('alice'), path, put({ instances: 1 }))).status);
    expect((await ask(basic('root'), '/v2/apps/b/db')).text).toContain('"instances":0');
  });

  it('ask who sends, and tell nobody why not', async () => {
    await boot(...access());
    const refused = await Promise.all(
      [
        undefined,
        basic('mallory'),
        `Basic ${Buffer.from('alice:secret-of-bob').toString('base64')}`,
        'Bearer token-of-robo',
        'Negotiate x',
      ].map((who) => ask(who, '/v2/apps')),
    );
    expect(refused.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    expect(refused[0]?.headers['www-authenticate']).toBe(
      'Basic realm="Mesosphere",Bearer realm="Mesosphere"',
    );
    expect((await ask(undefined, '/ping')).status).toBe(401);
  });

  it('leave events about others out of the stream', async () => {
    await boot(...access());
    const refused = await ask(basic('bob'), '/v2/events', { headers: { accept: 'text/event-stream' } });
    expect(refused.status).toBe(403);
    const events: ServerSentEvent[] = [];
    const stream = await client.stream({
      url: `${marathon?.http.url}/v2/events`,
      headers: { accept: 'text/event-stream', authorization: basic('alice') },
    });
    const decoder = new SseDecoder();
    stream.body.on('data', (chunk: Buffer) => events.push(...decoder.feed(chunk)));
    await ask(basic('root'), '/v2/apps/b/db', put({ cmd: 'sleep 1', instances: 0 }));
    await ask(basic('root'), '/v2/apps/a/web', put({ cmd: 'sleep 1', instances: 0 }));
    await until('the end of the deployment', () =>
      events.some(({ event }) => event === 'deployment_success'),
    );
    stream.close();
    const posted = events.filter(({ event }) => event === 'api_post_event');
    expect(posted.map(({ data }) => (JSON.parse(data) as { uri: string }).uri)).toEqual(['/v2/apps/a/web']);
    expect(events.some(({ data }) => data.includes('/b'))).toBe(false);
  });

  it('take a group of any type from programs, as the original does, and no form of a browser', async () => {
    await boot(...access());
    const groups = (body: string, headers: Record<string, string>) =>
      ask(basic('root'), '/v2/groups', { method: 'PUT', body, headers });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await groups('{"groups":[{"id":"a"}]}', { ...form, 'user-agent': 'curl/7.29.0' });
    expect(answer).toMatchObject({ status: 200, headers: { 'x-content-type-options': 'nosniff' } });
    const browser = { ...form, 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' };
    expect((await groups('{"groups":[]}', browser)).status).toBe(415);
    expect((await groups('{"groups":[]}', { ...form, origin: 'http://evil.example' })).status).toBe(403);
    expect((await ask(basic('root'), '/v2/groups/a')).status).toBe(200);
    const app = { method: 'PUT', body: '{"cmd":"x"}', headers: form } as const;
    expect((await ask(basic('root'), '/v2/apps/a/web', app)).status).toBe(415);
  });

  it('let those subscribe callbacks who see everything, and show no credentials of theirs', async () => {
    const endpoint = 'http://me:hidden-1@127.0.0.1:1/hook';
    await boot(...access(), '--event_subscriber', 'http_callback', '--http_endpoints', endpoint);
    const path = (url: string): string => `/v2/eventSubscriptions?callbackUrl=${encodeURIComponent(url)}`;
    const other = 'http://me:hidden-2@127.0.0.1:1/other';
    const post = await ask(basic('root'), path(other), { method: 'POST' });
    expect(post).toMatchObject({
      status: 200,
      text: expect.stringContaining('http://***@127.0.0.1:1/other'),
    });
    const list = await ask(basic('root'), '/v2/eventSubscriptions');
    expect(JSON.parse(list.text)).toEqual({
      callbackUrls: ['http://***@127.0.0.1:1/hook', 'http://***@127.0.0.1:1/other'],
    });
    const { text } = await ask(basic('root'), '/config');
    expect(text).toContain('http://***@127.0.0.1:1/hook');
    expect(post.text + list.text + text).not.toContain('hidden');
    for (const method of ['GET', 'POST', 'DELETE'] as const)
      expect((await ask(basic('alice'), path(other), { method })).status).toBe(403);
  });

  test.each<[args: () => string[], reason: string]>([
    [() => ['--acls', '{"rules": []}'], '--acls and authorizers need senders that are known'],
    [() => ['--plugin_dir', '/tmp'], '--plugin_dir: it is for --plugin_conf'],
    [() => ['--access_control_allow_origin', 'ui.example.com'], 'is not an origin'],
    [() => ['--access_control_allow_origin', 'https://ui.example.com/path'], 'is not an origin'],
  ])('stop the start of %#', async (args, reason) => {
    await expect(async () => await boot(...args())).rejects.toThrow(reason);
  });
});

describe('plugins', () => {
  const AUTHENTICATOR = `module.exports = ({ configuration }) => ({
    authenticate: async ({ headers, path }) => {
      if (headers['x-user'] === 'broken') throw new Error('no connection');
      if (headers['x-user'] === 'odd') return 'odd';
      const name = headers['x-user'];
      return configuration.users.includes(name) ? { value: name, claims: { team: '/' + name } } : undefined;
    },
    notAuthenticated: () => ({ status: 401, headers: { 'www-authenticate': 'X' }, body: { message: 'who?' } }),
  });`;
  const AUTHORIZER = `exports.default = () => ({
    isAuthorized: (principal, action, { kind, path, labels }) => {
      if (principal.value === 'crash') throw new Error('no rules');
      if (principal.value === 'truthy') return 'yes';
      return (path ?? '').startsWith(principal.claims.team) || (action === 'view' && labels?.open === 'yes');
    },
    notAuthorized: ({ value }) => ({ status: 403, text: value + ' may not', type: 'text/plain' }),
  });`;
  const as = (user: string): Partial<HttpRequest> => ({ headers: { 'x-user': user } });

  const descriptor = (): string => {
    fileOf('authenticator.js', AUTHENTICATOR);
    fileOf('authorizer.js', AUTHORIZER);
    return fileOf('plugins.json', {
      plugins: {
        who: {
          plugin: 'authenticator',
          implementation: 'authenticator.js',
          configuration: { users: ['ann', 'tim', 'crash', 'truthy'] },
        },
        may: { plugin: 'mesosphere.marathon.plugin.auth.Authorizer', implementation: 'authorizer.js' },
      },
    });
  };

  it('say who sends and what they may, with answers of their own', async () => {
    await boot('--plugin_conf', descriptor());
    const app = { cmd: 'sleep 1', instances: 0, labels: { open: 'yes' } };
    expect((await ask(undefined, '/v2/apps/ann/web', { ...put(app), ...as('ann') })).status).toBe(201);
    const hidden = { ...put({ ...app, labels: {} }), ...as('ann') };
    expect((await ask(undefined, '/v2/apps/ann/hidden', hidden)).status).toBe(201);
    const seen = (await ask(undefined, '/v2/apps', as('tim'))).text;
    expect([seen.includes('/ann/web'), seen.includes('/ann/hidden')]).toEqual([true, false]);
    const refused = await ask(undefined, '/v2/apps/ann/web', { ...put({ instances: 1 }), ...as('tim') });
    expect(refused).toMatchObject({ status: 403, text: 'tim may not' });
    const unknown = await ask(undefined, '/v2/apps', as('mallory'));
    expect(unknown).toMatchObject({ status: 401, text: '{"message":"who?"}' });
    expect(unknown.headers['www-authenticate']).toBe('X');
    expect((await ask(undefined, '/ping')).text).toBe('pong');
  });

  it('let nobody in when they fail or answer nonsense', async () => {
    await boot('--plugin_conf', descriptor());
    const statuses = await Promise.all(
      ['broken', 'odd', 'crash'].map(async (user) => (await ask(undefined, '/v2/info', as(user))).status),
    );
    expect(statuses).toEqual([503, 503, 503]);
    expect((await ask(undefined, '/v2/info', as('truthy'))).status).toBe(403);
  });

  it('stop the start when they are bad, or when rules decide, too', async () => {
    const bad = fileOf('bad.json', {
      plugins: { a: { plugin: 'authorizer', implementation: 'authenticator.js' } },
    });
    await expect(boot('--plugin_conf', bad)).rejects.toThrow('has no function isAuthorized');
    await expect(boot('--plugin_conf', descriptor(), '--acls', '{"rules": []}')).rejects.toThrow(
      '--acls and an authorizer of --plugin_conf both decide',
    );
  });
});

describe('pages of other origins', () => {
  const UI = 'https://ui.example.com';
  const page = (origin: string, headers = {}): Readonly<Record<string, string>> => ({
    origin,
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'cors',
    ...headers,
  });

  it('read what they may, with credentials, and write nothing', async () => {
    await boot('--access_control_allow_origin', UI, '--http_credentials', 'root:secret-of-root');
    const preflight = await ask(undefined, '/v2/apps', {
      method: 'OPTIONS',
      headers: page(UI, {
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      }),
    });
    expect(preflight.status).toBe(200);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': UI,
      'access-control-allow-headers': 'authorization',
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
    });
    const read = await ask(basic('root'), '/v2/apps', { headers: page(UI) });
    expect(read.status).toBe(200);
    expect(read.headers['access-control-allow-origin']).toBe(UI);
    expect((await ask(undefined, '/v2/apps', { headers: page(UI) })).status).toBe(401);
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'] as const)
      expect((await ask(basic('root'), '/v2/apps/x', { method, headers: page(UI) })).status).toBe(403);
    const stranger = await ask(basic('root'), '/v2/apps', { headers: page('https://evil.example.com') });
    expect(stranger.status).toBe(403);
    const events = await client.stream({
      url: `${marathon?.http.url}/v2/events`,
      headers: { ...page(UI), accept: 'text/event-stream', authorization: basic('root') },
    });
    expect(events.headers['access-control-allow-origin']).toBe(UI);
    events.close();
  });

  it('of any origin may read where that is asked for, but not under a foreign name', async () => {
    await boot('--access_control_allow_origin', '*');
    expect((await ask(undefined, '/v2/apps', { headers: page('https://any') })).status).toBe(200);
    const rebound = { ...page('http://evil.example.com'), host: 'evil.example.com' };
    expect((await ask(undefined, '/v2/apps', { headers: rebound })).status).toBe(403);
    expect((await ask(undefined, '/v2/apps', { method: 'POST', headers: page('https://any') })).status).toBe(
      403,
    );
  });

  it('read nothing without the flag', async () => {
    await boot();
    const answer = await ask(undefined, '/v2/apps', { headers: page(UI) });
    expect(answer.status).toBe(403);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});
