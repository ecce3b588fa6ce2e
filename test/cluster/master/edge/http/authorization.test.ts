import { setTimeout } from 'node:timers/promises';
import type { Event } from '../../../../../cluster/api/generated/master';
import { RecordDecoder } from '../../../../../cluster/runtime/streams/recordio';
import { basic, MasterAtWork } from './running';

const work = new MasterAtWork();
const names = ['ops', 'web', 'guest'];
const credentials = work.file(
  JSON.stringify({ credentials: names.map((principal) => ({ principal, secret: 'pw' })) }),
);
const some = (...values: string[]) => ({ values });
const ANY = { type: 'ANY' };
const NONE = { type: 'NONE' };
const acls = {
  permissive: false,
  register_frameworks: [{ principals: some('web'), roles: some('web', 'web/%') }],
  view_frameworks: [
    { principals: some('ops'), users: ANY },
    { principals: some('guest'), users: some('www') },
  ],
  view_tasks: [{ principals: some('ops', 'guest'), users: ANY }],
  view_executors: [{ principals: some('ops'), users: ANY }],
  view_roles: [
    { principals: some('ops'), roles: ANY },
    { principals: some('guest'), roles: some('*') },
  ],
  view_flags: [{ principals: some('ops'), flags: ANY }],
  get_quotas: [{ principals: some('ops'), roles: ANY }],
  get_endpoints: [
    { principals: some('ops'), paths: ANY },
    { principals: some('guest'), paths: NONE },
  ],
  teardown_frameworks: [{ principals: some('ops'), framework_principals: some('web') }],
  update_weights: [{ principals: some('ops'), roles: some('web') }],
};

const streams: { close(): void }[] = [];

beforeAll(() =>
  work.start(
    '--authenticate_http_readonly',
    '--authenticate_http_readwrite',
    '--authenticate_http_frameworks',
    '--cluster=lab',
    `--credentials=${credentials}`,
    `--acls=${JSON.stringify(acls)}`,
  ),
);
afterAll(async () => {
  for (const stream of streams) stream.close();
  await work.end();
});

/** Opens a stream and collects its events. */
async function follow<E>(path: string, user: string, call: object): Promise<E[]> {
  const headers = { 'content-type': 'application/json', authorization: basic(user) };
  const stream = await work.client.stream({
    url: work.url + path,
    method: 'POST',
    headers,
    body: JSON.stringify(call),
  });
  streams.push(stream);
  const events: E[] = [];
  const decoder = new RecordDecoder();
  stream.body.on('data', (chunk: Buffer) => {
    for (const record of decoder.feed(chunk)) events.push(JSON.parse(record.toString()) as E);
  });
  return events;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setTimeout(2);
}

interface SchedulerEvent {
  readonly type: string;
  readonly error?: { readonly message: string };
  readonly subscribed?: { readonly framework_id: { readonly value: string } };
}

async function subscribe(principal: string, user: string, roles: string[]): Promise<SchedulerEvent> {
  const capabilities = [{ type: 'MULTI_ROLE' }];
  const framework_info = { user, name: user, roles, capabilities };
  const events = await follow<SchedulerEvent>('/api/v1/scheduler', `${principal}:pw`, {
    type: 'SUBSCRIBE',
    subscribe: { framework_info },
  });
  await until(() => events.length > 0);
  return events[0] ?? { type: 'nothing' };
}

const page = async (path: string, name: string) => await work.ask(path, {}, `${name}:pw`);
const json = async <T>(path: string, name: string): Promise<T> =>
  JSON.parse((await page(path, name)).text) as T;
const call = (name: string, made: object) => work.call('/api/v1', made, `${name}:pw`);

interface Frameworks {
  readonly frameworks: readonly { readonly id: string; readonly user: string }[];
}

describe('access control lists', () => {
  let guestEvents: Event[] = [];
  let ids: string[] = [];

  it('let frameworks register with their roles only', async () => {
    const refused = await subscribe('web', 'www', ['web/front', 'other']);
    expect(refused).toMatchObject({
      type: 'ERROR',
      error: { message: 'Not authorized to register framework  with roles { other, web/front }' },
    });
    expect(await subscribe('guest', 'www', ['web'])).toMatchObject({ type: 'ERROR' });
    guestEvents = await follow<Event>('/api/v1', 'guest:pw', { type: 'SUBSCRIBE' });
    const first = await subscribe('web', 'www', ['web/front']);
    const second = await subscribe('web', 'root', ['web']);
    ids = [first, second].map(({ subscribed }) => subscribed?.framework_id.value ?? 'none');
    expect(ids).not.toContain('none');
  });

  it('refuse an update of a framework to a role that it may not have', async () => {
    const { frameworks } = await json<Frameworks>('/frameworks', 'ops');
    expect(frameworks).toHaveLength(2);
  });

  it('hide frameworks silently, by a page for each principal', async () => {
    const users = async (path: string, name: string): Promise<string[]> =>
      (await json<Frameworks>(path, name)).frameworks.map(({ user }) => user).sort();
    for (const path of ['/state', '/frameworks']) {
      expect(await users(path, 'ops')).toEqual(['root', 'www']);
      expect(await users(path, 'guest')).toEqual(['www']);
      expect(await users(path, 'web')).toEqual([]);
    }
    const read = async (name: string): Promise<number> => {
      const { text } = await call(name, { type: 'GET_FRAMEWORKS' });
      return (
        (JSON.parse(text) as { get_frameworks: { frameworks?: unknown[] } }).get_frameworks.frameworks
          ?.length ?? 0
      );
    };
    expect([await read('ops'), await read('guest'), await read('web')]).toEqual([2, 1, 0]);
  });

  it('hide roles, and with the flags also the name of the cluster', async () => {
    const roles = async (name: string): Promise<string[]> =>
      (await json<{ roles: { name: string }[] }>('/roles', name)).roles.map((role) => role.name);
    expect(await roles('ops')).toEqual(['web', 'web/front']);
    expect(await roles('guest')).toEqual([]);
    expect(await json('/state', 'ops')).toMatchObject({ cluster: 'lab', flags: { cluster: 'lab' } });
    const state = await json<object>('/state', 'guest');
    expect(Object.keys(state)).not.toEqual(expect.arrayContaining(['flags']));
    expect(Object.keys(state)).not.toEqual(expect.arrayContaining(['cluster']));
    expect(await page('/flags', 'guest')).toMatchObject({ status: 403, text: '403 Forbidden.' });
    expect((await page('/flags', 'ops')).status).toBe(200);
    expect((await call('guest', { type: 'GET_FLAGS' })).status).toBe(403);
  });

  it('keep principals from endpoints', async () => {
    expect((await page('/metrics/snapshot', 'ops')).status).toBe(200);
    expect((await page('/metrics/snapshot', 'guest')).status).toBe(403);
  });

  it('send a follower only the events it may see', async () => {
    await until(() => guestEvents.some(({ type }) => type === 'FRAMEWORK_ADDED'));
    const added = guestEvents.filter(({ type }) => type === 'FRAMEWORK_ADDED');
    expect(added.map((event) => event.framework_added?.framework.framework_info.user)).toEqual(['www']);
    const late = await follow<Event>('/api/v1', 'guest:pw', { type: 'SUBSCRIBE' });
    await until(() => late.length > 0);
    expect(late[0]?.subscribed?.get_state?.get_frameworks?.frameworks).toHaveLength(1);
  });

  it('answer 403 to a principal that may not change something', async () => {
    const weights = (role: string) => ({
      type: 'UPDATE_WEIGHTS',
      update_weights: { weight_infos: [{ role, weight: 2 }] },
    });
    expect(await call('guest', weights('web'))).toMatchObject({ status: 403, text: '403 Forbidden.' });
    expect((await call('ops', weights('other'))).status).toBe(403);
    expect((await call('ops', weights('web'))).status).toBe(200);
    const body = '[{"role": "web", "weight": 3}]';
    expect((await work.ask('/weights', { method: 'PUT', body }, 'guest:pw')).status).toBe(403);
    for (const [type, field] of [
      ['DRAIN_AGENT', 'drain_agent'],
      ['DEACTIVATE_AGENT', 'deactivate_agent'],
      ['REACTIVATE_AGENT', 'reactivate_agent'],
      ['MARK_AGENT_GONE', 'mark_agent_gone'],
    ] as const) {
      expect((await call('ops', { type, [field]: { agent_id: { value: 'x' } } })).status).toBe(403);
    }
    const teardown = { type: 'TEARDOWN', teardown: { framework_id: { value: ids[1] } } };
    expect((await call('guest', teardown)).status).toBe(403);
    expect(
      (await call('ops', { type: 'TEARDOWN', teardown: { framework_id: { value: 'none' } } })).status,
    ).toBe(400);
    expect((await call('ops', teardown)).status).toBe(200);
  });
});

describe('the flag --acls', () => {
  it('is refused with the name of the wrong rule', async () => {
    const other = new MasterAtWork();
    await expect(other.start('--acls={"run_tasks": [{"principals": {"type": "ANY"}}]}')).rejects.toThrow(
      '--acls: run_tasks[0]: "users" is missing',
    );
    await expect(other.start('--acls={')).rejects.toThrow('--acls is not JSON');
    const path = other.file('{"permissive": false}');
    for (const given of [path, `file://${path}`]) {
      const master = await other.start(`--acls=${given}`, '--no-authenticate_http_readonly').catch(String);
      expect(master).toMatchObject({ pid: expect.stringContaining('master@') as string });
      await other.stop();
    }
    await other.end();
  });
});
