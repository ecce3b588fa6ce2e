/** When removed servers are tried to be deleted: each event in each state, and the ways through, on a clock that is moved. */

import type { CommonEffect, Unstamped } from '../../../../cluster/model/event';
import {
  initRemoval,
  type RemovalEffect,
  type RemovalEvents,
  type RemovalState,
  type RemovalTurn,
  removalTransitions,
  SWEEP_FIRST_MS,
  SWEEP_LAST_MS,
  sweep,
} from '../../../../lb/core/removal/removed-servers';

type Input = Unstamped<RemovalEvents> | 'timer';
const NOW = 1000;

const STATES: Readonly<Record<string, RemovalState>> = {
  idle: { sweepMs: 1000, due: false },
  due: { sweepMs: 1000, due: true },
  'slow, and due': { sweepMs: SWEEP_LAST_MS, due: true },
};

/** The effects of an event in words, and the wait after it. */
function step(state: RemovalState, event: Input): string {
  const effects: (RemovalEffect | CommonEffect)[] = [];
  const turn: RemovalTurn = { state, now: NOW, effects };
  if (event === 'timer') sweep(turn);
  else
    (removalTransitions[event.kind] as (turn: RemovalTurn, event: object) => void)(turn, {
      ...event,
      at: NOW,
    });
  const words = effects.map((effect) =>
    effect.kind === 'wake' ? `wake ${effect.timer}+${effect.at - NOW}` : effect.kind,
  );
  return [...words, `${state.sweepMs}${state.due ? ' due' : ''}`].join(', ');
}

const leaving = (count: number): Input => ({ kind: 'servers.leaving', count });
const swept = (deleted: number, left: number): Input => ({ kind: 'servers.swept', deleted, left });

test.each<[string, Input, string, string, string]>([
  ['a server leaves', leaving(1), 'wake sweep+100, 100 due', '100 due', '100 due'],
  ['none is left to leave', leaving(0), '100', '100 due', '100 due'],
  ['it is time', 'timer', 'sweep, 1000', 'sweep, 1000', `sweep, ${SWEEP_LAST_MS}`],
  ['nothing can be deleted yet', swept(0, 2), 'wake sweep+1500, 1500 due', '1500 due', '3000 due'],
  ['some are deleted', swept(1, 1), 'wake sweep+150, 150 due', '150 due', '150 due'],
  ['all are deleted', swept(2, 0), '150', '150 due', '150 due'],
])('%s', (_name, event, ...expected) => {
  expect(Object.values(STATES).map((state) => step({ ...state }, event))).toEqual(expected);
});

test('attempts come later and later, three seconds apart at most, and soon after a change', () => {
  const state = initRemoval();
  step(state, leaving(1));
  const waits = Array.from({ length: 10 }, () => {
    step(state, 'timer');
    return step(state, swept(0, 1)).replace(/^wake sweep\+([\d.]+),.*$/, '$1');
  });
  expect(waits.map(Number).map(Math.round)).toEqual([150, 225, 338, 506, 759, 1139, 1709, 2563, 3000, 3000]);
  step(state, 'timer');
  expect(step(state, leaving(2))).toBe(`wake sweep+${SWEEP_FIRST_MS}, 100 due`);
});
