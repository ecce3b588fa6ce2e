/** When a change of structure is reloaded: each event in each state, and the ways through, on a clock that is moved. */

import type { CommonEffect, Unstamped } from '../../../../cluster/model/event';
import {
  initReload,
  RETRY_MS,
  type ReloadAnswer,
  type ReloadEffect,
  type ReloadEvents,
  type ReloadState,
  type ReloadTurn,
  refusedLately,
  reloadTransitions,
} from '../../../../lb/core/reload/reload-policy';

type Input = Unstamped<ReloadEvents>;
const NOW = 10_000;
const WAIT = 3000;
const LINGER = 5000;

/** States that a change of structure passes, with times before `NOW`. */
const STATES: Readonly<Record<string, Partial<ReloadState>>> = {
  idle: {},
  lingering: { lingerSince: NOW - 1000 },
  'lingered long enough': { lingerSince: NOW - LINGER },
  'asking whether a reload ends something': { lingerSince: NOW - LINGER, looking: 'linger' },
  'asking for old workers': { structureSince: NOW - 1000, looking: 'wait' },
  'waiting for a worker': { structureSince: NOW - 1000, awaiting: true },
  'waited long enough': { structureSince: NOW - WAIT, awaiting: true },
};
type StateName = keyof typeof STATES;

function stateIn(name: StateName): ReloadState {
  return { ...initReload({ reloadWaitMs: WAIT, lingerMs: LINGER }), ...STATES[name] };
}

/** The effects of an event in words; times are relative. */
function step(state: ReloadState, event: Input, now = NOW): string {
  const effects: (ReloadEffect | ReloadAnswer | CommonEffect)[] = [];
  const transition = reloadTransitions[event.kind] as (turn: ReloadTurn, event: object) => void;
  transition({ state, now, effects }, { ...event, at: now });
  return effects
    .map((effect) => {
      if (effect.kind === 'wake') return `wake ${effect.timer}+${effect.at - now}`;
      if (effect.kind === 'look') return effect.sessions ? 'look at sessions' : 'look';
      return effect.kind === 'await-worker' ? `await-worker ${effect.limitMs}` : effect.kind;
    })
    .join(', ');
}

const differs = (retiring: boolean, commandsFailed = false): Input => ({
  kind: 'structure.differs',
  retiring,
  commandsFailed,
});
const looked = (old: number, long = false): Input => ({ kind: 'workers.looked', old, long });

/** What each event does in each state; where a state is not named, the text under `else`. */
const EVENTS: readonly (readonly [string, Input, Readonly<Record<string, string>>])[] = [
  ['another structure', differs(false), { 'waited long enough': 'reload-now', else: 'look' }],
  ['failed commands', differs(false, true), { 'waited long enough': 'reload-now', else: 'look' }],
  [
    'services to retire',
    differs(true),
    {
      idle: `wake refresh+${LINGER}, put-off`,
      lingering: `wake refresh+${LINGER - 1000}, put-off`,
      'lingered long enough': 'look at sessions',
      'asking whether a reload ends something': 'look at sessions',
      else: `wake refresh+${LINGER}, put-off`,
    },
  ],
  [
    'no old worker and no long session',
    looked(0),
    {
      'asking whether a reload ends something': 'look',
      'asking for old workers': 'reload-now',
      else: '',
    },
  ],
  [
    'an old worker',
    looked(1),
    {
      'asking whether a reload ends something': `wake refresh+${LINGER}, put-off`,
      'asking for old workers': `await-worker ${WAIT - 1000}, put-off`,
      else: '',
    },
  ],
  [
    'a long session',
    looked(0, true),
    {
      'asking whether a reload ends something': `wake refresh+${LINGER}, put-off`,
      'asking for old workers': 'reload-now',
      else: '',
    },
  ],
  ['the worker gone', { kind: 'worker.gone' }, { else: 'wake refresh+0' }],
  ['a wanted refresh', { kind: 'refresh.wanted' }, { else: 'wake refresh+0' }],
  ['a refused configuration', { kind: 'config.refused', config: 'a', why: 'no' }, { else: '' }],
  ['the structure served', { kind: 'structure.served' }, { else: '' }],
];

describe('each event in each state', () => {
  const rows = EVENTS.flatMap(([name, event, expected]) =>
    Object.keys(STATES).map(
      (state) => [name, state, expected[state] ?? expected['else'] ?? '', event] as const,
    ),
  );
  test.each(rows)('%s when %s: %s', (_name, state, effects, event) => {
    expect(step(stateIn(state), event)).toBe(effects);
  });
});

test('a second refresh while a worker is waited for waits for it, too, and asks for one wait only', () => {
  const state = stateIn('asking for old workers');
  expect(step(state, looked(1))).toBe(`await-worker ${WAIT - 1000}, put-off`);
  expect([step(state, differs(false)), step(state, looked(1))]).toEqual(['look', 'put-off']);
  expect(step(state, { kind: 'worker.gone' })).toBe('wake refresh+0');
  expect([step(state, differs(false)), step(state, looked(0))]).toEqual(['look', 'reload-now']);
});

test('the wait for workers ends at its limit, counted from the first refresh that wanted the structure', () => {
  const state = stateIn('idle');
  step(state, differs(false), 0);
  step(state, looked(1), 0);
  expect([step(state, differs(false), WAIT - 1), step(state, differs(false), WAIT)]).toEqual([
    'look',
    'reload-now',
  ]);
  step(state, { kind: 'structure.served' });
  expect(step(state, differs(false), WAIT)).toBe('look');
});

test('a change of more than unwanted services ends their lingering, and a later one lingers from its own start', () => {
  const state = stateIn('lingering');
  step(state, differs(false));
  step(state, looked(1));
  expect(step(state, differs(true), NOW + 1)).toBe(`wake refresh+${LINGER}, put-off`);
});

test('services that lingered while something would end linger for as long again', () => {
  const state = stateIn('lingered long enough');
  expect([step(state, differs(true)), step(state, looked(0, true))]).toEqual([
    'look at sessions',
    `wake refresh+${LINGER}, put-off`,
  ]);
  expect([step(state, differs(true)), step(state, looked(0)), step(state, looked(0))]).toEqual([
    'look at sessions',
    'look',
    'reload-now',
  ]);
});

test('without --reload-wait a change of structure is reloaded at once', () => {
  const state = initReload({ reloadWaitMs: 0, lingerMs: 0 });
  expect(step(state, differs(false))).toBe('reload-now');
});

test('a refused configuration is tried again after five seconds, another one at once, and a served one as well', () => {
  const state = stateIn('idle');
  step(state, { kind: 'config.refused', config: 'a', why: 'no' });
  const lately = (config: string, later: number): boolean => refusedLately(state, NOW + later) === config;
  expect([lately('a', 0), lately('a', RETRY_MS - 1), lately('a', RETRY_MS), lately('b', 0)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
  step(state, { kind: 'structure.served' });
  expect([lately('a', 0), state.refused]).toEqual([false, undefined]);
});
