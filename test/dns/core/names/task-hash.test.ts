import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { taskHash } from '../../../../dns/core/names/task-hash';

const ALPHABET = 'ybndrfg8ejkmcpqxot1uwisza345h769';

test('the id test gives iffe9', () => {
  expect(taskHash('test')).toBe('iffe9');
});

test('agrees with the platform SHA-1 for any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const word = createHash('sha1').update(new TextEncoder().encode(text)).digest().readUInt32BE(0);
      const expected = [27, 22, 17, 12, 7].map((shift) => ALPHABET[(word >>> shift) & 31]).join('');
      expect(taskHash(text)).toBe(expected);
    }),
  );
});
