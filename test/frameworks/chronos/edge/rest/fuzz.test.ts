/** Requests of any kind: every answer is JSON or the documented text, and none stops the scheduling of another job. */

import { Agent } from 'node:http';
import fc from 'fast-check';
import { BASE_OPERATIONS, ROOT_OPERATIONS } from '../../../../../frameworks/chronos/api/operations';
import { BASES } from '../../../../../frameworks/chronos/edge/rest/bases';
import { type RawAnswer, type RawRequest, sendRaw } from '../../../raw-request';
import { RestWorld } from '../../rest-world';

let rest: RestWorld;
const agent = new Agent({ keepAlive: true });

beforeAll(async () => {
  rest = await RestWorld.open();
});

afterAll(async () => {
  agent.destroy();
  await rest.close();
});

const send = (sent: RawRequest): Promise<RawAnswer> => sendRaw(rest.url, agent, sent);

const PATHS = [
  ...Object.values(BASES).flatMap((base) => Object.values(BASE_OPERATIONS).map(({ path }) => base + path)),
  ...Object.values(ROOT_OPERATIONS).map(({ path }) => path),
].filter((path) => !path.endsWith('/events'));

const part = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'x',
    'a:1',
    'mean',
    'toString',
    '__proto__',
    'success',
    '%',
    '%00',
    '%2F',
    '..',
    '',
  ),
  fc.constantFrom('ct:1:0:a:', 'ct:1:0:a', 'ct:99999999999999999999:0:a:%20x', 'x'.repeat(5000)),
  fc.string().map(encodeURIComponent),
);

const path = fc
  .tuple(fc.constantFrom(...PATHS), fc.array(part, { minLength: 3, maxLength: 3 }))
  .map(([pattern, parts]) => {
    let position = 0;
    return pattern.replace(/\{\w+\}/g, () => parts[position++] ?? '');
  });

const query = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'name',
        'command',
        'any',
        'limit',
        'offset',
        'n',
        'arguments',
        'reason',
        'schedule',
        'pretty',
      ),
      fc.oneof(part, fc.integer().map(String), fc.constantFrom('R//PT1S', 'R/2026-01-01T00:00:00Z/P1M')),
    ),
    { maxLength: 4 },
  )
  .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map((pair) => pair.join('=')).join('&')}`));

const definition = fc.record(
  {
    name: fc.oneof(fc.constantFrom('a', 'b', 'c', 'a b', ''), fc.string(), fc.integer()),
    schedule: fc.oneof(
      fc.constantFrom('R//PT1H', 'R5/2026-12-01T00:00:00Z/P1D', 'R1//P', '* * * * *', 'R/1/P', '0 0 31 2 *'),
      fc.string(),
      fc.jsonValue(),
    ),
    scheduleTimeZone: fc.oneof(fc.constantFrom('', 'Europe/Berlin', 'GMT+25', 'UTC'), fc.string()),
    parents: fc.oneof(fc.array(fc.constantFrom('a', 'b', 'c', 'x')), fc.jsonValue()),
    cpus: fc.oneof(fc.double(), fc.string()),
    constraints: fc.oneof(fc.constant([['a', 'LIKE', '(']]), fc.jsonValue()),
    container: fc.jsonValue(),
    excludedDays: fc.oneof(fc.constant(['SAT', 'SUN']), fc.jsonValue()),
    epsilon: fc.oneof(fc.constantFrom('PT1M', 'P-1D'), fc.string()),
    reason: fc.string(),
    statusCode: fc.oneof(fc.integer(), fc.jsonValue()),
    numAdditionalElementsProcessed: fc.oneof(fc.integer(), fc.double(), fc.jsonValue()),
  },
  { requiredKeys: [] },
);

const body = fc.option(
  fc.oneof(
    definition.map((value) => JSON.stringify(value)),
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.string(),
    fc.constantFrom('[', '['.repeat(100_000), '{"a":'.repeat(20_000), '\u0000', 'logger=ROOT&level=INFO'),
  ),
  { nil: undefined },
);

const anyRequest: fc.Arbitrary<RawRequest> = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'),
  path: fc.tuple(path, query).map((parts) => parts.join('')),
  body,
  type: fc.option(
    fc.constantFrom('application/json', 'text/plain', 'application/x-www-form-urlencoded', 'x'),
    {
      nil: undefined,
    },
  ),
});

function check({ method, path: target }: RawRequest, { status, type, text }: RawAnswer): void {
  expect(status).toBeLessThan(500);
  if (text === '') {
    expect(status === 204 || method === 'HEAD' || target.includes('/graph/csv')).toBe(true);
  } else if (status >= 400) {
    expect(JSON.parse(text)).toMatchObject({
      message: expect.any(String) as string,
      status: expect.any(String) as string,
    });
  } else if (type.startsWith('application/json') && !text.startsWith('marked job ')) {
    JSON.parse(text);
  } else {
    expect(text).toMatch(/^(pong|digraph|node|link|marked job|<!DOCTYPE|# HELP)/);
  }
}

test('every answer is JSON or the documented text', async () => {
  rest.world.put('steady', { schedule: 'R/2026-12-01T11:00:00Z/PT1H' });
  await fc.assert(
    fc.asyncProperty(anyRequest, async (sent) => check(sent, await send(sent))),
    { numRuns: 1500 },
  );
  expect((await send({ method: 'GET', path: '/ping', body: undefined, type: undefined })).text).toBe(
    'pong\n',
  );
  rest.world.send({ kind: 'job.resume', request: -1, name: 'steady' });
  rest.world.advance(2 * 3_600_000);
  expect([...rest.world.state.runs.values()]).toContain('steady');
});

test.each([
  ['a path that is not encoded well', '/v1/scheduler/job/%E0%A4%A'],
  ['a path of two slashes', '//v1/scheduler//jobs'],
  ['a path with a fragment', '/v1/scheduler/jobs#a'],
  ['a long path', `/v1/scheduler/job/${'x'.repeat(15_000)}`],
  ['an address as a path', 'http://127.0.0.1/v1/scheduler/nothing'],
])('%s has an answer in the form of others', async (_case, target) => {
  const sent = { method: 'GET', path: target, body: undefined, type: undefined };
  const answer = await send(sent);
  check(sent, answer);
});
