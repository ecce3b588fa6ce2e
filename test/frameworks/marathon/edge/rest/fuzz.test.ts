/** Poisonous requests: each is answered in Marathon's form, refusals name path and reason, and other apps go on. */

import { Agent } from 'node:http';
import fc from 'fast-check';
import { isObject } from '../../../../../cluster/model/json-value';
import { systemClock } from '../../../../../cluster/runtime/clock';
import { silentLogger } from '../../../../../cluster/runtime/log';
import { MemoryStore } from '../../../../../cluster/state/memory';
import { parseMarathonConfig } from '../../../../../frameworks/marathon/config';
import { type Marathon, startMarathon } from '../../../../../frameworks/marathon/main';
import { FakeMaster, until } from '../../../fake-master';
import { type RawAnswer, type RawRequest, sendRaw } from '../../../raw-request';

let master: FakeMaster;
let marathon: Marathon;
const store = new MemoryStore();
const agent = new Agent({ keepAlive: true });
const launched = new Set<string>();

async function boot(): Promise<Marathon> {
  const parsed = parseMarathonConfig({
    args: ['--master', master.url.replace('http://', ''), '--http_port', '0', '--hostname', 'me'],
    env: {},
  });
  if (!('config' in parsed)) throw new Error('help');
  return startMarathon(parsed.config, { log: silentLogger, clock: systemClock(), state: store });
}

beforeAll(async () => {
  master = await new FakeMaster().start();
  let offers = 0;
  master.onCall = (call) => {
    for (const { launch } of call.accept?.operations ?? [])
      for (const { task_id, name } of launch?.task_infos ?? []) {
        launched.add(name);
        master.update(task_id.value, 'TASK_RUNNING');
      }
    if (call.type === 'REVIVE' || call.type === 'ACCEPT') master.offer(`O${++offers}`);
  };
  marathon = await boot();
  await until('the subscription', () => master.isSubscribed);
});

afterAll(async () => {
  agent.destroy();
  await marathon.stop();
  await master.stop();
});

function send(method: string, path: string, body?: string): Promise<RawAnswer> {
  return sendRaw(marathon.http.url, agent, { method, path, body, type: 'application/json' });
}

const many = (count: number): number[] => Array.from({ length: count }, (_none, index) => index);
const app = (members: object): string => JSON.stringify({ id: '/poison', cmd: 'x', ...members });
const nested = (count: number): string => `${'{"id":"n","groups":['.repeat(count)}${']}'.repeat(count)}`;

/** The request, and the path that its refusal names. */
const POISON: readonly (readonly [string, string, string, string, string])[] = [
  ['labels that are no texts', 'POST', '/v2/apps', app({ labels: { a: 1 } }), '/labels/a'],
  ['5 MB in a variable', 'POST', '/v2/apps', app({ env: { A: 'x'.repeat(5e6) } }), '/env/A'],
  [
    '5 MB in variables',
    'POST',
    '/v2/apps',
    app({ env: Object.fromEntries(many(50_000).map((index) => [`A${index}`, 'x'.repeat(90)])) }),
    '/env',
  ],
  ['5 MB of labels', 'POST', '/v2/apps', app({ labels: { a: 'x'.repeat(5e6) } }), '/labels'],
  ['10,000 ports', 'POST', '/v2/apps', app({ ports: many(10_000).map(() => 0) }), '/portDefinitions'],
  ['an id of other letters', 'POST', '/v2/apps', app({ id: '/prüf/💥' }), '/id'],
  ['an id with NUL', 'POST', '/v2/apps', app({ id: '/a\0b' }), '/id'],
  ['a very long id', 'POST', '/v2/apps', app({ id: `/${'x'.repeat(10_000)}` }), '/id'],
  ['an id of very many parts', 'POST', '/v2/apps', app({ id: '/a'.repeat(5000) }), '/id'],
  ['an app that depends on itself', 'POST', '/v2/apps', app({ dependencies: ['/poison'] }), '/'],
  [
    'a cycle',
    'PUT',
    '/v2/groups/poison',
    '{"apps":[{"id":"a","cmd":"x","dependencies":["b"]},{"id":"b","cmd":"x","dependencies":["a"]}]}',
    '/',
  ],
  ['a negative number', 'POST', '/v2/apps', app({ mem: -1 }), '/mem'],
  ['no whole number', 'POST', '/v2/apps', app({ instances: 1.5 }), '/instances'],
  ['infinite cpus', 'POST', '/v2/apps', '{"id":"/poison","cmd":"x","cpus":1e400}', '/cpus'],
  ['an infinite factor', 'PUT', '/v2/groups/', '{"scaleBy":1e400}', '/scaleBy'],
  ['2^31 - 1 instances', 'POST', '/v2/apps', app({ instances: 2 ** 31 - 1 }), '/instances'],
  ['2^53 instances', 'POST', '/v2/apps', app({ instances: 2 ** 53 }), '/instances'],
  [
    'an operator of JavaScript',
    'POST',
    '/v2/apps',
    app({ constraints: [['a', 'constructor']] }),
    '/constraints(0)',
  ],
  ['a command with NUL', 'POST', '/v2/apps', app({ cmd: 'a\0b' }), '/cmd'],
  ['very deep groups', 'PUT', '/v2/groups/poison', nested(200), '/groups(0)/groups(0)'],
  ['a group of a long id', 'PUT', `/v2/groups/${'x'.repeat(500)}`, '{}', '/id'],
];

/** The paths that a refusal names. */
function pathsOf(text: string): string[] {
  const { details } = JSON.parse(text) as { details?: unknown };
  return (Array.isArray(details) ? details : []).flatMap((detail: unknown) =>
    isObject(detail) && Array.isArray(detail['errors']) ? [String(detail['path'])] : [],
  );
}

test.each(POISON)('%s: refused with its path', async (_case, method, path, body, wanted) => {
  const { status, text } = await send(method, path, body);
  expect(status).toBe(422);
  expect(pathsOf(text).some((shown) => shown === wanted || shown.startsWith(wanted))).toBe(true);
  expect(text.length).toBeLessThan(1_000_000);
});

test.each([
  ['lists', '['.repeat(200_000)],
  ['objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ['groups', nested(50_000)],
  ['labels', app({ labels: 0 }).replace('0', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`)],
  ['nothing', ''],
  ['half a text', '"abc'],
])('very deep or broken %s: refused', async (_case, body) => {
  const { status, text } = await send('POST', '/v2/apps', body);
  expect(status === 422 || status === 400).toBe(true);
  expect(JSON.parse(text)).toHaveProperty('message');
  expect((await send('PUT', '/v2/groups/deep', body)).status).toBeLessThan(500);
});

test('keys that mean something to JavaScript are keys like others', async () => {
  const names = '"__proto__":"a","constructor":"b","toString":"c"';
  const body = `{"id":"/keys","cmd":"x","cpus":100,"__proto__":{"instances":7},"labels":{${names}},"env":{${names}}}`;
  expect((await send('POST', '/v2/apps', body)).status).toBe(201);
  const { text } = await send('GET', '/v2/apps/keys');
  const { app: shown } = JSON.parse(text) as { app: Record<string, object> };
  expect(shown['instances']).toBe(1);
  for (const member of ['labels', 'env'] as const)
    expect(Object.entries(shown[member] ?? {})).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['toString', 'c'],
    ]);
});

const word = fc.oneof(
  fc.constantFrom('/a', 'a', '/g/a', '/g', '', '/', '..', '/a//b', '__proto__', 'constructor', '/poison/é'),
  fc.string(),
);
const amount = fc.oneof(
  fc.constantFrom(-1, 0, 0.5, 1, 1e9, 2 ** 31, 1e21, 1e308, -1e308, '1', null, Number.MIN_VALUE),
  fc.double({ noNaN: true }),
);
const list = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(fc.array(value, { maxLength: 4 }), fc.jsonValue());
const texts = fc.oneof(fc.dictionary(word, fc.oneof(word, fc.jsonValue())), fc.jsonValue());
const definition = fc.record(
  {
    id: word,
    cmd: fc.oneof(fc.constant('x'), fc.jsonValue()),
    args: list(word),
    instances: amount,
    cpus: amount,
    mem: amount,
    backoffFactor: amount,
    env: texts,
    labels: texts,
    constraints: list(
      list(fc.oneof(fc.constantFrom('hostname', 'UNIQUE', 'LIKE', '(', 'GROUP_BY', '1e999'), word)),
    ),
    dependencies: list(word),
    ports: list(amount),
    portDefinitions: list(fc.record({ port: amount, name: word, protocol: word }, { requiredKeys: [] })),
    healthChecks: list(
      fc.record({ protocol: word, portIndex: amount, intervalSeconds: amount }, { requiredKeys: [] }),
    ),
    container: fc.oneof(
      fc.record({ type: fc.constantFrom('MESOS', 'DOCKER'), volumes: list(texts) }),
      fc.jsonValue(),
    ),
    networks: list(
      fc.record({ mode: fc.constantFrom('host', 'container', 'x'), name: word }, { requiredKeys: [] }),
    ),
    upgradeStrategy: fc.oneof(fc.record({ minimumHealthCapacity: amount }), fc.jsonValue()),
    unreachableStrategy: fc.oneof(fc.constant('disabled'), fc.jsonValue()),
    version: word,
    role: word,
    acceptedResourceRoles: list(word),
  },
  { requiredKeys: [] },
);
const group = fc.record(
  {
    id: word,
    apps: list(definition),
    groups: list(fc.record({ id: word, apps: list(definition) }, { requiredKeys: [] })),
    scaleBy: amount,
    dependencies: list(word),
    enforceRole: fc.oneof(fc.boolean(), fc.jsonValue()),
  },
  { requiredKeys: [] },
);
const anyRequest: fc.Arbitrary<RawRequest> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
  path: fc.oneof(
    fc.constantFrom(
      '/v2/apps',
      '/v2/apps/a',
      '/v2/groups',
      '/v2/groups/g',
      '/v2/deployments/plan',
      '/v2/pods',
    ),
    fc.constantFrom(
      '/v2/apps/%E0%A4%A',
      '/v2/apps//a/tasks',
      '/v2/apps/__proto__',
      '/v2/tasks/delete?wipe=x',
    ),
  ),
  body: fc.oneof(
    definition.map((value) => JSON.stringify(value)),
    group.map((value) => JSON.stringify(value)),
    fc.array(definition, { maxLength: 3 }).map((value) => JSON.stringify(value)),
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.constantFrom('{"a":1,"a":2}', '\u0000', 'NaN', '{"cpus":NaN}', '{"instances":0x1}'),
  ),
  type: fc.constant('application/json'),
});

test('any request has an answer in the form of others, and another app is deployed beside what it leaves', async () => {
  const ask = async (sent: RawRequest): Promise<void> => {
    const { status, type, text } = await sendRaw(marathon.http.url, agent, sent);
    expect(status).toBeLessThan(500);
    if (text !== '' && type.includes('json')) JSON.parse(text);
    if (status === 422 || status === 400) expect(JSON.parse(text)).toHaveProperty('message');
  };
  await fc.assert(fc.asyncProperty(anyRequest, ask), { numRuns: 600 });
  const good = JSON.stringify({ id: '/good', cmd: 'x', cpus: 0.01, mem: 1 });
  expect((await send('POST', '/v2/apps', good)).status).toBe(201);
  await until('the good app', () => launched.has('good'));
});

test('what was taken is stored, so that the next Marathon has the same apps', async () => {
  const before = JSON.parse((await send('GET', '/v2/groups')).text) as object;
  await marathon.stop();
  marathon = await boot();
  expect(JSON.parse((await send('GET', '/v2/groups')).text)).toEqual(before);
});
