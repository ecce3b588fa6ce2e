import { SseDecoder } from '../../../../cluster/runtime/streams/sse';
import { RestWorld } from '../rest-world';

async function reading(
  rest: RestWorld,
  path: string,
): Promise<{ next: () => Promise<string>; end: () => void }> {
  const controller = new AbortController();
  const { body } = await fetch(rest.url + path, { signal: controller.signal });
  const reader = body?.getReader();
  const decoder = new SseDecoder();
  const waiting: string[] = [];
  const next = async (): Promise<string> => {
    while (waiting.length === 0) {
      const chunk = await reader?.read();
      if (chunk?.value === undefined) return 'the end';
      for (const { event, data } of decoder.feed(chunk.value)) waiting.push(`${event} ${data}`);
    }
    return waiting.shift() ?? '';
  };
  return { next, end: () => controller.abort() };
}

let rest: RestWorld;

beforeEach(async () => {
  rest = await RestWorld.open();
});

afterEach(() => rest.close());

test('changes come as rows of the summary, deletions by name, and notices', async () => {
  const stream = await reading(rest, '/v1/scheduler/events');
  rest.world.put('a', { schedule: 'R/2027-01-01T00:00:00Z/P1D' });
  rest.changes.publish(['a', 'gone']);
  expect(await stream.next()).toMatch(/^job \{"name":"a","status":"fresh","state":"idle"/);
  expect(await stream.next()).toBe('deleted {"name":"gone"}');
  rest.changes.tell({ notice: 'failed', jobName: 'a', reason: 'TASK_FAILED' });
  expect(await stream.next()).toBe('notice {"name":"a","notice":"failed","reason":"TASK_FAILED"}');
  stream.end();
});

test('a stream of some jobs has no others', async () => {
  const stream = await reading(rest, '/scheduler/events?name=b&name=c');
  rest.changes.publish(['a', 'b']);
  expect(await stream.next()).toBe('deleted {"name":"b"}');
  stream.end();
});

test('a reader that leaves is forgotten, and streams end with the server', async () => {
  const stream = await reading(rest, '/v1/scheduler/events');
  const other = await reading(rest, '/v1/scheduler/events');
  expect(rest.changes.size).toBe(2);
  stream.end();
  while (rest.changes.size > 1) await new Promise((resolve) => setTimeout(resolve, 5));
  rest.changes.stop();
  expect(await other.next()).toBe('the end');
  expect(rest.changes.size).toBe(0);
});

test('a reader that does not read is cut off', async () => {
  const stream = await reading(rest, '/v1/scheduler/events');
  const notice = { notice: 'failed', jobName: 'a', reason: 'x'.repeat(100_000) };
  for (let turn = 0; turn < 200 && rest.changes.size > 0; turn++) rest.changes.tell(notice);
  expect(rest.changes.size).toBe(0);
  stream.end();
});
