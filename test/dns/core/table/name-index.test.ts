import fc from 'fast-check';
import { createNameHash, createNameIndex, hashName } from '../../../../dns/core/table/name-index';

test('whatever is added and removed, each hash has its things in the order they came', () => {
  const step = fc.record({
    entryNumber: fc.nat(20),
    hashes: fc.uniqueArray(fc.integer({ min: -6, max: 6 }), { maxLength: 6 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const index = createNameIndex();
      const model = new Map<number, number[]>();
      for (const { entryNumber, hashes } of steps) {
        index.remove(entryNumber);
        for (const [hash, entryNumbers] of model) {
          const left = entryNumbers.filter((candidate) => candidate !== entryNumber);
          if (left.length > 0) model.set(hash, left);
          else model.delete(hash);
        }
        for (const hash of hashes) {
          index.add(entryNumber, hash);
          model.set(hash, [...(model.get(hash) ?? []), entryNumber]);
        }
      }
      expect(index.size()).toBe(model.size);
      for (let hash = -6; hash <= 6; hash++) expect(index.entryNumbers(hash)).toEqual(model.get(hash) ?? []);
    }),
  );
});

test('it grows with what is added, and room that became free is used again', () => {
  const index = createNameIndex();
  for (let turn = 0; turn < 3; turn++) {
    for (let entryNumber = 0; entryNumber < 20_000; entryNumber++) {
      index.add(entryNumber, hashName(`task-${entryNumber}`));
      index.add(entryNumber, hashName('all'));
    }
    expect(index.size()).toBe(20_001);
    expect(index.entryNumbers(hashName('task-777'))).toEqual([777]);
    expect(index.entryNumbers(hashName('all'))).toHaveLength(20_000);
    for (let entryNumber = 0; entryNumber < 20_000; entryNumber++) index.remove(entryNumber);
    expect(index.size()).toBe(0);
    expect(index.entryNumbers(hashName('all'))).toEqual([]);
  }
});

test('a name in two parts has the hash of the whole', () => {
  const hash = createNameHash();
  fc.assert(
    fc.property(fc.string(), fc.string({ minLength: 1 }), (labels, suffix) => {
      expect(hash(labels, suffix)).toBe(hashName(`${labels}.${suffix}`));
      expect(hash(labels, suffix)).toBe(hashName(`${labels}.${suffix}`));
      expect(hash(labels, '')).toBe(hashName(labels));
    }),
  );
});
