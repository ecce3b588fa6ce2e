import { VirtualClock } from '../../../cluster/runtime/clock';
import { Verbosity } from '../../../cluster/runtime/verbosity';

it('goes back to what it was when its time is over, and a later setting replaces an earlier one', () => {
  const clock = new VirtualClock(0);
  const applied: (string | undefined)[] = [];
  const verbosity = new Verbosity(clock, (level) => applied.push(level));
  expect(verbosity.level).toBe(0);
  verbosity.set(2, 10_000);
  expect(verbosity.level).toBe(2);
  clock.advance(9000);
  verbosity.set(1, 10_000);
  clock.advance(9000);
  expect(verbosity.level).toBe(1);
  clock.advance(1000);
  expect(verbosity.level).toBe(0);
  verbosity.set(3, 10_000);
  verbosity.set(0, 10_000);
  expect(clock.next()).toBeUndefined();
  expect(applied).toEqual(['debug', 'debug', undefined, 'debug', undefined]);
});
