import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server } from 'node:net';
import { decode, encode } from 'dns-packet';
import { systemClock, VirtualClock } from '../../../cluster/runtime/clock';
import { ResolverForwarding, type ResolverForwardingOptions } from '../../../dns/edge/forward';
import { type Request, readRequest } from '../../../dns/packet/request';
import { FrameDecoder, frame } from '../../../dns/packet/tcp-framing';
import { eventually } from '../builders';
import { query, seen } from '../queries';

const undo: (() => void)[] = [];
afterEach(() => {
  for (const stop of undo.splice(0)) stop();
});

interface FakeResolver {
  readonly host: string;
  readonly port: number;
  readonly ids: number[];
  readonly ports: number[];
}

/** Answers over both transports with what `reply` makes of a question. */
async function resolver(reply: (question: Buffer) => Buffer[]): Promise<FakeResolver> {
  const ids: number[] = [];
  const ports: number[] = [];
  const udp: Socket = createSocket('udp4');
  const tcp: Server = createServer((socket) => {
    const decoder = new FrameDecoder();
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      for (const question of decoder.feed(chunk))
        for (const bytes of reply(question)) socket.write(frame(bytes));
    });
  });
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const address = tcp.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve));
  udp.on('message', (question, from) => {
    ids.push(question.readUInt16BE(0));
    ports.push(from.port);
    for (const bytes of reply(question)) udp.send(bytes, from.port, from.address);
  });
  undo.push(
    () => udp.close(),
    () => tcp.close(),
  );
  return { host: '127.0.0.1', port, ids, ports };
}

function answerOf(question: Buffer, data = '192.0.2.1', count = 1): Buffer {
  const { id, questions } = decode(question);
  const name = questions[0]?.name ?? '';
  const answers = Array.from({ length: count }, () => ({ name, type: 'A', class: 'IN', ttl: 5, data }));
  return encode({ type: 'response', id, flags: 0x0180, questions, answers });
}

function requestOf(bytes: Buffer): Request {
  const reading = readRequest(bytes);
  if (reading.kind !== 'request') throw new Error(reading.kind);
  return reading.request;
}

const REQUEST = requestOf(query('example.com', 'A', { id: 5 }));

function forwarding(
  resolvers: readonly { host: string; port: number }[],
  clock = systemClock(),
  timeoutMs = 5000,
  overrides: Partial<ResolverForwardingOptions> = {},
) {
  const created = new ResolverForwarding({
    ...{ resolvers, zones: [], cacheEntries: 0, networks: ['127.0.0.0/8'], timeoutMs, clock },
    ...overrides,
  });
  undo.push(() => void created.stop());
  return created;
}

test.each(['udp', 'tcp'] as const)(
  '%s: the reply comes back under the id of the client',
  async (transport) => {
    const upstream = await resolver((question) => [answerOf(question)]);
    const reply = await forwarding([upstream]).forward(REQUEST, transport);
    expect(reply && seen(reply)).toMatchObject({ id: 5, answers: ['example.com A 192.0.2.1'], ra: true });
  },
);

test('ids and ports are different each time', async () => {
  const upstream = await resolver((question) => [answerOf(question)]);
  const tested = forwarding([upstream]);
  await Promise.all(Array.from({ length: 20 }, () => tested.forward(REQUEST, 'udp')));
  expect(new Set(upstream.ids).size).toBeGreaterThan(15);
  expect(new Set(upstream.ports).size).toBeGreaterThan(15);
});

test('replies that do not match are not taken, the right one after them is', async () => {
  const upstream = await resolver((question) => {
    const forged = answerOf(question, '6.6.6.6');
    forged.writeUInt16BE(forged.readUInt16BE(0) ^ 1, 0);
    const other = answerOf(query('example.org', 'A', { id: question.readUInt16BE(0) }), '6.6.6.6');
    return [forged, other, Buffer.alloc(3), answerOf(question)];
  });
  const reply = await forwarding([upstream]).forward(REQUEST, 'udp');
  expect(reply && seen(reply).answers).toEqual(['example.com A 192.0.2.1']);
});

test('a reply longer than the client takes is cut to its first answers, with TC', async () => {
  const upstream = await resolver((question) => [answerOf(question, '192.0.2.1', 100)]);
  const tested = forwarding([upstream]);
  const cut = await tested.forward(REQUEST, 'udp');
  expect(cut?.length).toBeLessThanOrEqual(512);
  expect(cut && [seen(cut).tc, seen(cut).answers.length]).toEqual([true, 17]);
  const whole = await tested.forward(REQUEST, 'tcp');
  expect(whole && seen(whole).answers).toHaveLength(100);
});

test.each(['udp', 'tcp'] as const)(
  '%s: the next resolver is asked when the first refuses',
  async (transport) => {
    const gone = await resolver(() => []);
    for (const stop of undo.splice(0)) stop();
    const upstream = await resolver((question) => [answerOf(question)]);
    const reply = await forwarding([gone, upstream]).forward(REQUEST, transport);
    expect(reply && seen(reply).answers).toHaveLength(1);
  },
);

test.each(['udp', 'tcp'] as const)(
  '%s: a silent resolver is given up after the time limit',
  async (transport) => {
    const silent = await resolver(() => []);
    const clock = new VirtualClock();
    const reply = forwarding([silent], clock, 3000).forward(REQUEST, transport);
    await eventually(
      () => clock.next() ?? 0,
      (next) => next === 3000,
    );
    clock.advance(3000);
    expect(await reply).toBeUndefined();
  },
);

test.each(['udp', 'tcp'] as const)(
  '%s: a resolver that did not answer is not waited for again, until it answers',
  async (transport) => {
    let speaks = false;
    const first = await resolver((question) => (speaks ? [answerOf(question, '192.0.2.8')] : []));
    const second = await resolver((question) => [answerOf(question)]);
    const clock = new VirtualClock(1);
    const tested = forwarding([first, second], clock, 3000);
    const ask = async (): Promise<string | undefined> => {
      const reply = await tested.forward(REQUEST, transport);
      return reply && seen(reply).answers[0];
    };
    const slow = ask();
    await eventually(
      () => clock.next() ?? 0,
      (next) => next === 3001,
    );
    clock.advance(3000);
    expect(await slow).toBe('example.com A 192.0.2.1');
    // No time passes on the clock: the silent one would be waited for without end.
    expect(await ask()).toBe('example.com A 192.0.2.1');
    speaks = true;
    expect(await ask()).toBe('example.com A 192.0.2.1');
    clock.advance(30_000);
    expect(await ask()).toBe('example.com A 192.0.2.8');
    expect(await ask()).toBe('example.com A 192.0.2.8');
  },
);

test('stop gives up what is on its way', async () => {
  const silent = await resolver(() => []);
  const tested = forwarding([silent], new VirtualClock());
  const reply = tested.forward(REQUEST, 'udp');
  await tested.stop();
  expect(await reply).toBeUndefined();
  expect(await tested.forward(REQUEST, 'udp')).toBeUndefined();
});

test('a zone has resolvers of its own', async () => {
  const [corp, rest] = [
    await resolver((q) => [answerOf(q, '192.0.2.7')]),
    await resolver((q) => [answerOf(q)]),
  ];
  const tested = forwarding([rest], systemClock(), 5000, {
    zones: [{ zone: 'corp.example', resolvers: [corp] }],
  });
  const answers = async (name: string) => {
    const reply = await tested.forward(requestOf(query(name, 'A')), 'udp');
    return reply && seen(reply).answers;
  };
  expect(await answers('a.CORP.example')).toEqual(['a.CORP.example A 192.0.2.7']);
  expect(await answers('xcorp.example')).toEqual(['xcorp.example A 192.0.2.1']);
});

test('a reply that was cut over UDP is asked for again over TCP', async () => {
  let questions = 0;
  const upstream = await resolver((question) => {
    const reply = answerOf(question, '192.0.2.1', questions++ === 0 ? 1 : 20);
    if (questions === 1) reply.writeUInt8((reply[2] ?? 0) | 2, 2);
    return [reply];
  });
  const reply = await forwarding([upstream]).forward(
    requestOf(query('a.example', 'A', { payloadBytes: 4096 })),
    'udp',
  );
  expect(reply && [seen(reply).tc, seen(reply).answers.length]).toEqual([false, 20]);
  questions = 0;
  const short = await forwarding([upstream]).forward(requestOf(query('a.example', 'A')), 'udp');
  // What does not fit the client stays cut: it may come over TCP itself.
  expect(short && [seen(short).tc, seen(short).answers.length]).toEqual([true, 19]);
});

test('replies are kept for their TTL, in the spelling of each client, and not beyond the limit', async () => {
  let questions = 0;
  const upstream = await resolver((question) => {
    questions++;
    return [answerOf(question)];
  });
  const clock = new VirtualClock(1000);
  const tested = forwarding([upstream], clock, 5000, { cacheEntries: 2 });
  const ask = async (name: string, id = 5) => {
    const reply = await tested.forward(requestOf(query(name, 'A', { id })), 'udp');
    return reply && decode(reply);
  };
  expect((await ask('a.example'))?.answers[0]).toMatchObject({ ttl: 5 });
  clock.advance(3000);
  const again = await ask('A.Example', 9);
  expect([again?.id, again?.questions[0]?.name, again?.answers[0]?.ttl, questions]).toEqual([
    9,
    'A.Example',
    2,
    1,
  ]);
  clock.advance(2000);
  await ask('a.example');
  expect(questions).toBe(2);
  for (const name of ['b.example', 'c.example', 'd.example']) await ask(name);
  expect(tested.cached()).toBe(2);
});

test('replies to questions with options of their own are not kept', async () => {
  const upstream = await resolver((question) => [answerOf(question)]);
  const tested = forwarding([upstream], new VirtualClock(1000), 5000, { cacheEntries: 10 });
  const cookie = query('example.com', 'A', { payloadBytes: 1232, cookie: Buffer.alloc(8, 1) });
  await tested.forward(requestOf(cookie), 'udp');
  expect(tested.cached()).toBe(0);
  await tested.forward(requestOf(query('example.com', 'A', { payloadBytes: 1232 })), 'udp');
  expect(tested.cached()).toBe(1);
  await tested.forward(requestOf(cookie), 'udp');
  expect(upstream.ids).toHaveLength(3);
});
