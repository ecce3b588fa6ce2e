import {
  cancelMarkUnreachable,
  cancelUnansweredPings,
  markNextUnreachable,
  scheduleMarkUnreachable,
} from '../../../../../cluster/master/core/agents/mark-unreachable';
import type { UnreachableCause } from '../../../../../cluster/master/core/state/pending-unreachable';
import type { Turn } from '../../../../../cluster/master/core/state/turn';
import { effectsOf } from '../../../../effects-of';
import { MasterScript } from '../../interpreter';

function cluster(everyMs: number | undefined) {
  const script = new MasterScript();
  if (everyMs !== undefined) script.play(`settings agentRemovalEveryMs=${everyMs}`);
  script.play('start', 'agent a', 'agent b', 'agent c', 'hold');
  const { state } = script;
  const remove = (agentId: string, now: number, kind: UnreachableCause = 'health') =>
    effectsOf(
      state,
      (turn: Turn) => scheduleMarkUnreachable(turn, { agentId, kind, reason: 'silent' }),
      now,
    ).map((effect) => effect.kind);
  const markNext = (now: number) => effectsOf(state, markNextUnreachable, now);
  return { state, remove, markNext };
}

test('without a limit every agent is given up at once', () => {
  const { state, remove } = cluster(undefined);
  expect(remove('M-S0', 0)).toEqual(['store']);
  remove('M-S1', 0);
  expect([...state.leaving]).toEqual([
    ['M-S0', 'unreachable'],
    ['M-S1', 'unreachable'],
  ]);
});

test('with a limit the first goes at once, and the others wait their turn in order', () => {
  const { state, remove, markNext } = cluster(60_000);
  remove('M-S0', 0);
  expect(remove('M-S1', 0)).toEqual(['wake']);
  expect(remove('M-S2', 0)).toEqual([]);
  expect([[...state.leaving.keys()], [...state.unreachableQueue.waiting.keys()]]).toEqual([
    ['M-S0'],
    ['M-S1', 'M-S2'],
  ]);
  expect(markNext(59_999)).toEqual([]);
  expect(markNext(60_000).at(-1)).toEqual({
    kind: 'wake',
    timer: 'mark-unreachable',
    at: 120_000,
  });
  markNext(120_000);
  expect([...state.leaving.keys()]).toEqual(['M-S0', 'M-S1', 'M-S2']);
});

test('an agent waits or leaves once', () => {
  const { state, remove } = cluster(60_000);
  for (const id of ['M-S0', 'M-S0', 'M-S1', 'M-S1']) remove(id, 0);
  expect([state.leaving.size, state.unreachableQueue.waiting.size]).toEqual([1, 1]);
});

test.each<[kind: UnreachableCause, connected: boolean, removed: boolean]>([
  ['health', true, true],
  ['health', false, true],
  ['absent', true, false],
  ['absent', false, true],
  ['recovered', true, false],
])('at its turn an agent lost for %s (connected: %s) leaves: %s', (kind, connected, removed) => {
  const { state, remove, markNext } = cluster(60_000);
  remove('M-S0', 0);
  remove('M-S1', 0, kind);
  const agent = state.agents.get('M-S1');
  if (agent) agent.connected = connected;
  markNext(60_000);
  expect(state.leaving.has('M-S1')).toBe(removed);
  expect(state.unreachableQueue.waiting.size).toBe(0);
});

test.each<[kind: UnreachableCause, waits: boolean]>([
  ['health', false],
  ['absent', true],
  ['recovered', true],
])('an answer to a ping cancels a removal for %s: still waits %s', (kind, waits) => {
  const { state, remove } = cluster(60_000);
  remove('M-S0', 0);
  remove('M-S1', 0, kind);
  cancelUnansweredPings(state, 'M-S1');
  expect(state.unreachableQueue.waiting.has('M-S1')).toBe(waits);
  cancelMarkUnreachable(state, 'M-S1');
  expect(state.unreachableQueue.waiting.size).toBe(0);
  expect(state.counters.get('master/slave_unreachable_canceled')).toBe(1);
});
