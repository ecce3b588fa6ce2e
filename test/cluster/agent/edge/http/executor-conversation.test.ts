import {
  claimsOf,
  missingError,
  recoveryError,
} from '../../../../../cluster/agent/core/connections/executor-api';
import type { AgentEffect } from '../../../../../cluster/agent/core/state/effects';
import type { AgentBoot, AgentEvent, AgentInput } from '../../../../../cluster/agent/core/state/events';
import type { AgentState } from '../../../../../cluster/agent/core/state/state';
import { agentMachine } from '../../../../../cluster/agent/core/step';
import { EXECUTOR } from '../../../../../cluster/agent/edge/http/authentication';
import { ExecutorDoor } from '../../../../../cluster/agent/edge/http/executor-api';
import type { Call, Event } from '../../../../../cluster/api/generated/executor';
import { decodeProtobuf, encodeProtobuf } from '../../../../../cluster/api/protobuf';
import { bearerAuthenticator } from '../../../../../cluster/runtime/auth/bearer';
import { signJwt } from '../../../../../cluster/runtime/auth/jwt';
import { VirtualClock } from '../../../../../cluster/runtime/clock';
import { HttpClient } from '../../../../../cluster/runtime/http/client';
import type { HttpServer } from '../../../../../cluster/runtime/http/server';
import { silentLogger } from '../../../../../cluster/runtime/log';
import { Mailbox, type Performers } from '../../../../../cluster/runtime/mailbox';
import { RecordDecoder } from '../../../../../cluster/runtime/streams/recordio';
import { eventually } from '../../../../e2e/eventually';
import { taskInfo } from '../../../master/builders';
import { numberedUuid } from '../../../numbered-uuid';
import { startTestServer } from '../../../runtime/http/test-server';
import { AGENT_BOOT } from '../../interpreter';

const MASTER = 'master@m:5050';
const KEY = Buffer.from('secret');
const IDS = { framework_id: { value: 'web' }, executor_id: { value: 'e' } };
const client = new HttpClient();
const servers: HttpServer[] = [];

afterAll(async () => {
  await client.close();
  for (const server of servers) await server.close();
});

/** An agent with its executor API alone: nothing else of what it orders is done. */
async function startAgent({ authenticated = false } = {}) {
  const holder: { mailbox?: Mailbox<AgentState, AgentEvent, AgentEffect, AgentBoot> } = {};
  const post = (event: AgentInput): void => holder.mailbox?.post(event);
  const state = (): AgentState => holder.mailbox?.state as AgentState;
  const door = new ExecutorDoor(post, {
    missing: (call) => missingError(state(), call),
    unready: () => recoveryError(state()),
    claims: (call) => claimsOf(state(), call),
  });
  const done: Partial<Performers<AgentEffect>> = {
    event: ({ stream, event }) => door.event(stream, event),
    close: ({ stream, reason }) => door.close(stream, reason),
    answer: (effect) => door.answer(effect.request, effect),
    checkpoint: ({ commit }) => post({ kind: 'checkpointed', commit }),
    update: ({ containerId }) => post({ kind: 'container.updated', containerId }),
  };
  const perform = new Proxy(done, {
    get: (performers, kind) => performers[kind as keyof typeof performers] ?? (() => undefined),
  }) as Performers<AgentEffect>;
  const boot = { ...AGENT_BOOT, agentId: 'S0' };
  const clock = new VirtualClock(0);
  holder.mailbox = new Mailbox({
    machine: agentMachine,
    boot,
    clock,
    log: silentLogger,
    isStrict: true,
    onBroken: (error) => {
      throw error;
    },
    perform,
  });
  const authenticators = [bearerAuthenticator({ key: KEY, now: () => clock.now() })];
  const realms = new Map(authenticated ? [[EXECUTOR, authenticators]] : []);
  const server = await startTestServer({
    routes: [
      {
        path: '/api/v1/executor',
        realm: EXECUTOR,
        methods: { POST: (request, reply) => door.handle(request, reply) },
      },
    ],
    access: { realms, guarded: authenticated },
  });
  servers.push(server);
  post({ kind: 'master.detected', pid: MASTER });
  post({ kind: 'master.registered', from: MASTER, message: { slave_id: { value: 'S0' } } });
  return { post, state, clock, door, url: `${server.url}/api/v1/executor` };
}

type Agent = Awaited<ReturnType<typeof startAgent>>;

function run({ post }: Agent, task: string): void {
  const executor = { executor_id: { value: 'e' }, command: { value: './run' } };
  const { command: _command, ...info } = taskInfo(task, 'S0');
  const framework = { name: 'web', user: 'root', id: { value: 'web' } };
  post({ kind: 'master.runTask', from: MASTER, message: { framework, task: { ...info, executor } } });
}

const CODECS = ['application/json', 'application/x-protobuf'] as const;
type Codec = (typeof CODECS)[number];

function encode(codec: Codec, call: object): string | Buffer {
  return codec === 'application/json'
    ? JSON.stringify(call)
    : Buffer.from(encodeProtobuf('mesos.v1.executor.Call', call as Call));
}

function decode(codec: Codec, record: Uint8Array): Event {
  return codec === 'application/json'
    ? (JSON.parse(Buffer.from(record).toString()) as Event)
    : decodeProtobuf('mesos.v1.executor.Event', record);
}

async function call({ url }: Agent, body: object, codec: Codec = 'application/json', headers = {}) {
  const answer = await client.request({
    url,
    method: 'POST',
    headers: { 'content-type': codec, accept: codec, ...headers },
    body: encode(codec, { ...IDS, ...body }),
  });
  return { status: answer.status, text: answer.body.toString(), headers: answer.headers };
}

/** A subscription, whose events are read as they come. */
async function subscribe({ url }: Agent, codec: Codec, body: object = {}, headers = {}) {
  const stream = await client.stream({
    url,
    method: 'POST',
    headers: { 'content-type': codec, accept: codec, ...headers },
    body: encode(codec, { ...IDS, type: 'SUBSCRIBE', subscribe: {}, ...body }),
  });
  const events: Event[] = [];
  const over = (async () => {
    const decoder = new RecordDecoder();
    for await (const chunk of stream.body)
      for (const record of decoder.feed(chunk as Buffer)) events.push(decode(codec, record));
  })().then(
    () => 'complete',
    () => 'broken off',
  );
  const next = (type: Event.Type) =>
    eventually(`an event ${type}`, () => events.find((event) => event.type === type));
  return { status: stream.status, events, next, over, close: () => stream.close() };
}

const update = (task: string, state: string, number: number, more: object = {}) => ({
  type: 'UPDATE',
  update: {
    status: {
      task_id: { value: task },
      state,
      uuid: numberedUuid(number),
      source: 'SOURCE_EXECUTOR',
      ...more,
    },
  },
});

describe.each(CODECS)('an executor that speaks %s', (codec) => {
  it('subscribes, gets tasks, reports, is told, comes back, and is shut down', async () => {
    const agent = await startAgent();
    run(agent, 't1');
    expect(await call(agent, update('t1', 'TASK_RUNNING', 1), codec)).toMatchObject({
      status: 403,
      text: 'Executor is not subscribed',
    });
    const first = await subscribe(agent, codec);
    expect(first.status).toBe(200);
    expect((await first.next('SUBSCRIBED')).subscribed).toMatchObject({
      executor_info: { executor_id: { value: 'e' }, framework_id: { value: 'web' } },
      framework_info: { name: 'web' },
      agent_info: { hostname: 'agent.test', id: { value: 'S0' } },
    });
    expect((await first.next('LAUNCH')).launch?.task.task_id.value).toBe('t1');
    expect(await call(agent, update('t1', 'TASK_RUNNING', 1), codec)).toMatchObject({
      status: 202,
      text: '',
    });
    expect((await first.next('ACKNOWLEDGED')).acknowledged).toEqual({
      task_id: { value: 't1' },
      uuid: numberedUuid(1),
    });
    for (const type of ['MESSAGE', 'HEARTBEAT'])
      expect(await call(agent, { type, message: { data: 'aGk=' } }, codec)).toMatchObject({ status: 202 });
    const message = { slave_id: { value: 'S0' }, ...IDS, data: 'aGk=' };
    agent.post({ kind: 'master.message', from: MASTER, message });
    expect((await first.next('MESSAGE')).message?.data).toBe('aGk=');
    agent.clock.advance(30 * 60_000);
    await first.next('HEARTBEAT');
    const kill = { framework_id: { value: 'web' }, task_id: { value: 't1' } };
    agent.post({ kind: 'master.killTask', from: MASTER, message: kill });
    expect((await first.next('KILL')).kill?.task_id.value).toBe('t1');
    const status = update('t1', 'TASK_KILLED', 2).update.status;
    const body = { subscribe: { unacknowledged_updates: [{ status }] } };
    const second = await subscribe(agent, codec, body);
    await first.over;
    await second.next('ACKNOWLEDGED');
    run(agent, 't2');
    await second.next('LAUNCH');
    agent.post({ kind: 'master.shutdownFramework', from: MASTER, frameworkId: 'web' });
    await second.next('SHUTDOWN');
    second.close();
  });

  it.each<[what: string, body: object, status: number, text: RegExp]>([
    [
      'of an unknown framework',
      { type: 'MESSAGE', message: { data: '' }, framework_id: { value: 'x' } },
      400,
      /^Framework cannot be found$/,
    ],
    [
      'of an unknown executor',
      { type: 'MESSAGE', message: { data: '' }, executor_id: { value: 'x' } },
      400,
      /^Executor cannot be found$/,
    ],
    [
      'without its part',
      { type: 'MESSAGE' },
      400,
      /^Failed to validate Executor::Call: Expecting 'message' to be present$/,
    ],
    ['with a bad uuid', update('t1', 'TASK_RUNNING', 1, { uuid: 'AAAA' }), 400, /Not a valid UUID$/],
    [
      'that lies about its source',
      update('t1', 'TASK_RUNNING', 1, { source: 'SOURCE_MASTER' }),
      400,
      /invalid source, expecting 'SOURCE_EXECUTOR'$/,
    ],
    [
      'that stages',
      update('t1', 'TASK_STAGING', 1),
      400,
      /Received TASK_STAGING from executor e of framework web which is not allowed$/,
    ],
    ['of an unknown type', { type: 'UNKNOWN' }, 501, /./],
  ])('a call %s is refused', async (_what, body, status, text) => {
    const agent = await startAgent();
    run(agent, 't1');
    const stream = await subscribe(agent, codec);
    await stream.next('LAUNCH');
    const answer = await call(agent, body, codec);
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(text);
    stream.close();
  });
});

test('bodies and types are refused in the words of the original', async () => {
  const agent = await startAgent();
  run(agent, 't1');
  const ask = (headers: Record<string, string>, body: string) =>
    client.request({ url: agent.url, method: 'POST', headers, body });
  const json = { 'content-type': 'application/json' };
  expect((await ask({}, '{}')).status).toBe(400);
  expect((await ask({ 'content-type': 'text/plain' }, '{}')).status).toBe(415);
  expect((await ask(json, '{')).body.toString()).toMatch(/^Failed to parse body into JSON/);
  expect((await ask(json, '{"type":"HEARTBEAT"}')).status).toBe(400);
  const subscribing = JSON.stringify({ ...IDS, type: 'SUBSCRIBE', subscribe: {} });
  expect((await ask({ ...json, accept: 'text/html' }, subscribing)).status).toBe(406);
  const other = JSON.stringify({ ...IDS, type: 'SUBSCRIBE', subscribe: {}, executor_id: { value: 'x' } });
  expect((await ask(json, other)).body.toString()).toBe('Executor cannot be found');
});

describe('an agent that asks executors who they are', () => {
  const tokenOf = (agent: Agent, more: object = {}): Record<string, string> => {
    const [executor] = agent.state().frameworks.get('web')?.executors.values() ?? [];
    const claims = { fid: 'web', eid: 'e', cid: executor?.containerId, ...more };
    return { authorization: `Bearer ${signJwt(claims, KEY)}` };
  };

  it('takes the calls of one with its own token, and of no other', async () => {
    const agent = await startAgent({ authenticated: true });
    run(agent, 't1');
    const json = 'application/json';
    const heartbeat = { type: 'HEARTBEAT' };
    const unknown = await call(agent, heartbeat);
    expect([unknown.status, unknown.headers['www-authenticate']]).toEqual([
      401,
      'Bearer realm="mesos-agent-executor"',
    ]);
    const forged = { authorization: `Bearer ${signJwt({ fid: 'web' }, Buffer.from('other'))}` };
    const refused = await call(agent, heartbeat, json, forged);
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([
      401,
      expect.stringContaining('Token signature does not match'),
    ]);
    for (const [claim, text] of [
      [{ fid: 'db' }, "an 'fid' claim with the framework ID web"],
      [{ eid: 'x' }, "an 'eid' claim with the executor ID e"],
      [{ cid: 'x' }, "a 'cid' claim with the correct active ContainerID"],
    ] as const) {
      const others = await call(agent, { type: 'SUBSCRIBE', subscribe: {} }, json, tokenOf(agent, claim));
      expect([others.status, others.text]).toEqual([403, expect.stringContaining(text)]);
    }
    const stream = await subscribe(agent, json, {}, tokenOf(agent));
    await stream.next('LAUNCH');
    const answer = await call(agent, update('t1', 'TASK_RUNNING', 1), json, tokenOf(agent));
    expect(answer.status).toBe(202);
    stream.close();
  });
});

test('the streams of an agent that stops are broken off, and no complete responses', async () => {
  const agent = await startAgent();
  run(agent, 't1');
  const subscription = await subscribe(agent, 'application/json');
  await subscription.next('LAUNCH');
  agent.door.breakOffAll();
  expect(await subscription.over).toBe('broken off');
});
