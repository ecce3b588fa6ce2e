import { Readable } from 'node:stream';
import { HttpClient, type HttpRequest } from '../../../../../cluster/runtime/http/client';
import type { HttpServer } from '../../../../../cluster/runtime/http/server';
import {
  errorAnswers,
  handlerOf,
  type RestDoor,
  type RestHandler,
} from '../../../../../frameworks/kit/edge/rest/door';
import { ok } from '../../../../../frameworks/kit/edge/rest/outcome';
import { startTestServer } from '../../../../cluster/runtime/http/test-server';

const client = new HttpClient();
const servers: HttpServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => client.close());

function doorOf(concurrentMax?: number): RestDoor {
  return {
    concurrentMax,
    active: { count: 0 },
    headers: () => ({ 'x-door': 'kit' }),
    errorBody: (status, message) => ({ message, status }),
  };
}

async function serve(handle: RestHandler, door = doorOf()): Promise<HttpServer> {
  const routes = [{ path: '/door', methods: { GET: handlerOf(door, handle) } }];
  const server = await startTestServer({ routes, ...errorAnswers(door) });
  servers.push(server);
  return server;
}

async function ask(server: HttpServer, path = '/door', request: Partial<HttpRequest> = {}) {
  const { status, headers, body } = await client.request({ ...request, url: server.url + path });
  return { status, headers, text: body.toString() };
}

describe('outcomes', () => {
  it('are sent as JSON with the headers of the door and their own', async () => {
    const server = await serve(() => ok({ jobs: [] }, { location: '/there' }));
    const answer = await ask(server);
    expect(answer).toMatchObject({ status: 200, text: '{"jobs":[]}' });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-door': 'kit',
      location: '/there',
    });
  });

  it('are sent as texts of their type, also from streams', async () => {
    const pieces = (): Readable => Readable.from(['a', 'b']);
    const server = await serve(() => ({ status: 200, text: pieces(), type: 'text/plain' }));
    const answer = await ask(server);
    expect(answer.text).toBe('ab');
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
  });

  it('have no body where there is none', async () => {
    const answer = await ask(await serve(() => ({ status: 204 })));
    expect(answer).toMatchObject({ status: 204, text: '' });
  });
});

test('requests beyond the limit are refused until others have ended', async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const door = doorOf(1);
  const server = await serve(async () => {
    await held;
    return ok({});
  }, door);
  const first = ask(server);
  while (door.active.count === 0) await new Promise(setImmediate);
  expect(await ask(server)).toMatchObject({
    status: 503,
    text: 'Too many concurrent requests! Allowed: 1.',
  });
  release();
  expect((await first).status).toBe(200);
  expect((await ask(server)).status).toBe(200);
});

describe('errors without a handler', () => {
  it('have the body of the door', async () => {
    const server = await serve(() => {
      throw new Error('boom');
    });
    expect(await ask(server, '/nowhere')).toMatchObject({
      status: 404,
      text: '{"message":"URI not found","status":404}',
    });
    const refused = await ask(server, '/door', { method: 'PUT' });
    expect(refused).toMatchObject({ status: 405, text: '{"message":"Method Not Allowed","status":405}' });
    expect(refused.headers['allow']).toBe('GET');
    expect(await ask(server)).toMatchObject({
      status: 500,
      text: '{"message":"Internal error","status":500}',
    });
  });
});
