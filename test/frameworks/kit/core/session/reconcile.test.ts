import {
  beginReconciliation,
  reconcileAll,
  reconcileUnconfirmed,
  repeatRefused,
} from '../../../../../frameworks/kit/core/session/reconcile';
import { SmallFramework } from '../../framework';

const TASKS = [
  { id: 'a', agentId: 'S1' },
  { id: 'b', agentId: undefined, launchingSince: 0 },
];

function asked(turn: SmallFramework): unknown[] {
  return turn.calls().map(({ reconcile }) => (reconcile?.tasks ?? []).map(({ task_id }) => task_id.value));
}

test('all tasks are reconciled at once after a subscription, and all again later', () => {
  const turn = new SmallFramework();
  beginReconciliation(turn, TASKS);
  expect(turn.effects).toContainEqual({
    kind: 'call',
    call: {
      framework_id: { value: 'F1' },
      type: 'RECONCILE',
      reconcile: {
        tasks: [{ task_id: { value: 'a' }, agent_id: { value: 'S1' } }, { task_id: { value: 'b' } }],
      },
    },
  });
  expect(turn.words()).toEqual(['RECONCILE', 'confirm at 1000', 'reconcile at 15000']);
});

test('tasks without an update are asked for again, with growing pauses up to a longest one', () => {
  const turn = new SmallFramework();
  beginReconciliation(turn, TASKS);
  turn.words();
  turn.state.unconfirmed.delete('a');
  const pauses: string[] = [];
  for (let round = 0; round < 6; round++) {
    reconcileUnconfirmed(turn, TASKS);
    pauses.push(...turn.words());
  }
  expect(pauses.filter((word) => word !== 'RECONCILE')).toEqual(
    [2000, 4000, 8000, 16_000, 16_000, 16_000].map((at) => `confirm at ${at}`),
  );
  reconcileUnconfirmed(turn, TASKS);
  expect(asked(turn)).toEqual([['b']]);
  turn.state.unconfirmed.clear();
  reconcileUnconfirmed(turn, TASKS);
  expect(asked(turn)).toEqual([]);
});

test('without tasks only the later reconciliation is set', () => {
  const turn = new SmallFramework();
  beginReconciliation(turn, []);
  expect(turn.words()).toEqual(['reconcile at 15000']);
});

test('a launch that is young is not asked for, since the master may not have it yet', () => {
  const turn = new SmallFramework();
  turn.now = 30_000;
  reconcileAll(turn, TASKS);
  turn.now = 30_001;
  reconcileAll(turn, TASKS);
  expect(asked(turn)).toEqual([['a'], [], ['a', 'b'], []]);
});

test('without tasks reconciliation is implicit only', () => {
  const turn = new SmallFramework();
  reconcileAll(turn, []);
  expect(turn.words()).toEqual(['RECONCILE', 'reconcile at 600000']);
});

test('a reconciliation that is refused is repeated before the interval is over, and no other call', () => {
  const turn = new SmallFramework();
  repeatRefused(turn, { type: 'RECONCILE', reconcile: {} });
  expect(turn.words()).toEqual(['reconcile at 10000']);
  repeatRefused(turn, { type: 'REVIVE' });
  expect(turn.words()).toEqual([]);
});
