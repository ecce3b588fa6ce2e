import { selectForKill } from '../../../../../frameworks/marathon/core/deployments/kill-selection';
import type { Condition, Instance } from '../../../../../frameworks/marathon/core/state/state';
import { app } from '../../fake-cluster';

interface Sample {
  readonly condition?: Condition;
  readonly since?: number;
  readonly rack?: string;
}

function instance(id: string, { condition = 'Running', since = 0, rack }: Sample): Instance {
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
    activeSince: condition === 'Running' ? since : undefined,
    incarnation: 1,
    agent: { host: `host-${id}`, agentId: id, attributes },
    task: { id, hostPorts: [], stagedAt: since, ipAddresses: [] },
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

test('without GROUP_BY racks do not matter', () => {
  expect(select({ constraints: [['rack', 'UNIQUE']] }, RACKS, 1)).toEqual(['b1']);
});
