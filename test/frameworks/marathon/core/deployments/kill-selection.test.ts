import { selectForKill } from '../../../../../frameworks/marathon/core/deployments/kill-selection';
import type { Condition, Instance } from '../../../../../frameworks/marathon/core/state/state';
import { app } from '../../fake-cluster';

interface Sample {
  readonly condition?: Condition;
  readonly since?: number;
  readonly rack?: string;
  readonly zone?: string;
  readonly startedAt?: number;
}

function instance(id: string, sample: Sample): Instance {
  const { condition = 'Running', since = 0, rack, zone, startedAt = since } = sample;
  const attributes = rack === undefined ? [] : [{ name: 'rack', text: rack }];
  return {
    id,
    appId: '/app',
    version: 'v',
    configVersion: 'v',
    role: '*',
    goal: 'Running',
    condition,
    since,
    incarnation: 1,
    agent: { host: `host-${id}`, agentId: id, zone, attributes },
    task: { id, hostPorts: [], stagedAt: since, startedAt, ipAddresses: [] },
  };
}

const select = (
  members: Record<string, unknown>,
  samples: Record<string, Sample>,
  count: number,
): string[] => {
  const instances = Object.entries(samples).map(([id, sample]) => instance(id, sample));
  return selectForKill(app(members), instances, count).map(({ id }) => id);
};

const EACH: Record<string, Sample> = {
  running: { condition: 'Running' },
  starting: { condition: 'Starting' },
  staging: { condition: 'Staging' },
  unreachable: { condition: 'Unreachable' },
  provisioned: { condition: 'Provisioned' },
  scheduled: { condition: 'Scheduled' },
};

test.each([0, 1, 2, 3, 4, 5, 6, 7])(
  'of one instance in each condition the %i least useful ones go',
  (count) => {
    const order = ['scheduled', 'provisioned', 'unreachable', 'staging', 'starting', 'running'];
    expect(select({}, EACH, count)).toEqual(order.slice(0, count));
  },
);

test.each(['Killed', 'Finished', 'Failed', 'Error', 'Gone', 'Dropped', 'Unknown', 'Killing'] as const)(
  'one that is %s goes before one that runs',
  (condition) => {
    expect(select({}, { running: { since: 9 }, other: { since: 1, condition } }, 1)).toEqual(['other']);
  },
);

const AGES = { old: { since: 1 }, young: { since: 3 }, middle: { since: 2 } };

test.each([
  ['YOUNGEST_FIRST', 'Running', ['young', 'middle', 'old']],
  ['OLDEST_FIRST', 'Running', ['old', 'middle', 'young']],
  ['YOUNGEST_FIRST', 'Staging', ['young', 'middle', 'old']],
  ['OLDEST_FIRST', 'Starting', ['old', 'middle', 'young']],
] as const)('%s takes instances that are %s in the order %j', (killSelection, condition, order) => {
  const samples = Object.fromEntries(Object.entries(AGES).map(([id, age]) => [id, { ...age, condition }]));
  expect(select({ killSelection }, samples, 3)).toEqual(order);
});

test('the condition counts before the age', () => {
  const samples: Record<string, Sample> = {
    young: { since: 9 },
    staging: { since: 1, condition: 'Staging' },
  };
  expect(select({}, samples, 1)).toEqual(['staging']);
});

const RACKS: Record<string, Sample> = {
  a1: { rack: 'a', since: 1 },
  a2: { rack: 'a', since: 2 },
  a3: { rack: 'a', since: 3 },
  b1: { rack: 'b', since: 9 },
};

test.each([
  [1, ['a3']],
  [2, ['a3', 'a2']],
  [3, ['a3', 'a2', 'b1']],
])('with GROUP_BY rack %i instances are taken from the largest rack first: %j', (count, ids) => {
  expect(select({ constraints: [['rack', 'GROUP_BY']] }, RACKS, count)).toEqual(ids);
});

/** The sizes of the groups that are left. */
const left = (field: 'rack' | 'zone', samples: Record<string, Sample>, ids: readonly string[]): number[] => {
  const sizes = new Map<string, number>();
  for (const [id, sample] of Object.entries(samples)) {
    const group = sample[field] ?? '';
    sizes.set(group, (sizes.get(group) ?? 0) + (ids.includes(id) ? 0 : 1));
  }
  return [...sizes.values()].sort();
};

test('groups that are even stay so: of 3 and 3 racks 2 and 2 are left, whatever the ages', () => {
  const young = { a1: { rack: 'a', since: 7 }, a2: { rack: 'a', since: 8 }, a3: { rack: 'a', since: 9 } };
  const old = { b1: { rack: 'b', since: 1 }, b2: { rack: 'b', since: 2 }, b3: { rack: 'b', since: 3 } };
  const samples: Record<string, Sample> = { ...young, ...old };
  const ids = select({ constraints: [['rack', 'GROUP_BY']] }, samples, 2);
  expect(ids).toEqual(['a3', 'b3']);
  expect(left('rack', samples, ids)).toEqual([2, 2]);
});

test('every GROUP_BY counts, and not the first one alone', () => {
  const samples: Record<string, Sample> = {
    a1: { rack: 'a', zone: 'x', since: 1 },
    a2: { rack: 'a', zone: 'y', since: 2 },
    a3: { rack: 'a', zone: 'x', since: 3 },
    b1: { rack: 'b', zone: 'y', since: 4 },
    b2: { rack: 'b', zone: 'x', since: 5 },
    b3: { rack: 'b', zone: 'y', since: 6 },
  };
  const constraints = [
    ['rack', 'GROUP_BY'],
    ['@zone', 'GROUP_BY'],
  ];
  for (const [count, sizes] of [
    [2, [2, 2]],
    [4, [1, 1]],
  ] as const) {
    const ids = select({ constraints }, samples, count);
    expect([left('rack', samples, ids), left('zone', samples, ids)]).toEqual([sizes, sizes]);
  }
});

test('an instance that was unreachable keeps the age of its task', () => {
  const samples: Record<string, Sample> = {
    returned: { since: 100, startedAt: 1 },
    replacement: { since: 60, startedAt: 60 },
  };
  expect(select({}, samples, 1)).toEqual(['replacement']);
  expect(select({ killSelection: 'OLDEST_FIRST' }, samples, 1)).toEqual(['returned']);
});

test('without GROUP_BY racks do not matter', () => {
  expect(select({ constraints: [['rack', 'UNIQUE']] }, RACKS, 1)).toEqual(['b1']);
});
