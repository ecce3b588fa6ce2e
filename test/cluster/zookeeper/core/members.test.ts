import { readMembers } from '../../../../cluster/zookeeper/core/members';

const names = (children: string[], prefixes = ['json.info_', 'info_']): string[] =>
  readMembers(children, prefixes).map(({ name }) => name);

test('members are in the order of their numbers, not of their names', () => {
  expect(names(['json.info_0000000010', 'json.info_0000000009', 'json.info_2147483647'])).toEqual([
    'json.info_0000000009',
    'json.info_0000000010',
    'json.info_2147483647',
  ]);
});

test('a counter that went below zero is as the server counts: the lowest number leads', () => {
  expect(names(['json.info_2147483647', 'json.info_-2147483648'])).toEqual([
    'json.info_-2147483648',
    'json.info_2147483647',
  ]);
});

test('other children are no members', () => {
  expect(
    names(['log_replicas', 'json.info_', 'json.info_x1', 'json.info_00000000011', 'json.info_1 ']),
  ).toEqual([]);
});

test('the first prefix that any child has counts', () => {
  expect(names(['info_0000000001', 'json.info_0000000007'])).toEqual(['json.info_0000000007']);
  expect(names(['info_0000000001'])).toEqual(['info_0000000001']);
  expect(names(['info_0000000001'], [])).toEqual([]);
});

test('of equal numbers the names decide, so that all who read agree', () => {
  expect(names(['json.info_7', 'json.info_07'])).toEqual(['json.info_07', 'json.info_7']);
});

test('a pattern finds members whose number stands behind a word, as those of a latch', () => {
  const children = ['_c_0b5e-latch-0000000002', 'latch-0000000001', 'lock-0000000000', 'latch-x'];
  expect(readMembers(children, [/latch-(-?\d{1,10})$/]).map(({ sequence }) => sequence)).toEqual([1, 2]);
});
