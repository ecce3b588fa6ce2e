import fc from 'fast-check';
import { earliest, newTimeHeap, setTime, takeDue } from '../../../cluster/model/time-heap';

test('the earliest time is first, and equal ones are in the order of names', () => {
  const heap = newTimeHeap();
  setTime(heap, 'b', 5);
  setTime(heap, 'a', 5);
  setTime(heap, 'c', 3);
  expect(earliest(heap)).toEqual({ name: 'c', at: 3 });
  expect([takeDue(heap, 5), takeDue(heap, 5), takeDue(heap, 5), takeDue(heap, 5)]).toEqual([
    'c',
    'a',
    'b',
    undefined,
  ]);
});

test('a name that is not due stays', () => {
  const heap = newTimeHeap();
  setTime(heap, 'a', 5);
  expect(takeDue(heap, 4)).toBeUndefined();
  setTime(heap, 'a', undefined);
  setTime(heap, 'a', undefined);
  expect(earliest(heap)).toBeUndefined();
});

test('after any changes, names come out in the order of their times', () => {
  const name = fc.integer({ min: 0, max: 30 }).map(String);
  const change = fc.tuple(name, fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
      const heap = newTimeHeap();
      const slots = new Map<string, number>();
      for (const [job, slot] of changes) {
        setTime(heap, job, slot);
        if (slot === undefined) slots.delete(job);
        else slots.set(job, slot);
      }
      const expected = [...slots].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1)).map(([job]) => job);
      expect(expected.map(() => takeDue(heap, 50))).toEqual(expected);
      expect(heap.positions.size).toBe(0);
    }),
  );
});

test('the cost of a change does not grow with the number of names', () => {
  const heap = newTimeHeap();
  for (let job = 0; job < 100_000; job++) setTime(heap, String(job), (job * 7919) % 100_003);
  const began = process.cpuUsage().user;
  for (let turn = 0; turn < 10_000; turn++) setTime(heap, takeDue(heap, 1e9) ?? '', 200_000 + turn);
  expect(process.cpuUsage().user - began).toBeLessThan(1e6);
});
