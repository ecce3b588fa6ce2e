import * as fc from 'fast-check';
import { Queue } from '../../../cluster/runtime/queue';

it('gives out in the order in which it was given, whatever comes between', () => {
  const steps = fc.array(
    fc.oneof(fc.record({ add: fc.nat({ max: 3000 }) }), fc.record({ take: fc.nat({ max: 3000 }) })),
  );
  const check = (all: readonly ({ add: number } | { take: number })[]): void => {
    const queue = new Queue<number>();
    const model: number[] = [];
    let next = 0;
    for (const step of all) {
      for (let index = 0; 'add' in step && index < step.add; index++) {
        queue.add(next);
        model.push(next++);
      }
      const wanted = 'take' in step ? model.splice(0, step.take) : [];
      expect(wanted.map(() => queue.take())).toEqual(wanted);
      expect(queue.size).toBe(model.length);
    }
    if (model.length === 0) expect(queue.take()).toBeUndefined();
  };
  fc.assert(fc.property(steps, check), { numRuns: 100 });
});
