import { revive, suppress } from '../../../../../cluster/master/core/offers/revive';
import type { Turn } from '../../../../../cluster/master/core/state/turn';
import { effectsOf } from '../../../../effects-of';
import { MasterScript } from '../../interpreter';

function framework() {
  const script = new MasterScript();
  script.play('start', 'framework web roles=a,b caps=MULTI_ROLE');
  const [record] = script.state.frameworks.values();
  if (!record) throw new Error('no framework');
  return { state: script.state, record };
}

test.each<
  [
    suppressed: readonly string[],
    call: 'revive' | 'suppress',
    roles: readonly string[] | undefined,
    left: readonly string[],
  ]
>([
  [[], 'suppress', undefined, ['a', 'b']],
  [[], 'suppress', [], ['a', 'b']],
  [[], 'suppress', ['b'], ['b']],
  [['a'], 'suppress', ['b'], ['a', 'b']],
  [[], 'suppress', ['b', 'other'], []],
  [['a', 'b'], 'revive', undefined, []],
  [['a', 'b'], 'revive', ['a'], ['b']],
  [['a', 'b'], 'revive', ['a', 'other'], ['a', 'b']],
  [[], 'revive', ['a'], []],
])('with %j suppressed a %s of %j leaves %j suppressed', (suppressed, call, roles, left) => {
  const { state, record } = framework();
  record.suppressedRoles = new Set(suppressed);
  const act = call === 'revive' ? revive : suppress;
  effectsOf(state, (turn: Turn) => act(turn, record, roles));
  expect([...record.suppressedRoles].sort()).toEqual(left);
});

test('a call with a role that the framework does not have is noted', () => {
  const { state, record } = framework();
  expect(effectsOf(state, (turn: Turn) => suppress(turn, record, ['other']))).toMatchObject([
    { kind: 'note', level: 'warn' },
  ]);
});

test('a revive ends the filters of its roles only', () => {
  const { state, record } = framework();
  const filter = (role: string) => ({ role, resources: [], until: 1e9 });
  state.allocator.frameworks.get(record.id)?.filters.set('S1', [filter('a'), filter('b')]);
  effectsOf(state, (turn: Turn) => revive(turn, record, ['a']));
  expect(
    state.allocator.frameworks
      .get(record.id)
      ?.filters.get('S1')
      ?.map(({ role }) => role),
  ).toEqual(['b']);
});
