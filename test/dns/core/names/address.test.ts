import { isIP } from 'node:net';
import fc from 'fast-check';
import { readAddress } from '../../../../dns/core/names/address';

test.each([
  ['10.0.0.1', 4, '10.0.0.1'],
  ['::1', 6, '::1'],
  ['::', 6, '::'],
  ['2001:DB8:0:0:1:0:0:1', 6, '2001:db8::1:0:0:1'],
  ['1:0:3:4:5:6:7:8', 6, '1:0:3:4:5:6:7:8'],
  ['::ffff:10.0.0.1', 4, '10.0.0.1'],
  ['::ffff:a00:1', 4, '10.0.0.1'],
  ['64:ff9b::10.0.0.1', 6, '64:ff9b::a00:1'],
])('%s is an address', (text, family, normal) => {
  expect(readAddress(text)).toEqual({ family, text: normal });
});

test.each([
  '',
  'a',
  '1.2.3',
  '1.2.3.256',
  '01.2.3.4',
  '1.2.3.4.5',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  'fe80::1%eth0',
  'g::',
])('%j is none', (text) => {
  expect(readAddress(text)).toBeUndefined();
});

test('agrees with the platform on random addresses', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ unit: fc.constantFrom(...'0123456789abcdef:.') })),
      (text) => {
        const read = readAddress(text);
        expect(read === undefined).toBe(isIP(text) === 0);
        if (read) expect(readAddress(read.text)).toEqual(read);
      },
    ),
    { numRuns: 2000 },
  );
});
