/**
 * What the master keeps for readers who do not read: never more than the limit of a stream, however much happens, and
 * nothing once they are cut off. Bytes are counted, not memory guessed.
 */

import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { RecordDecoder } from '../../../../cluster/runtime/streams/recordio';
import { MasterAtWork } from './http/running';

const MIB = 1024 * 1024;
/** More than any limit lets through. */
const ROUNDS_MAX = 2000;
const work = new MasterAtWork();
const undo: (() => void)[] = [];

beforeAll(() => work.start());
afterAll(async () => {
  for (const stop of undo) stop();
  await work.end();
});

const UNREAD = 'master/event_streams/operators/unread_bytes';
const UNREAD_BY_SCHEDULERS = 'master/event_streams/schedulers/unread_bytes';

async function metric(name: string): Promise<number> {
  const all = JSON.parse((await work.ask('/metrics/snapshot')).text) as Record<string, number>;
  return all[name] ?? Number.NaN;
}

/** Asks for a stream and reads nothing of it after the headers. */
async function deafFollower(path: string, call: object): Promise<Socket> {
  const { port, hostname } = new URL(work.url);
  const socket = connect({ host: hostname, port: Number(port) });
  undo.push(() => socket.destroy());
  socket.on('error', () => undefined);
  const body = JSON.stringify(call);
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${hostname}`,
    'Content-Type: application/json',
    'Accept: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    '',
  ];
  socket.write(head.join('\r\n') + body);
  await new Promise((resolve) => socket.once('readable', resolve));
  return socket;
}

interface Follower {
  readonly events: string[];
  readonly streamId: string;
  readonly bytes: () => number;
}

/** Reads everything at once and keeps what `what` makes of each event. */
async function follower(path: string, call: object, what: (event: Event) => string): Promise<Follower> {
  const stream = await work.client.stream({
    url: work.url + path,
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(call),
  });
  undo.push(() => stream.close());
  const [decoder, events] = [new RecordDecoder(), [] as string[]];
  let bytes = 0;
  stream.body.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    for (const record of decoder.feed(chunk)) events.push(what(JSON.parse(record.toString()) as Event));
  });
  const streamId = String(stream.headers['mesos-stream-id'] ?? '');
  return { events, streamId, bytes: () => bytes };
}

interface Event {
  readonly type: string;
  readonly subscribed?: { readonly framework_id?: { readonly value: string } };
  readonly update?: { readonly status: { readonly task_id: { readonly value: string } } };
  readonly framework_updated?: {
    readonly framework: { readonly framework_info: { readonly hostname?: string } };
  };
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await pause(5);
  }
}

const scheduler = (framework: string, streamId: string, call: object): Promise<{ status: number }> =>
  work.client.request({
    url: `${work.url}/api/v1/scheduler`,
    method: 'POST',
    headers: { 'content-type': 'application/json', 'mesos-stream-id': streamId },
    body: JSON.stringify({ framework_id: { value: framework }, ...call }),
  });

/** A framework that reads its events, and its id. */
async function framework(name: string): Promise<{ reader: Follower; id: string }> {
  let id = '';
  const subscribe = { framework_info: { user: 'u', name } };
  const reader = await follower('/api/v1/scheduler', { type: 'SUBSCRIBE', subscribe }, (event) => {
    id ||= event.subscribed?.framework_id?.value ?? '';
    return event.update?.status.task_id.value ?? event.type;
  });
  await until('the subscription', () => id !== '');
  return { reader, id };
}

test('an operator that does not read is cut off at the limit, and the others miss nothing', async () => {
  const limit = 16 * MIB;
  const padding = 'x'.repeat(100_000);
  const rounds = 600;
  const { reader, id } = await framework('changing');
  const readers = await Promise.all(
    [1, 2].map(() =>
      follower(
        '/api/v1',
        { type: 'SUBSCRIBE' },
        (event) => event.framework_updated?.framework.framework_info.hostname ?? event.type,
      ),
    ),
  );
  await deafFollower('/api/v1', { type: 'SUBSCRIBE' });
  let most = 0;
  for (let round = 0; round < rounds; round++) {
    const labels = { labels: [{ key: 'padding', value: padding }] };
    const framework_info = { user: 'u', name: 'changing', id: { value: id }, hostname: `h${round}`, labels };
    const update_framework = { framework_info };
    const { status } = await scheduler(id, reader.streamId, { type: 'UPDATE_FRAMEWORK', update_framework });
    expect(status).toBe(200);
    if (round % 10 === 0) most = Math.max(most, await metric(UNREAD));
  }
  expect(rounds * padding.length).toBeGreaterThan(3 * limit);
  expect(most).toBeGreaterThan(MIB);
  // One event more than the limit for the deaf one, and what is on its way to the others.
  expect(most).toBeLessThan(limit + 8 * padding.length);
  const expected = Array.from({ length: rounds }, (_, round) => `h${round}`);
  for (const { events } of readers) {
    await until('all events', () => events.includes(`h${rounds - 1}`));
    expect(events.filter((event) => event.startsWith('h'))).toEqual(expected);
  }
  await until('nothing unread', async () => (await metric(UNREAD)) === 0);
});

test('a scheduler that does not read is cut off at the limit, and the others get their events at once', async () => {
  const limit = 64 * MIB;
  const { reader, id } = await framework('quick');
  const subscribe = { framework_info: { user: 'u', name: 'deaf' } };
  const deaf = await deafFollower('/api/v1/scheduler', { type: 'SUBSCRIBE', subscribe });
  const head = String(deaf.read() ?? '');
  const streamId = /mesos-stream-id: (\S+)/i.exec(head)?.[1] ?? '';
  const { frameworks } = JSON.parse((await work.ask('/frameworks')).text) as {
    frameworks: { id: string; name: string }[];
  };
  const deafId = frameworks.find(({ name }) => name === 'deaf')?.id ?? '';
  const reconcile = (names: readonly string[]): object => ({
    type: 'RECONCILE',
    reconcile: { tasks: names.map((value) => ({ task_id: { value } })) },
  });
  const batch = Array.from({ length: 500 }, (_, index) => `${index}-${'y'.repeat(240)}`);
  let [most, rounds, cpuAtCut] = [0, 0, 0];
  for (; rounds < ROUNDS_MAX; rounds++) {
    cpuAtCut = process.cpuUsage().user;
    const answer = await scheduler(deafId, streamId, reconcile(batch));
    if (answer.status !== 202) break;
    await scheduler(id, reader.streamId, reconcile([`quick-${rounds}`]));
    if (rounds % 8 === 0) most = Math.max(most, await metric(UNREAD_BY_SCHEDULERS));
  }
  // The stream was ended, so that its id is not known any more.
  expect(rounds).toBeLessThan(ROUNDS_MAX);
  expect(most).toBeGreaterThan(limit / 2);
  expect(most).toBeLessThan(limit + MIB);
  await until('nothing unread', async () => (await metric(UNREAD_BY_SCHEDULERS)) === 0);
  // The end of the 150,000 events that wait does not stop the master for long.
  expect(process.cpuUsage().user - cpuAtCut).toBeLessThan(1e6);
  await until('all updates', () => reader.events.includes(`quick-${rounds - 1}`));
  const quick = reader.events.filter((event) => event.startsWith('quick-'));
  expect(quick).toEqual(Array.from({ length: rounds }, (_, round) => `quick-${round}`));
  const after = JSON.parse((await work.ask('/frameworks')).text) as
    | typeof frameworks
    | { frameworks: unknown };
  expect(JSON.stringify(after)).not.toContain('"name":"deaf","connected":true');
});
