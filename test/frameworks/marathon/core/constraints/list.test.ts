import { CONSTRAINTS } from '../../../../../frameworks/marathon/core/constraints/list';

test('there are the seven operators of Marathon', () => {
  expect(Object.keys(CONSTRAINTS).sort()).toEqual([
    'CLUSTER',
    'GROUP_BY',
    'IS',
    'LIKE',
    'MAX_PER',
    'UNIQUE',
    'UNLIKE',
  ]);
});

test.each(Object.keys(CONSTRAINTS))(
  'an agent without the field satisfies %s only if that is UNLIKE',
  (name) => {
    const input = { offered: undefined, placed: [], value: '1', instances: 1 };
    expect(CONSTRAINTS[name]?.(input)).toBe(name === 'UNLIKE');
  },
);
