import fc from 'fast-check';
import { nextInteger, nextRandom, nextUuid, randomFrom, shuffle } from '../../../cluster/model/random';

const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe('the generator', () => {
  it('draws the same from the same seed, and goes on where a copied state was', () => {
    fc.assert(
      fc.property(seed, (start) => {
        const first = randomFrom(start);
        const other = randomFrom(start);
        expect(nextRandom(first)).toBe(nextRandom(other));
        const copy = JSON.parse(JSON.stringify(first)) as typeof first;
        expect(nextRandom(copy)).toBe(nextRandom(first));
      }),
    );
  });

  it('stays within its limits', () => {
    fc.assert(
      fc.property(seed, fc.integer({ min: 1, max: 1000 }), (start, below) => {
        const random = randomFrom(start);
        for (let draw = 0; draw < 50; draw++) {
          const number = nextInteger(random, below);
          expect(Number.isInteger(number) && number >= 0 && number < below).toBe(true);
          expect(random.word).toBe(random.word >>> 0);
        }
      }),
    );
  });

  it('reaches every number and favours none', () => {
    const random = randomFrom(1);
    const counts = Array.from({ length: 10 }, () => 0);
    for (let draw = 0; draw < 10_000; draw++) {
      const number = nextInteger(random, 10);
      counts[number] = (counts[number] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('shuffles in place without losing anything', () => {
    fc.assert(
      fc.property(seed, fc.array(fc.integer()), (start, items) => {
        const before = [...items].sort();
        expect(shuffle(randomFrom(start), items)).toBe(items);
        expect([...items].sort()).toEqual(before);
      }),
    );
  });

  it('makes version 4 UUIDs that differ', () => {
    const random = randomFrom(7);
    const uuids = Array.from({ length: 500 }, () => nextUuid(random));
    for (const uuid of uuids) {
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
    expect(new Set(uuids).size).toBe(500);
  });
});
