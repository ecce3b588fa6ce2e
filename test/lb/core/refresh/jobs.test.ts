/** The queue of jobs: one runs at a time, and refreshes that wait are one. */

import { endJob, enqueue } from '../../../../lb/core/refresh/jobs';
import { initRefresh, type RefreshEffect, type RefreshTurn } from '../../../../lb/core/refresh/refresh';
import { initReload } from '../../../../lb/core/reload/reload-policy';

function queue() {
  const effects: { kind: string; requests?: readonly number[] }[] = [];
  const turn: RefreshTurn = {
    state: initRefresh({ cleanUp: false, weights: [] }),
    reload: initReload({ reloadWaitMs: 0, lingerMs: 0 }),
    appsRead: true,
    now: 0,
    effects: { push: (effect) => effects.push(effect as RefreshEffect) },
  };
  const took = (): string[] =>
    effects.splice(0).map(({ kind, requests }) => (requests ? `${kind} ${requests.join(' ')}` : kind));
  return { turn, took };
}

test('jobs run one after the other, in their order', () => {
  const { turn, took } = queue();
  enqueue(turn, { kind: 'refresh', requests: [1] });
  enqueue(turn, { kind: 'reload', requests: [2], reason: 'r' });
  enqueue(turn, { kind: 'preview', requests: [3] });
  expect(took()).toEqual(['notice']);
  endJob(turn);
  expect(took()).toEqual(['answer 1', 'reload']);
  endJob(turn);
  expect(took()).toEqual(['answer 2', 'resolve']);
  endJob(turn);
  expect([took(), turn.state.running]).toEqual([['answer 3'], undefined]);
});

test('refreshes that wait are one, and begin after the one that runs; reloads stay apart', () => {
  const { turn } = queue();
  enqueue(turn, { kind: 'refresh', requests: [1] });
  enqueue(turn, { kind: 'reload', requests: [2], reason: 'r' });
  enqueue(turn, { kind: 'refresh', requests: [3] });
  enqueue(turn, { kind: 'reload', requests: [4], reason: 's' });
  enqueue(turn, { kind: 'refresh', requests: [5] });
  expect(turn.state.waiting.map(({ kind, requests }) => `${kind} ${requests.join(' ')}`)).toEqual([
    'reload 2',
    'refresh 3 5',
    'reload 4',
  ]);
});
