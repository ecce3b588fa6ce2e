import type { OfferConstraints } from '../../../../../cluster/api/generated/scheduler';
import { offerConstraintsOf } from '../../../../../frameworks/marathon/core/match/offer-constraints';
import type { ConstraintScope } from '../../../../../frameworks/marathon/core/state/state';
import { placedValues } from '../../../kit/placed-values';
import { app } from '../../fake-cluster';

interface WaitingApp {
  readonly constraints?: readonly string[][];
  readonly role?: string;
  /** The values of the fields of constraints where instances run. */
  readonly placed?: Readonly<Record<string, readonly string[]>>;
}

function constraintsOf(
  waiting: readonly WaitingApp[],
  scope: ConstraintScope = 'all',
  openRoles: readonly string[] = [],
): OfferConstraints {
  const apps = waiting.map(({ constraints = [], role = '*' }, index) => ({
    ...app({ id: `/app-${index}`, constraints }),
    role,
  }));
  return offerConstraintsOf(
    {
      apps: new Map(apps.map((each) => [each.id, each])),
      pods: new Map(),
      waiting: new Map(apps.map(({ id }) => [id, new Set([`${id}.1`])])),
      placements: new Map(
        waiting.map(({ placed = {} }, index) => [
          `/app-${index}`,
          {
            configVersion: '',
            agents: new Map(),
            fields: new Map(
              Object.entries(placed).map(([field, values]) => [field, new Map(placedValues(values))]),
            ),
          },
        ]),
      ),
    },
    scope,
    openRoles,
  );
}

/** The predicates of the only group of the role `*`. */
const predicatesOf = (waiting: WaitingApp, scope?: ConstraintScope): unknown =>
  constraintsOf([waiting], scope).role_constraints?.['*']?.groups?.[0]?.attribute_constraints?.map(
    ({ predicate }) => predicate,
  );

const is = (value: string) => ({ text_equals: { value } });
const isNot = (value: string) => ({ text_not_equals: { value } });
const exists = { exists: {} };

test.each<[rule: string[], placed: string[], predicates: unknown[] | undefined]>([
  [['rack', 'IS', 'a'], ['b'], [is('a')]],
  [['rack', 'CLUSTER', 'a'], [], [is('a')]],
  [['rack', 'CLUSTER'], [], [exists]],
  [
    ['rack', 'CLUSTER'],
    ['b', 'b'],
    [exists, is('b')],
  ],
  [['rack', 'UNIQUE'], [], [exists]],
  [
    ['rack', 'UNIQUE'],
    ['a', 'b'],
    [exists, isNot('a'), isNot('b')],
  ],
  [
    ['rack', 'MAX_PER', '2'],
    ['a', 'b', 'b'],
    [exists, isNot('b')],
  ],
  [['rack', 'GROUP_BY', '2'], ['a'], [exists]],
  [['rack', 'LIKE', 'r[12]'], [], [{ text_matches: { regex: 'r[12]' } }]],
  [['rack', 'UNLIKE', '(?:a|b)\\.c\\d+'], [], [{ text_not_matches: { regex: '(?:a|b)\\.c\\d+' } }]],
])('%j beside instances on %j leads to %j', (rule, placed, predicates) => {
  expect(predicatesOf({ constraints: [rule], placed: { rack: placed } })).toEqual(predicates);
});

test.each(['(?=a)b', '(a)\\1', '\\u0041', 'a{2000}', '[^]', '[[:alpha:]]', '\\p{L}', '(?<n>a)'])(
  'the pattern %s, which RE2 reads otherwise, is not sent',
  (pattern) => {
    expect(predicatesOf({ constraints: [['rack', 'LIKE', pattern]] })).toEqual([exists]);
    expect(constraintsOf([{ constraints: [['rack', 'UNLIKE', pattern]] }])).toEqual({});
  },
);

test.each([
  ['hostname', { pseudoattribute_type: 'HOSTNAME' }],
  ['@hostname', { pseudoattribute_type: 'HOSTNAME' }],
  ['@region', { pseudoattribute_type: 'REGION' }],
  ['@zone', { pseudoattribute_type: 'ZONE' }],
  ['rack', { attribute_name: 'rack' }],
])('the field %s is selected as %j', (field, selector) => {
  const { role_constraints } = constraintsOf([{ constraints: [[field, 'IS', 'a']] }]);
  expect(role_constraints?.['*']?.groups?.[0]?.attribute_constraints?.[0]?.selector).toEqual(selector);
});

describe('the constraints of several apps', () => {
  const rack = (value: string, role = '*'): WaitingApp => ({ constraints: [['rack', 'IS', value]], role });
  const groupsOf = ({ role_constraints = {} }: OfferConstraints): unknown =>
    Object.fromEntries(
      Object.entries(role_constraints).map(([role, { groups = [] }]) => [role, groups.length]),
    );

  it.each<[what: string, waiting: WaitingApp[], groups: Record<string, number>]>([
    ['are a group each', [rack('a'), rack('b')], { '*': 2 }],
    ['are one group where they are equal', [rack('a'), rack('a')], { '*': 1 }],
    ['are left out of a role with an app that takes any agent', [rack('a'), {}, rack('b', 'x')], { x: 1 }],
    ['are left out of a role with too many of them', [rack('b', 'x'), hugeApp()], { x: 1 }],
    ['are none while nothing waits', [], {}],
  ])('%s', (_what, waiting, groups) => {
    expect(groupsOf(constraintsOf(waiting))).toEqual(groups);
  });

  it('are left out of a role that needs the offers of all agents', () => {
    expect(groupsOf(constraintsOf([rack('a'), rack('a', 'x')], 'all', ['*']))).toEqual({ x: 1 });
  });

  it('have no patterns, or are none, for a master that refused them', () => {
    const like: WaitingApp = { constraints: [['rack', 'LIKE', 'a.*']] };
    expect(predicatesOf(like, 'without patterns')).toEqual([exists]);
    expect(constraintsOf([like], 'none')).toEqual({});
  });
});

function hugeApp(): WaitingApp {
  const hosts = Array.from({ length: 10_000 }, (_unused, index) => `host${index}`);
  return { constraints: [['hostname', 'UNIQUE']], placed: { hostname: hosts } };
}
