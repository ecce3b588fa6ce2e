import { Readable } from 'node:stream';
import { HttpSession } from '../../../../cluster/executor/edge/http-session';
import { HttpClient, type HttpStream } from '../../../../cluster/runtime/http/client';
import type { Handler, HttpServer } from '../../../../cluster/runtime/http/server';
import { startTestServer } from '../../runtime/http/test-server';
import { keepingLogger } from '../../runtime/recorded-log';

const client = new HttpClient();
let server: HttpServer | undefined;
afterEach(() => server?.close());
afterAll(() => client.close());

async function agent(answer: Handler): Promise<string> {
  server = await startTestServer({ routes: [{ path: '/', methods: { POST: answer } }] });
  return server.url;
}

const ids = { framework_id: { value: 'f' }, executor_id: { value: 'e' } };
const update = {
  type: 'UPDATE' as const,
  ...ids,
  update: { status: { task_id: { value: 't' }, state: 'TASK_RUNNING' as const } },
};

async function callOnce(url: string) {
  const log = keepingLogger();
  const session = new HttpSession({ url, client, post: () => undefined, log });
  session.call(update);
  const end = Date.now() + 60_000;
  while (log.lines.length === 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
  session.stop();
  return log.lines;
}

describe('a call of an executor', () => {
  it('that the agent refuses is noted with the reason', async () => {
    const url = await agent((_request, reply) => reply.code(403).send('403 Forbidden: not yours'));
    expect(await callOnce(url)).toEqual([
      expect.objectContaining({
        text: 'the agent did not take a call',
        fields: { call: 'UPDATE', why: '403 403 Forbidden: not yours' },
      }),
    ]);
  });

  it('that reaches nobody is noted, too', async () => {
    const [line] = await callOnce('http://127.0.0.1:1/');
    expect(line?.text).toBe('the agent did not take a call');
  });

  it('that is taken is not', async () => {
    const log = keepingLogger();
    let calls = 0;
    const url = await agent((_request, reply) => {
      calls += 1;
      return reply.code(202).send();
    });
    const session = new HttpSession({ url, client, post: () => undefined, log });
    session.call(update);
    session.call(update);
    while (calls < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    session.stop();
    expect(log.lines).toEqual([]);
  });
});

describe('a session that is stopped before the agent answers its subscription', () => {
  it('closes the stream that comes after all, and posts nothing', async () => {
    const close = jest.fn();
    const post = jest.fn();
    let answer: (stream: HttpStream) => void = () => undefined;
    const late = new Promise<HttpStream>((resolve) => {
      answer = resolve;
    });
    const slow = { stream: () => late } as unknown as HttpClient;
    const session = new HttpSession({ url: 'http://agent/', client: slow, post, log: keepingLogger() });
    session.subscribe({ type: 'SUBSCRIBE', ...ids });
    session.stop();
    answer({ status: 200, headers: {}, body: Readable.from([]), close });
    await new Promise((resolve) => setImmediate(resolve));
    expect(close).toHaveBeenCalledTimes(1);
    expect(post).not.toHaveBeenCalled();
  });
});
