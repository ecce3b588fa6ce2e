import { join } from 'node:path';
import { decodeProtobuf, encodeProtobuf } from '../../../../../cluster/api/protobuf';
import { readAclsFlag } from '../../../../../cluster/runtime/auth/acls';
import { HttpClient } from '../../../../../cluster/runtime/http/client';
import type { HttpServer } from '../../../../../cluster/runtime/http/server';
import { expectShape, shapeOf } from '../../../../shapes';
import { AgentScript } from '../../interpreter';
import { pruned, serve } from './running';

/** One task of each kind: queued, running, ended and not acknowledged, ended; and a framework that has ended. */
const LINES = [
  ...['detected', 'advance 0', 'registered S0', 'run web queued'],
  ...['run web running', 'subscribe web running', 'update web running TASK_RUNNING'],
  ...[
    'run web over',
    'subscribe web over',
    'update web over TASK_FINISHED',
    'acknowledge web over',
    'exit over',
  ],
  ...['run web ended', 'subscribe web ended', 'update web ended TASK_FAILED', 'exit ended'],
  ...[
    'run old last',
    'subscribe old last',
    'update old last TASK_FINISHED',
    'acknowledge old last',
    'exit last',
  ],
];

const client = new HttpClient();
let server: HttpServer;
let restricted: HttpServer;

beforeAll(async () => {
  const script = new AgentScript();
  for (const line of LINES) script.interpret(line.split(' '), line);
  server = await serve(script);
  const none = [{ principals: { type: 'ANY' }, users: { type: 'NONE' } }];
  const lists = ['view_frameworks', 'view_containers'].map((list) => [list, none]);
  const nobody = [{ principals: { type: 'ANY' }, flags: { type: 'NONE' } }];
  const level = [{ principals: { type: 'ANY' }, level: { type: 'NONE' } }];
  const acls = { ...Object.fromEntries(lists), view_flags: nobody, set_log_level: level };
  restricted = await serve(script, readAclsFlag(JSON.stringify(acls)));
});
afterAll(async () => {
  await client.close();
  await server.close();
  await restricted.close();
});

async function call(body: object | string, { url } = server) {
  const answer = await client.request({
    url: `${url}/slave(1)/api/v1`,
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, type: answer.headers['content-type'], text: answer.body.toString() };
}

const get = async (path: string, { url } = server) => {
  const { status, headers, body } = await client.request({ url: url + path });
  return { status, type: headers['content-type'], text: body.toString() };
};

const READS = [
  ...['GET_HEALTH', 'GET_VERSION', 'GET_LOGGING_LEVEL', 'GET_STATE', 'GET_CONTAINERS', 'GET_FRAMEWORKS'],
  ...['GET_EXECUTORS', 'GET_OPERATIONS', 'GET_TASKS', 'GET_AGENT', 'GET_RESOURCE_PROVIDERS', 'GET_FLAGS'],
] as const;
const GOLDEN = join(__dirname, 'shapes');

it.each(READS)('%s has the shape that clients of Mesos know, in JSON and in protobuf', async (type) => {
  const { status, type: mediaType, text } = await call({ type });
  expect([status, mediaType]).toEqual([200, 'application/json']);
  expectShape(join(GOLDEN, `${type}.txt`), shapeOf(JSON.parse(text)));
  const answer = await client.request({
    url: `${server.url}/slave(1)/api/v1`,
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', accept: 'application/x-protobuf' },
    body: Buffer.from(encodeProtobuf('mesos.v1.agent.Call', { type })),
  });
  expect(answer.headers['content-type']).toBe('application/x-protobuf');
  expect(decodeProtobuf('mesos.v1.agent.Response', answer.body).type).toBe(type);
});

it.each(['state', 'containers', 'monitor/statistics', 'containerizer/debug', 'flags'])(
  'the page %s has the shape that clients of Mesos know',
  async (path) => {
    const { status, type, text } = await get(`/slave(1)/${path}`);
    expect([status, type]).toEqual([200, 'application/json']);
    expectShape(join(GOLDEN, `${path.replace('/', '-')}.txt`), shapeOf(JSON.parse(text)));
  },
);

it('tasks are told by how far they are, in both APIs, and the sandboxes of ended ones are named', async () => {
  const { get_tasks: v1 } = JSON.parse((await call({ type: 'GET_TASKS' })).text) as {
    get_tasks: Record<string, { task_id: { value: string } }[]>;
  };
  const ids = Object.entries(v1).map(([list, tasks]) => [list, tasks.map(({ task_id }) => task_id.value)]);
  expect(Object.fromEntries(ids)).toEqual({
    pending_tasks: [],
    queued_tasks: ['queued'],
    launched_tasks: ['running'],
    terminated_tasks: ['ended'],
    completed_tasks: ['over', 'last'],
  });
  const state = JSON.parse((await get('/slave(1)/state')).text) as {
    completed_frameworks: {
      completed_executors: { directory: string; completed_tasks: { id: string }[] }[];
    }[];
  };
  const [last] = state.completed_frameworks[0]?.completed_executors ?? [];
  expect(last?.completed_tasks.map(({ id }) => id)).toEqual(['last']);
  expect((await get('/files/debug')).text).toContain(`"${last?.directory}"`);
});

it('calls that would change containers or resource providers are refused by name', async () => {
  expect(
    await call({
      type: 'REMOVE_RESOURCE_PROVIDER_CONFIG',
      remove_resource_provider_config: { type: 't', name: 'n' },
    }),
  ).toMatchObject({ status: 501, text: 'Resource providers are not supported by this agent' });
  expect(await call({ type: 'UNKNOWN' })).toMatchObject({ status: 501, text: '501 Not Implemented.' });
  for (const type of ['LAUNCH_NESTED_CONTAINER', 'ATTACH_CONTAINER_INPUT', 'ADD_RESOURCE_PROVIDER_CONFIG']) {
    const text = `Failed to validate agent::Call: Expecting '${type.toLowerCase()}' to be present`;
    expect(await call({ type })).toEqual({ status: 400, type: 'text/plain; charset=utf-8', text });
  }
});

it('images are pruned but for those that the call excludes', async () => {
  const image = { type: 'DOCKER', docker: { name: 'kept' } };
  const excluded = { excluded_images: [image] };
  expect(await call({ type: 'PRUNE_IMAGES', prune_images: excluded })).toMatchObject({
    status: 200,
    text: '',
  });
  expect(await call({ type: 'PRUNE_IMAGES' })).toMatchObject({ status: 200, text: '' });
  expect(pruned).toMatchObject([image]);
});

it('bodies, types and files are refused in the words of the original', async () => {
  expect(await call({})).toMatchObject({
    status: 400,
    text: "Failed to validate agent::Call: Expecting 'type' to be present",
  });
  expect(await call({ type: 'GET_METRICS' })).toMatchObject({ status: 400 });
  expect(await call({ type: 'LIST_FILES', list_files: { path: '/none' } })).toEqual({
    status: 404,
    type: 'text/plain; charset=utf-8',
    text: '',
  });
  expect(await get('/containers?executor_id=x')).toMatchObject({ status: 400 });
  expect(await get('/slave(1)/api/v1')).toMatchObject({
    status: 405,
    type: 'text/plain; charset=utf-8',
    text: "405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'.",
  });
});

it('shows nobody what access control keeps from them', async () => {
  const { text } = await call({ type: 'GET_STATE' }, restricted);
  expect(text).not.toContain('"value":"web"');
  expect(text).not.toContain('"value":"old"');
  expect((await get('/containers', restricted)).text).toBe('[]');
  expect(await call({ type: 'GET_FLAGS' }, restricted)).toMatchObject({ status: 403 });
  const set_logging_level = { level: 1, duration: { nanoseconds: 1000 } };
  expect(await call({ type: 'SET_LOGGING_LEVEL', set_logging_level }, restricted)).toMatchObject({
    status: 403,
    text: '403 Forbidden.',
  });
  expect((await get('/slave(1)/state', restricted)).text).toContain('"frameworks":[]');
});

it('an executor that nobody knows is refused', async () => {
  const subscribe = { type: 'SUBSCRIBE', subscribe: {}, executor_id: { value: 'x' } };
  const ask = async (framework: string) => {
    const { status, body } = await client.request({
      url: `${server.url}/slave(1)/api/v1/executor`,
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ ...subscribe, framework_id: { value: framework } }),
    });
    return [status, body.toString()];
  };
  expect(await ask('nobody')).toEqual([400, 'Framework cannot be found']);
  expect(await ask('web')).toEqual([400, 'Executor cannot be found']);
});
