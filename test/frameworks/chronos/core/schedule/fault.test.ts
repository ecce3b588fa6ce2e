import { isFault } from '../../../../../frameworks/chronos/core/schedule/fault';

test('a fault is told from a value', () => {
  expect(isFault({ fault: 'is wrong' })).toBe(true);
  expect(isFault({ value: 1 })).toBe(false);
});
