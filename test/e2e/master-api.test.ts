import type { Event, Response as OperatorResponse } from '../../cluster/api/generated/master';
import { decodeProtobuf, encodeProtobuf } from '../../cluster/api/protobuf';
import { RecordDecoder } from '../../cluster/runtime/streams/recordio';
import { eventually } from './eventually';
import { JsonScheduler } from './json-scheduler';
import { OneMachine } from './one-machine';

let machine: OneMachine;
let url: string;

beforeAll(async () => {
  machine = new OneMachine();
  url = (await machine.startMaster(['--cluster=lab'])).http.url;
  await machine.startAgent('one', [
    '--resources=cpus:2;mem:512;ports:[31000-31010]',
    '--attributes=rack:r1;level:3',
  ]);
  await eventually(
    'the agent',
    async () => (await page<{ slaves: unknown[] }>('/slaves')).slaves.length === 1,
  );
});

afterAll(() => machine.stop());

async function page<T>(path: string): Promise<T> {
  return (await (await fetch(url + path)).json()) as T;
}

async function operator(call: object, headers: Record<string, string> = {}): Promise<globalThis.Response> {
  return await fetch(`${url}/api/v1`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(call),
  });
}

describe('the v1 operator API', () => {
  it('reads in JSON', async () => {
    const read = async (type: string, more: object = {}) =>
      (await (await operator({ type, ...more })).json()) as OperatorResponse;
    expect(await read('GET_HEALTH')).toEqual({ type: 'GET_HEALTH', get_health: { healthy: true } });
    expect((await read('GET_VERSION')).get_version?.version_info.version).toBe('1.11.0');
    const { get_agents } = await read('GET_AGENTS');
    expect(get_agents?.agents?.[0]).toMatchObject({
      active: true,
      agent_info: { hostname: '127.0.0.1', port: expect.any(Number) },
      total_resources: expect.arrayContaining([
        expect.objectContaining({ name: 'cpus', role: '*', scalar: { value: 2 } }),
      ]),
    });
    expect((await read('GET_MASTER')).get_master?.master_info?.address?.ip).toBe('127.0.0.1');
    // Nobody is in any role yet, not even in `*`.
    expect((await read('GET_ROLES')).get_roles?.roles ?? []).toEqual([]);
    expect(Object.keys((await read('GET_STATE')).get_state ?? {})).toEqual(
      expect.arrayContaining(['get_agents']),
    );
    expect(
      (await read('GET_METRICS', { get_metrics: {} })).get_metrics?.metrics?.some(
        ({ name }) => name === 'master/elected',
      ),
    ).toBe(true);
    expect((await read('GET_FLAGS')).get_flags?.flags).toContainEqual({ name: 'cluster', value: 'lab' });
  });

  it('reads and answers in protobuf', async () => {
    const body = Buffer.from(encodeProtobuf('mesos.v1.master.Call', { type: 'GET_AGENTS' }));
    const headers = { 'content-type': 'application/x-protobuf', accept: 'application/x-protobuf' };
    const answer = await fetch(`${url}/api/v1`, { method: 'POST', headers, body });
    expect(answer.headers.get('content-type')).toBe('application/x-protobuf');
    const read = decodeProtobuf('mesos.v1.master.Response', new Uint8Array(await answer.arrayBuffer()));
    expect(read.get_agents?.agents).toHaveLength(1);
  });

  it.each([
    ['no type', '{}', {}, 400, "Expecting 'type' to be present"],
    ['broken JSON', '{', {}, 400, 'Failed to parse body into JSON: '],
    ['JSON of another shape', '{"type":7}', {}, 400, 'Failed to convert JSON into Call protobuf: '],
    ['a type not carried out', '{"type":"UNKNOWN"}', {}, 501, '501 Not Implemented.'],
    ['a missing part', '{"type":"TEARDOWN"}', {}, 400, "Expecting 'teardown' to be present"],
    ['another content type', '{}', { 'content-type': 'text/plain' }, 415, 'application/json'],
    ['an answer nobody can give', '{"type":"GET_HEALTH"}', { accept: 'text/html' }, 406, 'Accept'],
  ])('refuses %s', async (_name, body, headers, status, text) => {
    const answer = await fetch(`${url}/api/v1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(headers as Record<string, string>) },
      body,
    });
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(text)]);
  });

  it('streams the state first and then each change', async () => {
    const abort = new AbortController();
    const answer = await fetch(`${url}/api/v1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: '{"type":"SUBSCRIBE"}',
      signal: abort.signal,
    });
    const events: Event[] = [];
    const decoder = new RecordDecoder();
    const reading = (async () => {
      for await (const chunk of answer.body ?? []) {
        for (const record of decoder.feed(chunk as Uint8Array))
          events.push(JSON.parse(record.toString()) as Event);
      }
    })().catch(() => undefined);
    await eventually('the first two events', () => events.length >= 2);
    expect(events.map(({ type }) => type)).toEqual(['SUBSCRIBED', 'HEARTBEAT']);
    expect(events[0]?.subscribed?.get_state?.get_agents?.agents).toHaveLength(1);

    const scheduler = new JsonScheduler(url, { failover_timeout: 60 });
    await scheduler.subscribe();
    const offer = (await scheduler.event('OFFERS')).offers?.offers?.[0];
    if (!offer) throw new Error('no offer');
    const resources = [{ name: 'cpus', type: 'SCALAR', scalar: { value: 0.1 } }] as const;
    const task = {
      name: 't',
      task_id: { value: 't' },
      agent_id: offer.agent_id,
      command: { value: 'true' },
      resources,
    };
    const operations = [{ type: 'LAUNCH' as const, launch: { task_infos: [task] } }];
    await scheduler.call({ type: 'ACCEPT', accept: { offer_ids: [offer.id], operations } });
    for (const state of ['TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED'])
      await scheduler.update('t', state);
    await eventually('the end of the task', () =>
      events.some(({ task_updated }) => task_updated?.state === 'TASK_FINISHED'),
    );
    expect(
      (await operator({ type: 'TEARDOWN', teardown: { framework_id: { value: scheduler.frameworkId } } }))
        .status,
    ).toBe(200);
    await eventually('the end of the framework', () =>
      events.some(({ type }) => type === 'FRAMEWORK_REMOVED'),
    );
    const story = events.map(({ type, task_updated }) =>
      task_updated ? `${type} ${task_updated.status.state}` : type,
    );
    expect(story.slice(2).filter((line) => line !== 'HEARTBEAT')).toEqual([
      'FRAMEWORK_ADDED',
      'TASK_ADDED',
      'TASK_UPDATED TASK_STARTING',
      'TASK_UPDATED TASK_RUNNING',
      'TASK_UPDATED TASK_FINISHED',
      'FRAMEWORK_REMOVED',
    ]);
    scheduler.stop();
    abort.abort();
    await reading;
  });
});

describe('the v0 pages', () => {
  it('show the state with the keys that others read', async () => {
    const state = await page<Record<string, unknown>>('/master/state');
    expect(state).toMatchObject({
      cluster: 'lab',
      activated_slaves: 1,
      leader: expect.stringMatching(/^master@127\.0\.0\.1:\d+$/),
      leader_info: { hostname: '127.0.0.1' },
      orphan_tasks: [],
      unregistered_frameworks: [],
    });
    const [slave] = (await page<{ slaves: Record<string, unknown>[] }>('/slaves')).slaves;
    expect(slave).toMatchObject({
      attributes: { rack: 'r1', level: 3 },
      resources: { cpus: 2, gpus: 0, mem: 512, ports: '[31000-31010]' },
      pid: expect.stringMatching(/^slave\(1\)@127\.0\.0\.1:\d+$/),
      active: true,
    });
    const [ended] = (
      await page<{ completed_frameworks: { completed_tasks: Record<string, unknown>[] }[] }>('/frameworks')
    ).completed_frameworks;
    expect(ended?.completed_tasks[0]).toMatchObject({
      id: 't',
      executor_id: '',
      state: 'TASK_FINISHED',
      role: '*',
    });
    expect((await page<{ tasks: unknown[] }>('/tasks?limit=1')).tasks).toHaveLength(1);
    expect((await page<{ slaves: Record<string, unknown>[] }>('/state-summary')).slaves[0]).toMatchObject({
      TASK_RUNNING: 0,
    });
    expect(await page('/roles')).toEqual({ roles: [] });
    expect(await page<object>('/version')).toMatchObject({ version: '1.11.0' });
    expect(await page<Record<string, number>>('/metrics/snapshot')).toMatchObject({
      'master/elected': 1,
      'master/slaves_active': 1,
    });
  });

  it('redirect, and refuse JSONP and what is wrong', async () => {
    const jsonp = await fetch(`${url}/version?jsonp=take`);
    expect([jsonp.status, await jsonp.text()]).toEqual([403, expect.stringContaining('--jsonp')]);
    const redirect = await fetch(`${url}/redirect`, { redirect: 'manual' });
    expect([redirect.status, redirect.headers.get('location')]).toEqual([307, url.replace('http:', '')]);
    expect((await fetch(`${url}/state.json`)).status).toBe(404);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect((await fetch(`${url}/state`, { method: 'POST' })).status).toBe(200);
    const put = await fetch(`${url}/teardown`, { method: 'PUT' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('change weights and end frameworks by forms', async () => {
    const put = (body: string) => fetch(`${url}/weights`, { method: 'PUT', body });
    expect((await put('[{"role":"web","weight":2.5}]')).status).toBe(200);
    expect(await page('/weights')).toEqual([{ weight: 2.5, role: 'web' }]);
    expect((await put('[{"role":"web","weight":0}]')).status).toBe(400);
    expect((await put('{"role":"web"}')).status).toBe(400);
    const teardown = (body: string) => fetch(`${url}/teardown`, { method: 'POST', body });
    expect([(await teardown('frameworkId=nobody')).status, (await teardown('')).status]).toEqual([400, 400]);
  });
});
