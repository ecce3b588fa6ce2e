import fc from 'fast-check';
import { encodeFailure } from '../../../dns/packet/failure';
import { keyName, readRequest } from '../../../dns/packet/request';
import { isBelow, textName, wireLabels, wireName } from '../../../dns/packet/wire-names';
import { query } from '../queries';

const HEADER = Buffer.from('004d01000001000000000000', 'hex');
const NAME = Buffer.from('\x05mesos\0', 'latin1');
const A_IN = Buffer.from([0, 1, 0, 1]);

function kindOf(...parts: readonly Buffer[]): string {
  return readRequest(Buffer.concat(parts)).kind;
}

function header(changes: Readonly<Record<number, number>>): Buffer {
  const copy = Buffer.from(HEADER);
  for (const [offset, value] of Object.entries(changes)) copy.writeUInt16BE(value, Number(offset));
  return copy;
}

test('a question is read with its name in lower case', () => {
  const reading = readRequest(query('LeAdEr.Mesos', 'A', { id: 513, payloadBytes: 4096, dnssecOk: true }));
  if (reading.kind !== 'request') throw new Error(reading.kind);
  expect(wireLabels(keyName(reading.request.key))).toEqual(['leader', 'mesos']);
  expect(reading.request).toMatchObject({ type: 1, class: 1, opcode: 0 });
  expect(reading.request.edns).toEqual({
    ...{ payloadBytes: 4096, version: 0, dnssecOk: true, cookie: undefined, plain: true },
  });
});

test.each<[string, string, readonly Buffer[]]>([
  ['nothing', 'ignored', []],
  ['eleven octets', 'ignored', [HEADER.subarray(0, 11)]],
  ['a reply', 'ignored', [header({ 2: 0x8100 }), NAME, A_IN]],
  ['a header alone', 'malformed', [HEADER]],
  ['no question', 'malformed', [header({ 4: 0 }), NAME, A_IN]],
  ['two questions', 'malformed', [header({ 4: 2 }), NAME, A_IN, NAME, A_IN]],
  ['a name without end', 'malformed', [HEADER, NAME.subarray(0, 6)]],
  ['a name without type', 'malformed', [HEADER, NAME]],
  ['a pointer to itself', 'malformed', [HEADER, Buffer.from([0xc0, 12]), A_IN]],
  ['a reserved label type', 'malformed', [HEADER, Buffer.from([0x45, 97, 97, 97, 97, 97, 0]), A_IN]],
  ['a name of 256 octets', 'malformed', [HEADER, Buffer.from(`${'\x01a'.repeat(128)}\0`, 'latin1'), A_IN]],
  ['records announced and missing', 'malformed', [header({ 10: 1 }), NAME, A_IN]],
  ['counts of 65535', 'malformed', [header({ 6: 0xffff, 8: 0xffff, 10: 0xffff }), NAME, A_IN]],
  ['two OPT records', 'malformed', [header({ 10: 2 }), NAME, A_IN, opt(0), opt(0)]],
  ['an OPT record with a name', 'malformed', [header({ 10: 1 }), NAME, A_IN, NAME, opt(0).subarray(1)]],
  ['an OPT longer than the message', 'malformed', [header({ 10: 1 }), NAME, A_IN, opt(9)]],
  ['a name of 255 octets', 'request', [HEADER, Buffer.from(`${'\x01a'.repeat(127)}\0`, 'latin1'), A_IN]],
  ['the root', 'request', [HEADER, Buffer.from([0]), A_IN]],
  ['octets after the end', 'request', [HEADER, NAME, A_IN, Buffer.alloc(50)]],
  ['TC set', 'request', [header({ 2: 0x0300 }), NAME, A_IN]],
])('%s is %s', (_name, kind, parts) => {
  expect(kindOf(...parts)).toBe(kind);
});

function opt(dataBytes: number): Buffer {
  return Buffer.from([0, 0, 41, 4, 208, 0, 0, 0, 0, 0, dataBytes]);
}

test.each<[string, string, readonly Buffer[]]>([
  ['a header alone', 'empty', [HEADER]],
  ['no question', 'empty', [header({ 4: 0 }), NAME, A_IN]],
  ['two questions', 'request', [header({ 4: 2 }), NAME, A_IN, NAME, A_IN]],
  ['half a second question', 'malformed', [header({ 4: 2 }), NAME, A_IN, NAME.subarray(0, 4)]],
  ['a second question that is missing', 'malformed', [header({ 4: 2 }), NAME, A_IN]],
  ['a second question without class', 'request', [header({ 4: 2 }), NAME, A_IN, NAME, A_IN.subarray(0, 2)]],
  ['no question and half a record', 'malformed', [header({ 4: 0, 6: 1 }), NAME]],
  ['a header alone with TC', 'empty', [header({ 2: 0x0300 })]],
  ['a name without type', 'request', [HEADER, NAME]],
  ['a name with half a type', 'malformed', [HEADER, NAME, A_IN.subarray(0, 1)]],
  ['a name without class', 'request', [HEADER, NAME, A_IN.subarray(0, 2)]],
  ['a name with half a class', 'request', [HEADER, NAME, A_IN.subarray(0, 3)]],
  ['a name without end', 'malformed', [HEADER, NAME.subarray(0, 6)]],
  ['a pointer to itself', 'malformed', [HEADER, Buffer.from([0xc0, 12]), A_IN]],
  ['a forward pointer', 'request', [HEADER, Buffer.from([0xc0, 18]), A_IN, NAME]],
  ['records announced and missing', 'request', [header({ 10: 1 }), NAME, A_IN]],
  ['half a record', 'malformed', [header({ 10: 1 }), NAME, A_IN, opt(0).subarray(0, 5)]],
  ['TC set', 'malformed', [header({ 2: 0x0300 }), NAME, A_IN]],
])("in the original's way %s is %s", (_name, kind, parts) => {
  const reading = readRequest(Buffer.concat(parts), true);
  expect(reading.kind).toBe(kind);
  if (reading.kind === 'request') expect(textName(keyName(reading.request.key))).toBe('mesos');
});

test('a format error is twelve octets with the id', () => {
  expect(encodeFailure(HEADER, 1, 'all').toString('hex')).toBe('004d81010000000000000000');
  expect(encodeFailure(HEADER, 1, 'none').toString('hex')).toBe('004d80010000000000000000');
});

test('no octets make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      readRequest(Buffer.from(bytes));
      readRequest(Buffer.concat([HEADER, Buffer.from(bytes)]));
    }),
    { numRuns: 5000 },
  );
});

test('names go to the wire and back', () => {
  fc.assert(
    fc.property(fc.domain(), (name) => {
      expect(textName(wireName(name))).toBe(name);
    }),
  );
  expect(textName('\x03a.b\0')).toBeUndefined();
  expect(wireName('')).toBe('\0');
});

test('a name is below a domain by labels, not by octets', () => {
  expect(isBelow(wireName('a.mesos'), ['mesos'])).toBe(true);
  expect(isBelow(wireName('mesos'), ['mesos'])).toBe(true);
  expect(isBelow(wireName('xmesos'), ['mesos'])).toBe(false);
  expect(isBelow('\x07x\x05mesos\0', ['mesos'])).toBe(false);
  expect(isBelow('\0', ['mesos'])).toBe(false);
});
