import { brokenRules, CONSTRAINTS } from '../../../../../frameworks/kit/core/constraints/list';
import { placedValues } from '../../placed-values';

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
    const input = { offered: undefined, placed: placedValues([]), value: '1', instances: 1 };
    expect(CONSTRAINTS[name]?.(input)).toBe(name === 'UNLIKE');
  },
);

describe('the rules of an app', () => {
  const agent = (host: string) => ({
    host,
    agentId: `S-${host}`,
    attributes: [{ name: 'rack', text: 'r1' }],
  });
  const placements = new Map([['hostname', placedValues(['a', 'b'])]]);
  const placing = { agent: agent('a'), placements, instances: 3 };

  it.each<[name: string, rules: readonly string[][], broken: string | undefined]>([
    ['no rule holds', [], undefined],
    [
      'all rules hold',
      [
        ['rack', 'IS', 'r1'],
        ['hostname', 'MAX_PER', '2'],
      ],
      undefined,
    ],
    [
      'the first one that does not is told',
      [
        ['rack', 'IS', 'r1'],
        ['hostname', 'UNIQUE'],
        ['rack', 'IS', 'x'],
      ],
      'UNIQUE',
    ],
    ['an operator that does not exist never holds', [['rack', 'NONE']], 'NONE'],
  ])('%s', (_name, rules, broken) => {
    expect(brokenRules(rules, placing)[0]?.[1]).toBe(broken);
  });
});
