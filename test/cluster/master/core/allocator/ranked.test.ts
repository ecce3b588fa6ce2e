import fc from 'fast-check';
import {
  add,
  isBefore,
  move,
  popFirst,
  type Ranked,
  remove,
  reorder,
} from '../../../../../cluster/master/core/allocator/ranked';

const entry = (name: string, share = 0, chosen = 0): Ranked => ({ name, share, chosen, position: -1 });

test('the least share is first, then the fewest allocations, then the name', () => {
  expect(isBefore(entry('b', 0.1), entry('a', 0.2))).toBe(true);
  expect(isBefore(entry('b', 0.1, 1), entry('a', 0.1, 2))).toBe(true);
  expect(isBefore(entry('a', 0.1, 1), entry('b', 0.1, 1))).toBe(true);
  expect(isBefore(entry('a', 0.1, 1), entry('a', 0.1, 1))).toBe(false);
});

test('an empty heap has no first entry, and one that is in none is not removed or moved', () => {
  const heap: Ranked[] = [];
  expect(popFirst(heap)).toBeUndefined();
  const outside = entry('a');
  remove(heap, outside);
  move(heap, outside);
  expect([heap, outside.position]).toEqual([[], -1]);
});

const steps = fc.array(
  fc.record({
    what: fc.constantFrom('add', 'remove', 'pop', 'move', 'reorder'),
    which: fc.nat(20),
    share: fc.integer({ min: 0, max: 5 }),
    chosen: fc.nat(3),
  }),
  { maxLength: 60 },
);

test('whatever happens to a heap, each entry knows its place and all come out in order', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const heap: Ranked[] = [];
      let named = 0;
      for (const { what, which, share, chosen } of list) {
        const chosenEntry = heap[which % Math.max(1, heap.length)];
        if (what === 'add') add(heap, entry(`n${String(named++).padStart(3, '0')}`, share, chosen));
        else if (what === 'pop') popFirst(heap);
        else if (what === 'reorder') {
          for (const other of heap) other.share = (other.share * 7 + share) % 6;
          reorder(heap);
        } else if (chosenEntry && what === 'remove') remove(heap, chosenEntry);
        else if (chosenEntry) {
          Object.assign(chosenEntry, { share, chosen });
          move(heap, chosenEntry);
        }
        expect(heap.map(({ position }) => position)).toEqual([...heap.keys()]);
      }
      const expected = [...heap].sort((left, right) => (isBefore(left, right) ? -1 : 1));
      const popped = heap.map(() => 0).map(() => popFirst(heap));
      expect(popped).toEqual(expected);
      expect(popped.every((popEntry) => popEntry?.position === -1)).toBe(true);
    }),
  );
});
