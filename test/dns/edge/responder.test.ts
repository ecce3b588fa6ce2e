import fc from 'fast-check';
import { VirtualClock } from '../../../cluster/runtime/clock';
import { silentLogger } from '../../../cluster/runtime/log';
import { Metrics } from '../../../cluster/runtime/metrics';
import { taskHash } from '../../../dns/core/names/task-hash';
import type { Compat, ZoneChange } from '../../../dns/core/zone/zone';
import { ClientLimits } from '../../../dns/edge/client-limits';
import { noForwarding } from '../../../dns/edge/forward';
import { type Forwarding, Responder, type Transport } from '../../../dns/edge/responder';
import { runningAt, stateWith, zoneOf } from '../builders';
import { type QueryOptions, query, type Seen, seen } from '../queries';

const big = Array.from({ length: 100 }, (_, index) => ({
  name: 'big',
  statuses: [runningAt(`10.1.0.${index}`)],
  resources: { ports: `[${31_000 + index}-${31_000 + index}]` },
}));
const STATE = stateWith({ name: 'web', statuses: [runningAt('10.9.0.1'), runningAt('fd00::1', 2)] }, ...big);

interface ResponderOverrides {
  readonly changes?: readonly ZoneChange[];
  readonly forwarding?: Forwarding;
  readonly compat?: Compat;
  readonly why?: (name: string) => Promise<readonly string[]>;
  readonly perSecond?: number;
}

/** By the standards unless told otherwise; conformance.test.ts has the points where the original differs. */
function responder(options: ResponderOverrides = {}): Responder {
  const compat = options.compat ?? 'standard';
  const clientLimits = new ClientLimits({
    trusted: ['127.0.0.0/8'],
    perSecond: options.perSecond ?? 0,
    secret: Buffer.alloc(32),
    clock: new VirtualClock(1_000_000),
  });
  const created = new Responder({
    ...{ domain: 'mesos', compat, payloadBytes: 1232, recursion: false, setsTruncateBit: true, seed: 1 },
    ...{ clientLimits, log: silentLogger, expired: () => false, why: options.why },
    forwarding: options.forwarding ?? noForwarding,
    metrics: new Metrics(),
  });
  for (const change of options.changes ?? zoneOf(STATE, { compat }).changes) created.apply(change);
  return created;
}

async function reply(
  to: Responder,
  bytes: Buffer,
  transport: Transport = 'udp',
): Promise<Buffer | undefined> {
  return await to.respond(bytes, { address: '127.0.0.1', transport });
}

async function ask(
  to: Responder,
  name: string,
  type: string,
  options: QueryOptions = {},
  transport: Transport = 'udp',
): Promise<Seen> {
  const bytes = await reply(to, query(name, type, options), transport);
  if (!bytes) throw new Error('no reply');
  return seen(bytes);
}

const SOA = 'mesos SOA ns1.mesos root.ns1.mesos 1 60 600 86400 60';

test('an address, in the spelling and with the flags it was asked with', async () => {
  expect(await ask(responder(), 'LEADER.mesos', 'A', { id: 1234 })).toEqual({
    ...{ id: 1234, rcode: 'NOERROR', aa: true, tc: false, rd: true, ra: false, opt: undefined },
    ...{ question: 'LEADER.mesos A', answers: ['LEADER.mesos A 10.0.0.1'], authority: [], additional: [] },
  });
  expect((await ask(responder(), 'leader.mesos', 'A', { flags: 0 })).rd).toBe(false);
});

test('services come with the addresses of their targets', async () => {
  const answer = await ask(responder(), '_web._tcp.marathon.mesos', 'SRV');
  const target = `web-${taskHash('t0')}-s0.marathon.slave.mesos`;
  expect(answer.answers).toEqual([`_web._tcp.marathon.mesos SRV 0 1 31000 ${target}`]);
  expect(answer.additional).toEqual([`${target} A 10.0.0.2`]);
});

test.each([
  ['NXDOMAIN', 'no.mesos', 'A', 'NXDOMAIN'],
  ['NXDOMAIN below a name', 'x.leader.mesos', 'A', 'NXDOMAIN'],
  ['NODATA', 'leader.mesos', 'AAAA', 'NOERROR'],
  ['NODATA for an unknown type', 'leader.mesos', 'HINFO', 'NOERROR'],
  ['NODATA for a name between', '_tcp.mesos', 'SRV', 'NOERROR'],
])('%s comes with the SOA of the domain', async (_name, name, type, rcode) => {
  expect(await ask(responder(), name, type)).toMatchObject({
    rcode,
    aa: true,
    answers: [],
    authority: [SOA],
  });
});

test.each([
  ['SOA', [SOA], []],
  ['NS', ['mesos NS ns1.mesos'], ['ns1.mesos A 127.0.0.1']],
  ['ANY', [SOA, 'mesos NS ns1.mesos'], ['ns1.mesos A 127.0.0.1']],
])('the domain itself: %s', async (type, answers, additional) => {
  const answer = await ask(responder(), 'mesos', type);
  expect([...answer.answers].sort()).toEqual([...answers].sort());
  expect(answer.additional).toEqual(additional);
});

describe('limits', () => {
  test.each([
    ['without EDNS', {}, 512],
    ['with EDNS', { payloadBytes: 1000 }, 1000],
    ['with a small EDNS size', { payloadBytes: 10 }, 512],
    ['with more EDNS than we send', { payloadBytes: 4096 }, 1232],
  ])('UDP %s', async (_name, options, limit) => {
    const to = responder();
    for (const [name, type] of [
      ['big.marathon.mesos', 'A'],
      ['_big._tcp.marathon.mesos', 'SRV'],
    ] as const) {
      const bytes = await reply(to, query(name, type, options));
      if (!bytes) throw new Error('no reply');
      const decoded = seen(bytes);
      expect(bytes.length).toBeLessThanOrEqual(limit);
      expect(decoded.tc).toBe(true);
      expect(decoded.answers.length).toBeGreaterThan(5);
      expect(decoded.additional).toEqual([]);
      expect(decoded.opt?.payloadBytes).toBe('payloadBytes' in options ? 1232 : undefined);
    }
  });

  test('TCP gives all, and every target has its address', async () => {
    const decoded = await ask(responder(), '_big._tcp.marathon.mesos', 'SRV', {}, 'tcp');
    expect([decoded.tc, decoded.answers.length]).toEqual([false, 100]);
    expect(decoded.additional).toHaveLength(100);
    for (const answer of decoded.answers) {
      expect(decoded.additional.some((text) => text.startsWith(`${answer.split(' ').at(-1)} A `))).toBe(true);
    }
  });

  test('additional records that do not fit are left out without TC', async () => {
    const many = Array.from({ length: 60 }, (_, i) => runningAt(`10.2.0.${i}`)).map((status) => status);
    const network_infos = [{ ip_addresses: many.map((_, i) => ({ ip_address: `10.2.0.${i}` })) }];
    const statuses = [{ state: 'TASK_RUNNING', timestamp: 1, container_status: { network_infos } }];
    const discovery = { name: 'db', ports: { ports: [{ number: 1, protocol: 'tcp' }] } };
    const decoded = await ask(
      responder({ changes: zoneOf(stateWith({ statuses, discovery }), { compat: 'standard' }).changes }),
      '_db._tcp.marathon.mesos',
      'SRV',
    );
    expect([decoded.tc, decoded.answers.length]).toEqual([false, 1]);
    expect(decoded.additional.length).toBeGreaterThan(10);
    expect(decoded.additional.length).toBeLessThan(60);
  });

  test('messages beyond 16 KB are right too, where pointers end', async () => {
    const tasks = Array.from({ length: 900 }, (_, index) => ({
      name: 'huge',
      resources: { ports: `[${20_000 + index}-${20_000 + index}]` },
    }));
    const to = responder({ changes: zoneOf(stateWith(...tasks), { compat: 'standard' }).changes });
    const bytes = await reply(to, query('_huge._tcp.marathon.mesos', 'SRV'), 'tcp');
    if (!bytes) throw new Error('no reply');
    expect(bytes.length).toBeGreaterThan(40_000);
    expect(bytes.length).toBeLessThanOrEqual(65_535);
    const decoded = seen(bytes);
    const targets = new Set(decoded.answers.map((text) => text.split(' ').at(-1)));
    expect(decoded.answers).toHaveLength(900);
    expect(
      decoded.additional.every((text) => targets.has(text.split(' ')[0]) && text.endsWith(' A 10.0.0.2')),
    ).toBe(true);
  });
});

test('the order of the answers changes', async () => {
  const to = responder();
  const firsts = new Set<string | undefined>();
  for (let turn = 0; turn < 100; turn++) firsts.add((await ask(to, 'big.marathon.mesos', 'A')).answers[0]);
  expect(firsts.size).toBeGreaterThan(20);
});

test('EDNS is echoed on all kinds of replies, with the DO bit', async () => {
  const opt = { payloadBytes: 1232, dnssecOk: true };
  for (const name of ['leader.mesos', 'no.mesos', 'example.com']) {
    expect((await ask(responder(), name, 'A', { payloadBytes: 4096, dnssecOk: true })).opt).toEqual(opt);
  }
});

test('an unknown EDNS version is BADVERS', async () => {
  const bytes = query('leader.mesos', 'A', { payloadBytes: 1232 });
  bytes[bytes.length - 5] = 1;
  const answer = await reply(responder(), bytes);
  expect(answer && [(answer[3] ?? 0) & 15, answer.readUInt16BE(6), answer[answer.length - 6]]).toEqual([
    0, 0, 1,
  ]);
});

test.each([
  ['another opcode', (bytes: Buffer) => bytes.writeUInt8(0x21, 2), 'NOTIMP'],
  ['another class', (bytes: Buffer) => bytes.writeUInt16BE(3, bytes.length - 2), 'REFUSED'],
  ['a zone transfer', (bytes: Buffer) => bytes.writeUInt16BE(252, bytes.length - 4), 'REFUSED'],
])('%s', async (_name, change, rcode) => {
  const bytes = query('leader.mesos', 'A');
  change(bytes);
  const answer = await reply(responder(), bytes);
  expect(answer && seen(answer).rcode).toBe(rcode);
});

test('before the first zone names of the domain are SERVFAIL, others are not concerned', async () => {
  const to = responder({ changes: [] });
  expect(await ask(to, 'leader.mesos', 'A')).toMatchObject({ rcode: 'SERVFAIL', aa: false });
  expect((await ask(to, 'example.com', 'A')).rcode).toBe('REFUSED');
  for (const change of zoneOf(STATE).changes) to.apply(change);
  expect((await ask(to, 'leader.mesos', 'A')).rcode).toBe('NOERROR');
});

test('a new zone replaces the old one at once', async () => {
  const to = responder();
  await ask(to, 'leader.mesos', 'A');
  for (const change of zoneOf({ leader: 'master@10.0.0.7:5050' }).changes) to.apply(change);
  expect((await ask(to, 'leader.mesos', 'A')).answers).toEqual(['leader.mesos A 10.0.0.7']);
  expect((await ask(to, 'web.marathon.mesos', 'A')).rcode).toBe('NXDOMAIN');
});

test('other names are passed on for those who may ask, and SERVFAIL when nobody answers', async () => {
  const forwarding = (allowed: boolean): Forwarding => ({
    available: true,
    allows: () => allowed,
    forward: async () => undefined,
  });
  expect((await ask(responder({ forwarding: forwarding(false) }), 'example.com', 'A')).rcode).toBe('REFUSED');
  const answer = await ask(responder({ forwarding: forwarding(true) }), 'example.com', 'A');
  expect(answer).toMatchObject({ rcode: 'SERVFAIL', ra: true, aa: false });
});

describe('whatever arrives', () => {
  const to = responder();
  const samples = [
    query('big.marathon.mesos', 'A', { payloadBytes: 4096 }),
    query('_big._tcp.marathon.mesos', 'SRV'),
    query('no.mesos', 'A'),
    query('mesos', 'ANY', { payloadBytes: 512 }),
  ];
  const check = async (bytes: Buffer): Promise<void> => {
    const answer = await reply(to, bytes);
    if (!answer) return;
    expect(answer.length).toBeLessThanOrEqual(1232);
    expect(answer.readUInt16BE(0)).toBe(bytes.readUInt16BE(0));
    expect((answer[2] ?? 0) & 0x80).toBe(0x80);
    if (answer.length > 12) seen(answer);
  };

  test('every beginning of good questions', async () => {
    for (const sample of samples) {
      for (let end = 0; end <= sample.length; end++) await check(sample.subarray(0, end));
    }
  });

  test('random octets, and good questions with a few octets changed', async () => {
    const change = fc.tuple(fc.nat(), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (bytes) => check(Buffer.from(bytes))),
      { numRuns: 2000 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...samples),
        fc.array(change, { maxLength: 4 }),
        async (sample, changes) => {
          const bytes = Buffer.from(sample);
          for (const [position, value] of changes) bytes[position % bytes.length] = value;
          const answer = await reply(to, bytes);
          if (answer) expect(answer.length).toBeLessThanOrEqual(1232);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
