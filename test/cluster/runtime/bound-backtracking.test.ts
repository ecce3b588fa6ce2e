import { boundBacktracking } from '../../../cluster/runtime/bound-backtracking';

test('a pattern that backtracks without end is decided all the same', () => {
  boundBacktracking();
  const text = 'a'.repeat(200);
  expect(/^(?:([a-z.-]+)+!)$/.test(text)).toBe(false);
  expect(/^(?:([a-z.-]+)+!)$/.test(`${text}!`)).toBe(true);
});
