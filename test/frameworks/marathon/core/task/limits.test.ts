import { limitsOf } from '../../../../../frameworks/marathon/core/task/limits';

test('limits are scalars by name, and unlimited ones are infinite', () => {
  expect(limitsOf(undefined)).toBeUndefined();
  expect(limitsOf({})).toBeUndefined();
  expect(limitsOf({ cpus: 'unlimited', mem: 1024 })).toEqual({
    cpus: { value: Number.POSITIVE_INFINITY },
    mem: { value: 1024 },
  });
});
