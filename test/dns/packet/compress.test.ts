import {
  commonSuffixBytes,
  compressedSize,
  encodedName,
  type WrittenName,
  writeName,
  writtenNameIn,
} from '../../../dns/packet/compress';
import { wireName } from '../../../dns/packet/wire-names';

const named = (name: string) => encodedName(Buffer.from(wireName(name), 'latin1'));
const at12 = (name: string): WrittenName => {
  const wire = Buffer.from(wireName(name), 'latin1');
  return writtenNameIn(Buffer.concat([Buffer.alloc(12), wire]), 12, 12 + wire.length);
};

function written(name: string, writtenNames: WrittenName[]): string {
  const out = Buffer.alloc(300);
  const size = compressedSize(named(name), writtenNames);
  const end = writeName(out, 100, named(name), writtenNames);
  expect(end - 100).toBe(size);
  return out.toString('hex', 100, end);
}

test.each([
  ['the whole name', 'ns1.mesos', 'ns1.mesos', 'c00c'],
  ['the end of a name', 'ns1.mesos', 'web.mesos', '036e7331c010'],
  ['nothing in common', 'ns1.mesos', 'example.com', '036e7331056d65736f7300'],
  ['other capitals', 'ns1.mesos', 'web.MESOS', '036e7331056d65736f7300'],
  ['octets that are no labels there', 'c.d', 'a\x01c\x01d', '01630164' + '00'],
  ['the root', '', 'web.mesos', '00'],
])('%s', (_what, name, question, hex) => {
  expect(written(name, [at12(question)])).toBe(hex);
});

test('a name that was written with a pointer is pointed to in its own part only, the first place first', () => {
  const writtenNames = [at12('web.mesos')];
  expect(written('ns1.mesos', writtenNames)).toBe('036e7331c010');
  expect(written('root.ns1.mesos', writtenNames)).toBe('04726f6f74c064');
  expect(written('other.mesos', writtenNames)).toBe('056f74686572c010');
});

test('no pointer leads beyond what fits in one', () => {
  const { wire, starts } = named('ns1.mesos');
  expect(written('ns1.mesos', [{ wire, starts, offset: 0x4000, writtenBytes: wire.length }])).toBe(
    '036e7331056d65736f7300',
  );
});

test.each([
  ['ns1.mesos', 'ns1.mesos', 11],
  ['ns1.mesos', 'web.mesos', 7],
  ['ns1.mesos', 'MESOS', 0],
  ['c.d', 'a\x01c\x01d', 0],
  ['a.very.long.name', 'name', 6],
])('%s and %s end alike in %i octets', (name, question, octets) => {
  const { wire } = named(question);
  expect(commonSuffixBytes(named(name), wire, 0, wire.length)).toBe(octets);
});
