import { nextUuidBytes, randomFrom } from '../../../cluster/model/random';
import { isUuidBase64, uuidBase64 } from '../../../cluster/model/uuid';

const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');

it('is 16 bytes whose version Mesos knows', () => {
  for (let version = 0; version < 16; version++) {
    const bytes = base64(`000000000000${version.toString(16)}f00800000000000000f`);
    expect([version, isUuidBase64(bytes)]).toEqual([version, version >= 1 && version <= 5]);
  }
});

it.each([
  undefined,
  '',
  'AAAA',
  base64('00'.repeat(15)),
  base64('40'.repeat(17)),
  `${base64('40'.repeat(16))}x`,
])('is not %j', (text) => {
  expect(isUuidBase64(text)).toBe(false);
});

it('is what the generator makes, and what its text form becomes', () => {
  const random = randomFrom(7);
  for (let draw = 0; draw < 1000; draw++) expect(isUuidBase64(nextUuidBytes(random))).toBe(true);
  expect(isUuidBase64(uuidBase64('6f8a1e0c-4b1d-4f7e-9a53-0123456789ab'))).toBe(true);
});
