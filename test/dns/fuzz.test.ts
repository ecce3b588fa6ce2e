import { nextInteger, type Random, randomFrom } from '../../cluster/model/random';
import { isReplyTo, replyForClient } from '../../dns/packet/relay';
import { readRequest } from '../../dns/packet/request';
import { FrameDecoder, frame } from '../../dns/packet/tcp-framing';
import { cacheLifetime } from '../../dns/packet/ttl';
import { Answering } from './answering';
import { type QueryOptions, query, seen } from './queries';

/** How many messages; `DNS_FUZZ=10000000` for a long run. `DNS_FUZZ_SEED` repeats one that failed. */
const COUNT = Number(process.env['DNS_FUZZ'] ?? 20_000);
const SEED = Number(process.env['DNS_FUZZ_SEED'] ?? 4711);

jest.setTimeout(60 * 60_000);

const NAMES = [
  'big.marathon.mesos',
  '_big._tcp.marathon.mesos',
  'no.mesos',
  'mesos',
  'leader.*.mesos',
  'example.com',
  '_two._tcp.marathon.mesos',
];
const TYPES = ['A', 'AAAA', 'SRV', 'SOA', 'NS', 'ANY', 'TXT', 'AXFR'];
const sized = (payloadBytes: number | undefined): QueryOptions => (payloadBytes ? { payloadBytes } : {});
const SAMPLES = NAMES.flatMap((name) =>
  TYPES.flatMap((type) => [undefined, 300, 700, 4096].map((size) => query(name, type, sized(size)))),
);

/** Octets out of nothing, or a good question with some octets changed, cut, doubled or filled up. */
function message(random: Random): Buffer {
  const draw = (below: number): number => nextInteger(random, below);
  if (draw(10) === 0) return Buffer.from(Array.from({ length: draw(80) }, () => draw(256)));
  const bytes = Buffer.from(SAMPLES[draw(SAMPLES.length)] ?? []);
  for (let change = draw(4); change > 0; change--)
    bytes[draw(bytes.length)] = draw(3) === 0 ? 0xc0 | draw(64) : draw(256);
  switch (draw(8)) {
    case 0:
      return bytes.subarray(0, draw(bytes.length + 1));
    case 1:
      return Buffer.concat([bytes, bytes.subarray(draw(bytes.length))]);
    case 2:
      return Buffer.concat([bytes, Buffer.alloc(draw(600), draw(256))]);
    default:
      return bytes;
  }
}

/** What the client takes over UDP: 512 octets, or what its EDNS says, and not more than we send. */
function takes(bytes: Buffer, lenient: boolean): number {
  const reading = readRequest(bytes, lenient);
  const edns = reading.kind === 'request' ? reading.request.edns : undefined;
  return edns ? Math.max(512, Math.min(edns.payloadBytes, 1232)) : 512;
}

/** What must hold for any message and its reply. Undefined when it does. */
function wrong(bytes: Buffer, reply: Buffer, lenient: boolean, trusted: boolean): string | undefined {
  if (reply.length < 12) return 'a reply without a header';
  if (reply.readUInt16BE(0) !== bytes.readUInt16BE(0)) return 'another id';
  if (((reply[2] ?? 0) & 0x80) === 0) return 'no reply';
  if (reply.length > takes(bytes, lenient)) return 'longer than the client takes';
  if (!trusted && reply.length > bytes.length * 3) return 'longer than three times the question';
  return undefined;
}

test.each(['mesos-dns', 'standard'] as const)('--compat %s: no message does harm', async (compat) => {
  const random = randomFrom(SEED);
  const answering = new Answering({ compat });
  let replies = 0;
  for (let turn = 0; turn < COUNT / 2; turn++) {
    const bytes = message(random);
    const trusted = turn % 2 === 0;
    const reply = answering.responder.respond(bytes, {
      address: trusted ? '127.0.0.1' : '198.51.100.7',
      transport: 'udp',
    });
    if (!Buffer.isBuffer(reply)) continue;
    replies++;
    const problem = wrong(bytes, reply, compat === 'mesos-dns', trusted);
    if (problem !== undefined)
      throw new Error(`${problem}: ${bytes.toString('hex')} (turn ${turn}, seed ${SEED})`);
    // The other library is slow, so it looks at some.
    if (turn % 50 === 0 && reply.length > 12 && compat === 'standard') readable(reply, bytes);
  }
  expect(replies).toBeGreaterThan(COUNT / 5);
  expect((await answering.send(query('leader.mesos', 'A')))?.readUInt16BE(6)).toBe(1);
});

function readable(reply: Buffer, bytes: Buffer): void {
  try {
    seen(reply);
  } catch (error) {
    throw new Error(`a reply that cannot be read: ${String(error)} for ${bytes.toString('hex')}`);
  }
}

test('no octets of a resolver or of a connection do harm', () => {
  const random = randomFrom(SEED + 1);
  const reading = readRequest(query('example.com', 'A'));
  if (reading.kind !== 'request') throw new Error(reading.kind);
  const decoder = new FrameDecoder();
  for (let turn = 0; turn < COUNT / 10; turn++) {
    const bytes = message(random);
    if (bytes.length < 12) continue;
    bytes[2] = (bytes[2] ?? 0) | 0x80;
    isReplyTo(bytes, reading.request, bytes.readUInt16BE(0));
    if (bytes.length >= reading.request.end) cacheLifetime(bytes, reading.request.end);
    expect(replyForClient(bytes, reading.request, 512).length).toBeLessThanOrEqual(
      Math.max(512, reading.request.end),
    );
    if (turn % 100 === 0) expect(decoder.feed(frame(bytes))).toHaveLength(1);
  }
});
