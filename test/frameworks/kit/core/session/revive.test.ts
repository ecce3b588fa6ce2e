import {
  askFor,
  repeatRevive,
  resubscribed,
  reviveAnew,
  reviveNow,
  reviveOrSuppress,
} from '../../../../../frameworks/kit/core/session/revive';
import { SmallFramework } from '../../framework';

const wanted = (count: number): Map<string, number> => new Map(count === 0 ? [] : [['jobs', count]]);

test('offers are suppressed once while nothing waits', () => {
  const turn = new SmallFramework();
  reviveOrSuppress(turn, wanted(0));
  reviveOrSuppress(turn, wanted(0));
  expect(turn.calls()).toEqual([
    { framework_id: { value: 'F1' }, type: 'SUPPRESS', suppress: { roles: ['web'] } },
  ]);
  expect(turn.state.counters.suppresses).toBe(1);
});

test('offers flow on where suppressing is off', () => {
  const turn = new SmallFramework();
  Object.assign(turn.state.settings, { suppressOffers: false });
  reviveOrSuppress(turn, wanted(0));
  expect(turn.words()).toEqual([]);
});

test('more waiting tasks lead to a REVIVE, which is repeated once', () => {
  const turn = new SmallFramework();
  reviveOrSuppress(turn, wanted(1));
  reviveOrSuppress(turn, wanted(1));
  expect(turn.words()).toEqual(['REVIVE', 'revive-again at 5000']);
  turn.now = 5000;
  repeatRevive(turn);
  reviveOrSuppress(turn, wanted(1));
  repeatRevive(turn);
  reviveOrSuppress(turn, wanted(1));
  expect(turn.words()).toEqual(['REVIVE']);
});

test('a REVIVE goes out for as many tasks when one of them wants other offers', () => {
  const turn = new SmallFramework();
  reviveOrSuppress(turn, wanted(1));
  turn.words();
  reviveAnew(turn);
  reviveOrSuppress(turn, wanted(1));
  expect(turn.words()).toEqual(['REVIVE', 'revive-again at 5000']);
});

test('a repetition has no effect when nothing waits any more', () => {
  const turn = new SmallFramework();
  reviveOrSuppress(turn, wanted(1));
  reviveOrSuppress(turn, wanted(0));
  turn.words();
  repeatRevive(turn);
  reviveOrSuppress(turn, wanted(0));
  expect(turn.words()).toEqual([]);
});

test('three REVIVEs may follow each other; the next comes after the interval', () => {
  const turn = new SmallFramework();
  for (const count of [1, 2, 3, 4]) reviveOrSuppress(turn, wanted(count));
  expect(turn.words().at(-1)).toBe('revive at 5000');
  expect(turn.state.counters.revives).toBe(3);
  turn.now = 5000;
  reviveOrSuppress(turn, wanted(4));
  expect(turn.words()[0]).toBe('REVIVE');
});

test('urgent demand waits for half a second only, and is bounded by that', () => {
  const turn = new SmallFramework();
  for (const count of [1, 2, 3]) reviveOrSuppress(turn, wanted(count));
  turn.words();
  reviveOrSuppress(turn, wanted(3), true);
  expect(turn.words()).toEqual(['revive at 500']);
  turn.now = 500;
  reviveOrSuppress(turn, wanted(3), true);
  expect(turn.words()[0]).toBe('REVIVE');
  reviveOrSuppress(turn, wanted(4));
  expect(turn.words()).toEqual(['revive at 5000']);
});

test('urgent demand is asked for although as many wait as before', () => {
  const turn = new SmallFramework();
  reviveOrSuppress(turn, wanted(1));
  turn.words();
  reviveOrSuppress(turn, wanted(1), true);
  expect(turn.words()[0]).toBe('REVIVE');
});

test('a subscription ends the suppression: the master sends offers', () => {
  const turn = new SmallFramework();
  reviveOrSuppress(turn, wanted(0));
  turn.words();
  resubscribed(turn, wanted(2));
  reviveOrSuppress(turn, wanted(2));
  expect(turn.words()).toEqual([]);
  reviveNow(turn);
  expect(turn.words()).toEqual(['REVIVE']);
});

test('without a connection nothing is asked', () => {
  const turn = new SmallFramework();
  turn.state.session.connected = false;
  reviveOrSuppress(turn, wanted(1));
  reviveOrSuppress(turn, wanted(0));
  expect(turn.words()).toEqual([]);
});

describe('a framework of several roles', () => {
  const ask = (turn: SmallFramework, ...roles: string[]): unknown[] => {
    const { revive } = turn.state;
    const isNew = roles.some((role) => !revive.wanted.has(role));
    revive.wanted = new Map(roles.map((role) => [role, 1]));
    revive.wantedRoles = new Set(roles);
    askFor(turn, isNew);
    return turn.calls().map(({ type, revive: asked, suppress }) => [type, (asked ?? suppress)?.roles]);
  };

  it('asks for those of which something waits, and suppresses each other one once', () => {
    const turn = new SmallFramework();
    turn.state.session.roles = ['a', 'b', 'c'];
    expect(ask(turn, 'a')).toEqual([
      ['REVIVE', ['a']],
      ['SUPPRESS', ['b', 'c']],
    ]);
    expect(ask(turn, 'a')).toEqual([]);
    expect(ask(turn, 'a', 'b')).toEqual([['REVIVE', ['a', 'b']]]);
    expect(ask(turn, 'b')).toEqual([['SUPPRESS', ['a']]]);
    expect(ask(turn)).toEqual([['SUPPRESS', ['a', 'b', 'c']]]);
    expect(ask(turn, 'c')).toEqual([['REVIVE', ['c']]]);
  });
});
