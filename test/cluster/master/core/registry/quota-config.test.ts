import type { QuotaConfig } from '../../../../../cluster/api/generated/quota';
import {
  configOf,
  infoOf,
  isDefault,
  printQuantities,
  printQuotaConfig,
  quotaOf,
} from '../../../../../cluster/master/core/registry/quota-config';

const config = (guarantees: Record<string, number>, limits: Record<string, number>): QuotaConfig => {
  const scalars = (amounts: Record<string, number>) =>
    Object.fromEntries(Object.entries(amounts).map(([name, value]) => [name, { value }]));
  return { role: 'web', guarantees: scalars(guarantees), limits: scalars(limits) };
};

test('a guarantee of zero is none, a limit of zero is one', () => {
  const { guarantees, limits } = quotaOf(config({ cpus: 0, mem: 1.5 }, { cpus: 0 }));
  expect([[...guarantees], [...limits]]).toEqual([[['mem', 1500]], [['cpus', 0]]]);
});

test.each<[QuotaConfig, boolean]>([
  [{ role: 'web' }, true],
  [config({}, {}), true],
  [config({ cpus: 0 }, {}), true],
  [config({ cpus: 1 }, {}), false],
  [config({}, { cpus: 0 }), false],
])('the quota %j is no quota: %p', (quota, expected) => {
  expect(isDefault(quota)).toBe(expected);
});

test('an older request limits what it guarantees, and comes back as it was', () => {
  const guarantee = [
    { name: 'cpus', type: 'SCALAR', scalar: { value: 2 } } as const,
    { name: 'mem', type: 'SCALAR', scalar: { value: 512 } } as const,
  ];
  expect(configOf({ role: 'web', guarantee })).toEqual(config({ cpus: 2, mem: 512 }, { cpus: 2, mem: 512 }));
  expect(infoOf(configOf({ role: 'web', guarantee }))).toEqual({ role: 'web', guarantee });
  expect(configOf({}).role).toBe('*');
});

test('guarantees of zero are not shown', () => {
  expect(printQuotaConfig(config({ cpus: 0, mem: 1 }, { cpus: 0 }))).toEqual(config({ mem: 1 }, { cpus: 0 }));
});

test.each([
  [[], '{}'],
  [[['cpus', 0]], '{}'],
  [
    [
      ['mem', 1_024_000],
      ['cpus', 500],
    ],
    'cpus:0.5; mem:1024',
  ],
] as [[string, number][], string][])('the quantities %j are printed as %s', (quantities, text) => {
  expect(printQuantities(new Map(quantities))).toBe(text);
});
