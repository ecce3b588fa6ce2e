import { Answering } from './answering';
import { runningAt, stateWith, zoneOf } from './builders';
import { type QueryOptions, query, type Seen, seen } from './queries';

/** Section by section what the original answers, as its behaviour is described. */
const answering = new Answering();
const soa = (owner: string): string => `${owner} SOA ns1.mesos root.ns1.mesos 1 60 600 86400 60`;

async function ask(name: string, type = 'A', options: QueryOptions = {}, to = answering): Promise<Seen> {
  const reply = await to.send(query(name, type, options));
  if (!reply) throw new Error('no reply');
  return seen(reply);
}

async function raw(bytes: Buffer): Promise<string | undefined> {
  return (await answering.send(bytes))?.toString('hex');
}

test.each<[string, string, string, string, number, string[], number]>([
  ['A', 'web.marathon.mesos', 'A', 'NOERROR', 1, [], 0],
  ['AAAA', 'web6.marathon.mesos', 'AAAA', 'NOERROR', 1, [], 0],
  ['AAAA of a name with A', 'web.marathon.mesos', 'AAAA', 'NOERROR', 0, [soa('web.marathon.mesos')], 0],
  ['SRV', '_web._tcp.marathon.mesos', 'SRV', 'NOERROR', 1, [], 1],
  ['SRV of a missing name', '_no._tcp.marathon.mesos', 'SRV', 'NOERROR', 0, [], 0],
  ['SRV of a name with A', 'web.marathon.mesos', 'SRV', 'NOERROR', 0, [], 0],
  [
    'A of a name with SRV',
    '_web._tcp.marathon.mesos',
    'A',
    'NOERROR',
    0,
    [soa('_web._tcp.marathon.mesos')],
    0,
  ],
  ['a missing name', 'no.mesos', 'A', 'NXDOMAIN', 0, [soa('no.mesos')], 0],
  ['an unknown type', 'leader.mesos', 'TXT', 'NOERROR', 0, [soa('leader.mesos')], 0],
  ['an unknown type of a missing name', 'no.mesos', 'MX', 'NXDOMAIN', 0, [soa('no.mesos')], 0],
  ['the domain', 'mesos', 'A', 'NXDOMAIN', 0, [soa('mesos')], 0],
  ['a name between', '_tcp.marathon.mesos', 'A', 'NXDOMAIN', 0, [soa('_tcp.marathon.mesos')], 0],
  ['SOA of the domain', 'mesos', 'SOA', 'NOERROR', 0, [soa('mesos')], 0],
  ['SOA of any name', 'x.y.mesos', 'SOA', 'NOERROR', 0, [soa('x.y.mesos')], 0],
  ['NS of the domain', 'mesos', 'NS', 'NOERROR', 0, ['mesos NS ns1.mesos'], 0],
  ['NS of any name', 'x.mesos', 'NS', 'NOERROR', 0, ['x.mesos NS ns1.mesos'], 0],
  [
    'ANY',
    'web.marathon.mesos',
    'ANY',
    'NOERROR',
    1,
    [soa('web.marathon.mesos'), 'web.marathon.mesos NS ns1.mesos'],
    0,
  ],
  [
    'ANY of a missing name',
    'no.mesos',
    'ANY',
    'NXDOMAIN',
    0,
    [soa('no.mesos'), 'no.mesos NS ns1.mesos', soa('no.mesos')],
    0,
  ],
  ['a zone transfer', 'leader.mesos', 'AXFR', 'NOERROR', 0, [soa('leader.mesos')], 0],
])('%s', async (_what, name, type, rcode, answers, authority, additional) => {
  const reply = await ask(name, type);
  expect(reply).toMatchObject({ rcode, aa: true, ra: true, tc: false, authority });
  expect([reply.answers.length, reply.additional.length]).toEqual([answers, additional]);
});

test('.* is cut out wherever it stands, and A answers are owned by what was found', async () => {
  expect((await ask('leader.*.mesos')).answers).toEqual(['leader.mesos A 10.0.0.1']);
  expect((await ask('lead.*er.mesos')).answers).toEqual(['leader.mesos A 10.0.0.1']);
  expect((await ask('*.leader.mesos')).rcode).toBe('NXDOMAIN');
  expect((await ask('_leader.*._tcp.mesos', 'SRV')).answers).toEqual([
    '_leader.*._tcp.mesos SRV 0 1 5050 leader.mesos',
  ]);
});

test('one A and one AAAA for each target, drawn anew each time', async () => {
  const drawn = new Set<string | undefined>();
  for (let turn = 0; turn < 40; turn++) {
    const { additional } = await ask('_two._tcp.marathon.mesos', 'SRV', { payloadBytes: 1232 });
    expect(additional.map((text) => text.split(' ')[1])).toEqual(['A', 'AAAA']);
    drawn.add(additional[0]?.split(' ').at(-1));
  }
  expect([...drawn].sort()).toEqual(['10.8.0.1', '10.8.0.2']);
});

test('a reply that is too long has TC, no additional records, and what fits of the answers', async () => {
  const names = stateWith(...Array.from({ length: 40 }, () => ({ name: 'abc' })));
  const statuses = Array.from({ length: 40 }, (_, index) => ({
    name: 'abc',
    statuses: [runningAt(`10.1.0.${index}`)],
  }));
  const to = new Answering({ changes: zoneOf(stateWith(...statuses)).changes });
  const addresses = await ask('abc.marathon.mesos', 'A', {}, to);
  // 18 octets of name, 29 records.
  expect([addresses.tc, addresses.answers.length]).toEqual([true, 29]);
  const services = await ask(
    '_abc._tcp.marathon.mesos',
    'SRV',
    {},
    new Answering({ changes: zoneOf(names).changes }),
  );
  expect([services.tc, services.additional.length]).toEqual([true, 0]);
});

test('additional records that do not fit are all left out, and that sets TC', async () => {
  const some = Array.from({ length: 7 }, (_, index) => ({
    name: 'abc',
    statuses: [runningAt(`10.1.0.${index}`)],
  }));
  const to = new Answering({ changes: zoneOf(stateWith(...some)).changes });
  const reply = await ask('_abc._tcp.marathon.mesos', 'SRV', {}, to);
  expect([reply.tc, reply.answers.length, reply.additional.length]).toEqual([true, 7, 0]);
});

test('without SetTruncateBit the cut is the same and TC is never set', async () => {
  const reply = await ask('big.marathon.mesos', 'A', {}, new Answering({ setsTruncateBit: false }));
  expect([reply.tc, reply.answers.length]).toEqual([false, 29]);
});

test.each([
  ['a header alone is SERVFAIL', '004d01000001000000000000', '004d81020000000000000000'],
  ['no question is SERVFAIL', '004d01000000000000000000', '004d81020000000000000000'],
  [
    'TC in a question is FORMERR',
    '004d0300000100000000000006' + '6c6561646572056d65736f730000010001',
    '004d80010000000000000000',
  ],
  ['a name that does not parse is FORMERR', '004d01000001000000000000456c656164', '004d80010000000000000000'],
])('%s', async (_what, question, reply) => {
  expect(await raw(Buffer.from(question, 'hex'))).toBe(reply);
});

test.each([
  ['an empty query repeats opcode, RD and CD', '004d01100000000000000000', '004d81120000000000000000'],
  ['of another opcode only that', '004d29000000000000000000', '004da8020000000000000000'],
  ['an empty query may have TC', '004d03000001000000000000', '004d81020000000000000000'],
  ['no question, but records that do not parse', '004d010000000001000000000561', '004d80010000000000000000'],
  [
    'a second question that is missing is FORMERR',
    '004d01000002000000000000066c6561646572056d65736f730000010001',
    '004d80010000000000000000',
  ],
])('%s', async (_what, question, reply) => {
  expect(await raw(Buffer.from(question, 'hex'))).toBe(reply);
});

test('half a class counts as none', async () => {
  const reply = await answering.send(query('leader.mesos', 'A').subarray(0, -1));
  expect(reply?.toString('hex', reply.length - 4)).toBe('0a000001');
  expect(reply?.readUInt16BE(28)).toBe(0);
});

const SOA_REST = '000000010000003c00000258000151800000003c';

test.each([
  ['no.mesos', 'A', `c00c000600010000003c0021036e7331c00f04726f6f74c026${SOA_REST}`],
  // Capitals are not the same octets.
  ['NO.MESOS', 'A', `c00c000600010000003c0026036e7331056d65736f730004726f6f74c026${SOA_REST}`],
  ['ns1.mesos', 'TXT', `c00c000600010000003c001dc00c04726f6f74c00c${SOA_REST}`],
  ['x.ns1.mesos', 'A', `c00c000600010000003c001dc00e04726f6f74c00e${SOA_REST}`],
  ['web.marathon.mesos', 'NS', 'c00c000200010000003c0006036e7331c019'],
  [
    'NO.MESOS',
    'ANY',
    `c00c000600010000003c0026036e7331056d65736f730004726f6f74c026${SOA_REST}` +
      `c00c000200010000003c0002c026c00c000600010000003c0018c026c031${SOA_REST}`,
  ],
  [
    'leader.*.mesos',
    'ANY',
    `066c6561646572c015000100010000003c00040a000001` +
      `c00c000600010000003c0021036e7331c01504726f6f74c043${SOA_REST}c00c000200010000003c0002c043`,
  ],
])('octet by octet: %s %s', async (name, type, records) => {
  const question = query(name, type);
  const reply = await answering.send(question);
  expect(reply?.toString('hex', question.length)).toBe(records);
});

test('authority records take as little room in a cut reply as they do there', async () => {
  const some = Array.from({ length: 40 }, (_, index) => ({
    name: 'abc',
    statuses: [runningAt(`10.1.0.${index}`)],
  }));
  const to = new Answering({ changes: zoneOf(stateWith(...some)).changes });
  // Header and question take 36 octets, SOA and NS 59, each answer 16: 511.
  const reply = await ask('abc.marathon.mesos', 'ANY', {}, to);
  expect([reply.tc, reply.answers.length, reply.authority.length]).toEqual([true, 26, 2]);
});

test('a service whose target has a colon or a bracket is left out', async () => {
  const ports = { ports: [{ number: 80, protocol: 'tcp' }] };
  const odd = ['col:on', '[br]'].map((name) => ({
    discovery: { name, ports },
    statuses: [runningAt('10.1.0.1')],
  }));
  const to = new Answering({ changes: zoneOf(stateWith(...odd)).changes });
  for (const name of ['col:on', '[br]']) {
    expect((await ask(`${name}.marathon.mesos`, 'A', {}, to)).answers).toHaveLength(1);
    expect(await ask(`_${name}._tcp.marathon.mesos`, 'SRV', {}, to)).toMatchObject({
      rcode: 'NOERROR',
      answers: [],
    });
  }
});

test('of several questions the first is answered, and only it is repeated', async () => {
  const question = query('leader.mesos', 'A');
  const two = Buffer.concat([question, query('slave.mesos', 'A').subarray(12)]);
  two.writeUInt16BE(2, 4);
  const reply = await answering.send(two);
  expect(reply && seen(reply)).toMatchObject({
    question: 'leader.mesos A',
    answers: ['leader.mesos A 10.0.0.1'],
  });
});

test('the class is not looked at', async () => {
  const bytes = query('leader.mesos', 'A');
  bytes.writeUInt16BE(3, bytes.length - 2);
  const reply = await answering.send(bytes);
  expect(reply?.readUInt16BE(6)).toBe(1);
});

test('ports above 16 bits are cut when they are answered', async () => {
  const discovery = {
    name: 'odd',
    ports: {
      ports: [
        { number: 70_000, protocol: 'tcp' },
        { number: -1, protocol: 'udp' },
      ],
    },
  };
  const to = new Answering({ changes: zoneOf(stateWith({ discovery })).changes });
  expect((await ask('_odd._tcp.marathon.mesos', 'SRV', {}, to)).answers[0]).toContain(' 4464 ');
  expect((await ask('_odd._udp.marathon.mesos', 'SRV', {}, to)).answers[0]).toContain(' 65535 ');
});

test('raw names with capitals or blanks are listed and not found', async () => {
  const tasks = ['Web.UI', 'a b'].map((name) => ({ discovery: { name } }));
  const { changes, live } = zoneOf(stateWith(...tasks));
  const to = new Answering({ changes });
  expect((await ask('web.ui.marathon.mesos', 'A', {}, to)).rcode).toBe('NXDOMAIN');
  expect((await ask('web-ui.marathon.mesos', 'A', {}, to)).rcode).toBe('NOERROR');
  expect((await ask('a b.marathon.mesos', 'A', {}, to)).rcode).toBe('NXDOMAIN');
  const names = [...live.nodes()].map(([name]) => name);
  expect(names).toEqual(expect.arrayContaining(['Web.UI.marathon.mesos', 'a b.marathon.mesos']));
});

test('a long label is shortened where more is put to it, but not to what could be the label of something else', async () => {
  const ports = { ports: [{ number: 80, protocol: 'tcp' }] };
  const long = `hello${'-'.repeat(57)}f`;
  const raw = `hello${'-'.repeat(60)}f`;
  const state = stateWith(
    ...[long, raw].map((name) => ({ discovery: { name, ports }, statuses: [runningAt('10.1.0.1')] })),
  );
  const to = new Answering({ changes: zoneOf(state).changes });
  const services = async (label: string) =>
    (await ask(`${label}._tcp.marathon.mesos`, 'SRV', {}, to)).answers.length;
  expect(await services(`_${long.slice(0, -1)}`)).toBe(1);
  expect(await services('_hellof')).toBe(1);
  expect(await services('_hello')).toBe(0);
});
