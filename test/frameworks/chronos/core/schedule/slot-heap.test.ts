import fc from 'fast-check';
import {
  newSlotHeap,
  peekSlot,
  setSlot,
  takeDue,
} from '../../../../../frameworks/chronos/core/schedule/slot-heap';

test('the earliest slot is first, and equal ones are in the order of names', () => {
  const heap = newSlotHeap();
  setSlot(heap, 'b', 5);
  setSlot(heap, 'a', 5);
  setSlot(heap, 'c', 3);
  expect(peekSlot(heap)).toEqual({ name: 'c', at: 3 });
  expect([takeDue(heap, 5), takeDue(heap, 5), takeDue(heap, 5), takeDue(heap, 5)]).toEqual([
    'c',
    'a',
    'b',
    undefined,
  ]);
});

test('a slot that is not due stays', () => {
  const heap = newSlotHeap();
  setSlot(heap, 'a', 5);
  expect(takeDue(heap, 4)).toBeUndefined();
  setSlot(heap, 'a', undefined);
  setSlot(heap, 'a', undefined);
  expect(peekSlot(heap)).toBeUndefined();
});

test('after any changes, jobs come out in the order of their slots', () => {
  const name = fc.integer({ min: 0, max: 30 }).map(String);
  const change = fc.tuple(name, fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
      const heap = newSlotHeap();
      const slots = new Map<string, number>();
      for (const [job, slot] of changes) {
        setSlot(heap, job, slot);
        if (slot === undefined) slots.delete(job);
        else slots.set(job, slot);
      }
      const expected = [...slots].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1)).map(([job]) => job);
      expect(expected.map(() => takeDue(heap, 50))).toEqual(expected);
      expect(heap.positions.size).toBe(0);
    }),
  );
});

test('the cost of a change does not grow with the number of jobs', () => {
  const heap = newSlotHeap();
  for (let job = 0; job < 100_000; job++) setSlot(heap, String(job), (job * 7919) % 100_003);
  const start = performance.now();
  for (let turn = 0; turn < 10_000; turn++) setSlot(heap, takeDue(heap, 1e9) ?? '', 200_000 + turn);
  expect(performance.now() - start).toBeLessThan(1000);
});
