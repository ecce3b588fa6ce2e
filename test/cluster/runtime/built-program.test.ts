import { existsSync } from 'node:fs';
import { builtProgram } from '../../../cluster/runtime/built-program';

test('a program that was not built has no path', () => {
  expect(builtProgram('holder/missing')).toBeUndefined();
});

test('a program that was built is there', () => {
  const path = builtProgram('holder/holder');
  if (path !== undefined) expect(existsSync(path)).toBe(true);
});
