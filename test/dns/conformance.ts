/**
 * Points of the DNS standards, each with what is asked and what must come back. `conformance.test.ts` runs them, and
 * `dns/CONFORMANCE.md` is made of them.
 *
 * `both`: holds in either mode. `standard`: holds with `--compat standard`; the default keeps the original's answer.
 */

import { Answering } from './answering';
import { type QueryOptions, query, type Seen, seen } from './queries';

export interface Point {
  readonly rfc: string;
  readonly says: string;
  readonly holds: 'both' | 'standard';
  check(answering: Answering): Promise<void>;
}

type Check = (answering: Answering) => Promise<void>;

async function ask(
  to: Answering,
  name: string,
  type = 'A',
  options: QueryOptions = {},
  transport: 'udp' | 'tcp' = 'udp',
) {
  return seen(await must(to, query(name, type, options), transport));
}

async function must(to: Answering, bytes: Buffer, transport: 'udp' | 'tcp' = 'udp'): Promise<Buffer> {
  const reply = await to.send(bytes, transport);
  if (!reply) throw new Error('no reply');
  return reply;
}

/** A question whose reply has these parts. */
function gives(name: string, type: string, expected: Partial<Seen>, options: QueryOptions = {}): Check {
  return async (to) => expect(await ask(to, name, type, options)).toMatchObject(expected);
}

function changed(name: string, change: (bytes: Buffer) => void, type = 'A'): Buffer {
  const bytes = query(name, type);
  change(bytes);
  return bytes;
}

const both = (rfc: string, says: string, check: Check): Point => ({ rfc, says, holds: 'both', check });
const standard = (rfc: string, says: string, check: Check): Point => ({
  rfc,
  says,
  holds: 'standard',
  check,
});
const SOA = 'mesos SOA ns1.mesos root.ns1.mesos 1 60 600 86400 60';

export const POINTS: readonly Point[] = [
  both(
    '1035, 4.1.1',
    'The id of the question comes back',
    gives('leader.mesos', 'A', { id: 4711 }, { id: 4711 }),
  ),
  both('1035, 4.1.1', 'QR is set, the opcode repeated, Z clear', async (to) => {
    const reply = await must(
      to,
      changed('leader.mesos', (bytes) => bytes.writeUInt16BE(0x0170, 2)),
    );
    expect([(reply[2] ?? 0) & 0xf8, (reply[3] ?? 0) & 0x60]).toEqual([0x80, 0]);
  }),
  both('1035, 4.1.1', 'AA is set for names of the zone, existing or not', async (to) => {
    for (const name of ['leader.mesos', 'no.mesos']) expect((await ask(to, name)).aa).toBe(true);
  }),
  both('1035, 4.1.1', 'AA is clear when nothing is known yet', async () => {
    const empty = new Answering({ changes: [] });
    expect(await ask(empty, 'leader.mesos')).toMatchObject({ rcode: 'SERVFAIL', aa: false });
  }),
  both('1035, 4.1.1', 'RD is copied', async (to) => {
    expect((await ask(to, 'leader.mesos', 'A', { flags: 0 })).rd).toBe(false);
    expect((await ask(to, 'leader.mesos', 'A', { flags: 0x0100 })).rd).toBe(true);
  }),
  both(
    '1035, 4.1.1',
    'Names that are not ours and not passed on are REFUSED',
    gives('example.com', 'A', { rcode: 'REFUSED', aa: false, ra: false }),
  ),
  both('1035, 4.1.1', 'Opcodes that are not served are NOTIMP', async (to) => {
    for (const opcode of [1, 2, 4, 5]) {
      const reply = await must(
        to,
        changed('leader.mesos', (bytes) => bytes.writeUInt8(opcode << 3, 2)),
      );
      expect((reply[3] ?? 0) & 15).toBe(4);
    }
  }),
  both(
    '1035, 4.1.2',
    'The question is repeated in its spelling',
    gives('LeAdEr.MeSoS', 'A', { question: 'LeAdEr.MeSoS A' }),
  ),
  both(
    '1035, 2.3.3',
    'Names are compared without regard to case',
    gives('LEADER.MESOS', 'A', { answers: ['LEADER.MESOS A 10.0.0.1'] }),
  ),
  both('1035, 4.1.4', 'Owners of answers are compressed', async (to) => {
    const message = query('big.marathon.mesos', 'A');
    expect((await must(to, message, 'tcp')).length).toBe(message.length + 100 * 16);
  }),
  both(
    '1035, 4.2.1',
    'A UDP reply has at most 512 octets without EDNS, and TC when it was cut',
    async (to) => {
      const reply = await must(to, query('big.marathon.mesos', 'A'));
      expect(reply.length).toBeLessThanOrEqual(512);
      expect(seen(reply).tc).toBe(true);
      expect(seen(reply).answers.length).toBeGreaterThan(0);
    },
  ),
  both('1035, 4.1.1', 'A message that is a reply gets none', async (to) => {
    expect(await to.send(changed('leader.mesos', (bytes) => bytes.writeUInt8(0x81, 2)))).toBeUndefined();
  }),
  both('1035, 4.1.1', 'What cannot be read is FORMERR', async (to) => {
    const bytes = query('leader.mesos', 'A');
    bytes[12] = 0x45;
    expect(((await must(to, bytes))[3] ?? 0) & 15).toBe(1);
  }),
  both('1035, 3.3.13', 'The SOA has the values of the settings', async (to) => {
    expect((await ask(to, 'no.mesos')).authority.join()).toContain(
      'ns1.mesos root.ns1.mesos 1 60 600 86400 60',
    );
  }),
  standard('1035, 3.7', 'SOA and NS of the domain stand in the answer section', async (to) => {
    expect((await ask(to, 'mesos', 'SOA')).answers).toEqual([SOA]);
    expect(await ask(to, 'mesos', 'NS')).toMatchObject({
      answers: ['mesos NS ns1.mesos'],
      additional: ['ns1.mesos A 127.0.0.1'],
    });
  }),
  standard('1035, 4.1.2', 'Classes other than IN and ANY are REFUSED', async (to) => {
    const reply = await must(
      to,
      changed('leader.mesos', (bytes) => bytes.writeUInt16BE(3, bytes.length - 2)),
    );
    expect(seen(reply).rcode).toBe('REFUSED');
  }),
  standard('5936, 2.2', 'A zone transfer that is not served is REFUSED', async (to) => {
    const reply = await must(
      to,
      changed('mesos', (bytes) => bytes.writeUInt16BE(252, bytes.length - 4)),
    );
    expect(seen(reply).rcode).toBe('REFUSED');
  }),
  standard('9619', 'Several questions in one message are FORMERR', async (to) => {
    const question = query('leader.mesos', 'A');
    const two = Buffer.concat([question, question.subarray(12)]);
    two.writeUInt16BE(2, 4);
    expect(((await must(to, two))[3] ?? 0) & 15).toBe(1);
  }),
  both('2308, 2.1', 'NXDOMAIN comes with a SOA in the authority section', async (to) => {
    const reply = await ask(to, 'no.mesos');
    expect([reply.rcode, reply.answers.length, reply.authority.length]).toEqual(['NXDOMAIN', 0, 1]);
    expect(reply.authority[0]).toContain('SOA');
  }),
  both('2308, 2.2', 'NODATA is NOERROR with a SOA in the authority section', async (to) => {
    const reply = await ask(to, 'leader.mesos', 'AAAA');
    expect([reply.rcode, reply.answers.length, reply.authority.length]).toEqual(['NOERROR', 0, 1]);
  }),
  standard(
    '2308, 3',
    'The SOA is owned by the zone',
    gives('a.b.no.mesos', 'A', { rcode: 'NXDOMAIN', authority: [SOA] }),
  ),
  standard('2308, 2.1', 'Missing names are NXDOMAIN for every type', async (to) => {
    for (const type of ['SRV', 'SOA', 'NS', 'MX', 'ANY'])
      expect((await ask(to, 'no.mesos', type)).rcode).toBe('NXDOMAIN');
  }),
  standard('8020, 2', 'The domain and names between exist: NODATA', async (to) => {
    for (const name of ['mesos', '_tcp.marathon.mesos', 'marathon.slave.mesos'])
      expect((await ask(to, name)).rcode).toBe('NOERROR');
  }),
  both('2782', 'SRV has priority, weight, port and target', async (to) => {
    expect((await ask(to, '_leader._tcp.mesos', 'SRV')).answers).toEqual([
      '_leader._tcp.mesos SRV 0 1 5050 leader.mesos',
    ]);
  }),
  both('2782', 'The target of SRV is not compressed', async (to) => {
    const reply = await must(to, query('_leader._tcp.mesos', 'SRV'));
    expect(reply.includes(Buffer.from('\x06leader\x05mesos\0', 'latin1'))).toBe(true);
  }),
  both(
    '2782',
    "The target's addresses stand in the additional section",
    gives('_leader._tcp.mesos', 'SRV', { additional: ['leader.mesos A 10.0.0.1'] }),
  ),
  standard('2181, 9', 'Additional records that are missing do not set TC', async (to) => {
    const reply = await ask(to, '_big._tcp.marathon.mesos', 'SRV', { payloadBytes: 512 }, 'tcp');
    expect(reply.tc).toBe(false);
  }),
  both(
    '3596',
    'AAAA records are served',
    gives('web6.marathon.mesos', 'AAAA', { answers: ['web6.marathon.mesos AAAA fd00::1'] }),
  ),
  both('3597, 3', 'Unknown types are NODATA for names that exist, NXDOMAIN for others', async (to) => {
    const unknown = (name: string): Buffer =>
      changed(name, (bytes) => bytes.writeUInt16BE(65_280, bytes.length - 4));
    expect((await must(to, unknown('leader.mesos')))[3]).toBe(0x80);
    expect((await must(to, unknown('no.mesos')))[3]).toBe(0x83);
  }),
  both('3597, 2', 'An unknown class does not end the server', async (to) => {
    await must(
      to,
      changed('leader.mesos', (bytes) => bytes.writeUInt16BE(65_280, bytes.length - 2)),
    );
    expect((await ask(to, 'leader.mesos')).rcode).toBe('NOERROR');
  }),
  both('6891, 6.1.1', 'A question with OPT gets a reply with OPT, errors too', async (to) => {
    for (const name of ['leader.mesos', 'no.mesos', 'example.com'])
      expect((await ask(to, name, 'A', { payloadBytes: 1400 })).opt).toEqual({
        payloadBytes: 1232,
        dnssecOk: false,
      });
  }),
  both('6891, 6.1.1', 'A question without OPT gets a reply without', async (to) => {
    expect((await ask(to, 'leader.mesos')).opt).toBeUndefined();
  }),
  both('6891, 6.2.3', 'The size in the question counts, up to our own', async (to) => {
    for (const [payloadBytes, most] of [
      [100, 512],
      [512, 512],
      [900, 900],
      [4096, 1232],
    ] as const) {
      const reply = await must(to, query('big.marathon.mesos', 'A', { payloadBytes }));
      expect(reply.length).toBeLessThanOrEqual(most);
      expect(reply.length).toBeGreaterThan(most - 40);
    }
  }),
  both('6891, 6.1.3', 'Another version is BADVERS', async (to) => {
    const bytes = query('leader.mesos', 'A', { payloadBytes: 1232 });
    bytes[bytes.length - 5] = 1;
    const reply = await must(to, bytes);
    expect([(reply[3] ?? 0) & 15, reply[reply.length - 6], reply[reply.length - 5]]).toEqual([0, 1, 0]);
  }),
  both(
    '6891, 6.1.4',
    'The DO bit is copied',
    gives(
      'leader.mesos',
      'A',
      { opt: { payloadBytes: 1232, dnssecOk: true } },
      { payloadBytes: 1232, dnssecOk: true },
    ),
  ),
  both('6891, 6.1.1', 'Two OPT records are FORMERR', async (to) => {
    const question = query('leader.mesos', 'A', { payloadBytes: 1232 });
    const two = Buffer.concat([question, question.subarray(-11)]);
    two.writeUInt16BE(2, 10);
    expect(((await must(to, two))[3] ?? 0) & 15).toBe(1);
  }),
  both('7766, 5', 'TCP gives whole what UDP cuts', async (to) => {
    const reply = await ask(to, 'big.marathon.mesos', 'A', {}, 'tcp');
    expect([reply.tc, reply.answers.length]).toEqual([false, 100]);
  }),
  both('7766, 6.2.1.1', 'Questions may follow each other on one connection without waiting', async (to) => {
    const replies = await Promise.all([1, 2, 3].map((id) => ask(to, 'leader.mesos', 'A', { id }, 'tcp')));
    expect(replies.map(({ id }) => id)).toEqual([1, 2, 3]);
  }),
  both('8482, 4', 'ANY is answered with what the name has', async (to) => {
    const reply = await ask(to, 'two.marathon.mesos', 'ANY');
    expect(reply.answers.length).toBe(3);
  }),
  both('8482, 4', 'ANY cannot be used to flood: to an address that may be forged it is cut', async (to) => {
    const question = query('big.marathon.mesos', 'ANY', { payloadBytes: 4096 });
    const reply = await to.send(question, 'udp', '198.51.100.7');
    expect(reply?.length).toBeLessThanOrEqual(question.length * 3);
    expect(reply && seen(reply).tc).toBe(true);
  }),
  both(
    '7873, 5.2',
    'A client cookie is answered with ours, and ours lifts the limit for its address',
    async (to) => {
      const first = await to.send(
        withCookie('big.marathon.mesos', Buffer.alloc(8, 9)),
        'udp',
        '198.51.100.7',
      );
      const cookie = first?.subarray(-24);
      if (!first || !cookie) throw new Error('no reply');
      expect([seen(first).tc, first.length < 300]).toEqual([true, true]);
      const again = await to.send(withCookie('big.marathon.mesos', cookie), 'udp', '198.51.100.7');
      expect(again?.length).toBeGreaterThan(1000);
      const other = await to.send(withCookie('big.marathon.mesos', cookie), 'udp', '198.51.100.8');
      expect(other?.length).toBeLessThan(300);
    },
  ),
  both('5358, 4', 'Names of others are resolved for allowed networks only', async () => {
    const forwarding = {
      available: true,
      allows: (address: string) => address === '127.0.0.1',
      forward: async () => undefined,
    };
    const open = new Answering({ forwarding });
    const reply = await open.send(query('example.com', 'A'), 'udp', '198.51.100.7');
    expect(reply && seen(reply).rcode).toBe('REFUSED');
  }),
];

function withCookie(name: string, cookie: Buffer): Buffer {
  const plain = query(name, 'A', { payloadBytes: 1232 });
  const option = Buffer.alloc(4);
  option.writeUInt16BE(10, 0);
  option.writeUInt16BE(cookie.length, 2);
  plain.writeUInt16BE(4 + cookie.length, plain.length - 2);
  return Buffer.concat([plain, option, cookie]);
}

/** The points as a page. */
export function conformancePage(): string {
  const rows = POINTS.map(
    ({ rfc, says, holds }) =>
      `| RFC ${rfc} | ${says} | ${holds === 'both' ? 'yes' : 'with `--compat standard`'} |`,
  );
  return [
    '# DNS: points of the standards',
    '',
    'Made from `test/dns/conformance.ts`, which has a test for each row; `REWRITE=1` refreshes this page. Where the original',
    "answers otherwise and clients may depend on that, the default keeps the original's answer; the README says why.",
    '',
    '| where | what | holds |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
