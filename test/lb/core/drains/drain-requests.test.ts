/** When a task is drained, answered and put back: each event in each state, and the ways through, on a clock that is moved. */

import type { CommonEffect, Unstamped } from '../../../../cluster/model/event';
import { count, drainTransitions } from '../../../../lb/core/drains/drain-requests';
import {
  COUNT_MS,
  DRAINED_MAX_MS,
  type DrainEffect,
  type DrainEvent,
  type DrainEvents,
  type DrainRequest,
  type DrainsState,
  type DrainTurn,
  initDrains,
  UNKNOWN_MS,
} from '../../../../lb/core/drains/drains';

type Input = Unstamped<DrainEvents>;
type Transition = (turn: DrainTurn, event: DrainEvent) => void;
const NOW = 10_000;
const DEADLINE = 60_000;

const waiting = { phase: 'waiting', task: 'old', deadline: NOW + DEADLINE, told: undefined } as const;

/** States of the request 1, which is about the task `old`. */
const STATES: Readonly<Record<string, { request?: DrainRequest; more?: Partial<DrainsState> }>> = {
  'no apps are read': { more: { appsReadAt: undefined } },
  idle: {},
  drained: { more: { drained: new Map([['old', NOW - 1000]]) } },
  reading: { request: { phase: 'reading', task: 'old', deadline: NOW + DEADLINE } },
  serving: { request: { phase: 'serving', task: 'old', deadline: NOW + DEADLINE } },
  waiting: { request: waiting, more: { counting: { requests: [1], since: NOW } } },
  'waiting at the deadline': {
    request: { ...waiting, deadline: NOW },
    more: { counting: { requests: [1], since: NOW } },
  },
  'waiting between two counts': { request: { ...waiting, told: 2 } },
  returning: { request: { phase: 'returning', task: 'old' } },
};

function stateIn(name: string): DrainsState {
  const { request, more } = STATES[name] ?? {};
  const state = { ...initDrains([], 0), appsReadAt: 1000, ...more };
  return {
    ...state,
    drained: new Map(state.drained),
    requests: new Map(request === undefined ? [] : [[1, request]]),
  };
}

function print(effect: DrainEffect | CommonEffect, now: number): string {
  switch (effect.kind) {
    case 'wake':
      return `wake ${effect.timer}+${effect.at - now}`;
    case 'read-for-drain':
      return `read ${effect.app ?? 'all'} within ${effect.limitMs}`;
    case 'count':
      return `count ${effect.tasks.join(' ')}`;
    case 'keep-drained':
      return `keep ${effect.drained.map(([task]) => task).join(' ')}`.trim();
    case 'tell-drain':
      return `tell ${effect.status.state} ${effect.status.connections}`;
    case 'answer-drain':
      return `answer ${effect.status.state} ${effect.status.connections}`;
    default:
      return effect.kind;
  }
}

/** The effects of an event in words. */
function step(state: DrainsState, event: Input, now = NOW): string {
  const effects: (DrainEffect | CommonEffect)[] = [];
  (drainTransitions[event.kind] as Transition)({ state, now, effects }, { ...event, at: now } as DrainEvent);
  return effects.map((effect) => print(effect, now)).join(', ');
}

const asked = (serving: readonly string[], request = 2, task = 'old', deadlineMs = DEADLINE): Input => ({
  kind: 'drain.asked',
  request,
  task,
  app: '/web',
  deadlineMs,
  serving,
});
const served = (...serving: string[]): Input => ({ kind: 'drain.served', request: 1, serving });
const counted = (connections: number, why?: string): Input => ({
  kind: 'connections.counted',
  counts: why === undefined ? [['old', connections]] : [],
  why,
});

/** What each event does in each state; where a state is not named, the text under `else`. */
const EVENTS: readonly (readonly [string, Input, Readonly<Record<string, string>>])[] = [
  ['the apps are stored', { kind: 'apps.stored' }, { else: '' }],
  [
    'a drain is asked for, and the task is served',
    asked(['old']),
    { drained: 'count old', else: 'read /web within 5000' },
  ],
  [
    'a drain is asked for, and no server belongs to the task',
    asked([]),
    { drained: 'tell unknown 0, answer unknown 0', else: 'read /web within 5000' },
  ],
  [
    'the app is read',
    { kind: 'drain.read', request: 1 },
    { reading: 'keep old, note, serve-drains', else: '' },
  ],
  [
    'the change is served',
    served('old'),
    { serving: 'count old', returning: 'tell in 0, answer in 0', else: '' },
  ],
  [
    'the change is served without the task',
    served(),
    {
      serving: 'tell unknown 0, answer unknown 0',
      returning: 'tell unknown 0, answer unknown 0',
      else: '',
    },
  ],
  [
    'serving fails',
    { kind: 'drain.failed', request: 1, why: 'x' },
    { 'no apps are read': '', idle: '', drained: '', else: 'fail-drain' },
  ],
  [
    'the task is put back',
    { kind: 'drain.undone', request: 2, task: 'old', serving: ['old'] },
    { drained: 'keep, serve-drains', else: 'tell in 0, answer in 0' },
  ],
  [
    'connections are left',
    counted(2),
    {
      waiting: `tell out 2, wake count+${COUNT_MS}`,
      'waiting at the deadline': 'tell out 2, answer out 2',
      else: '',
    },
  ],
  [
    'no connection is left',
    counted(0),
    {
      waiting: 'tell out 0, answer out 0',
      'waiting at the deadline': 'tell out 0, answer out 0',
      else: '',
    },
  ],
  [
    'connections cannot be counted',
    counted(0, 'no answer'),
    { waiting: `wake count+${COUNT_MS}`, 'waiting at the deadline': 'fail-drain', else: '' },
  ],
  [
    'the load balancer stops',
    { kind: 'drains.stopped' },
    { 'waiting between two counts': 'count old', else: '' },
  ],
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

  test('the table has each event', () => {
    expect(new Set(EVENTS.map(([, { kind }]) => kind))).toEqual(new Set(Object.keys(drainTransitions)));
  });
});

test('a request is answered when the connections of its task are done, and each change is told once', () => {
  const state = stateIn('idle');
  step(state, asked(['old'], 1));
  step(state, { kind: 'drain.read', request: 1 });
  expect(step(state, served('old'))).toBe('count old');
  const again = (now: number): void => count({ state, now, effects: [] });
  expect(step(state, counted(1))).toBe(`tell out 1, wake count+${COUNT_MS}`);
  again(NOW + COUNT_MS);
  expect(step(state, counted(1), NOW + COUNT_MS)).toBe(`wake count+${COUNT_MS}`);
  again(NOW + 2 * COUNT_MS);
  expect(step(state, counted(0), NOW + 2 * COUNT_MS)).toBe('tell out 0, answer out 0');
  expect(state.requests.size).toBe(0);
});

test('a count that began before a request says nothing about it: another one follows at once', () => {
  const state = stateIn('waiting');
  state.drained.set('old', NOW).set('other', NOW);
  expect(step(state, asked(['old', 'other'], 2, 'other'))).toBe('');
  expect(step(state, counted(0))).toBe('tell out 0, answer out 0, count other');
});

test('a count that began before the deadline and ended after it is followed by a last one', () => {
  const state = stateIn('waiting');
  expect(step(state, counted(3), NOW + DEADLINE)).toBe(`tell out 3, wake count+${COUNT_MS}`);
  count({ state, now: NOW + DEADLINE, effects: [] });
  expect(step(state, counted(3), NOW + DEADLINE)).toBe('answer out 3');
});

test('Marathon is asked no longer than the deadline of the request', () => {
  expect(step(stateIn('idle'), asked([], 1, 'old', 50))).toBe('read /web within 50');
});

describe('another request puts back', () => {
  const drainedAfter = (state: DrainsState, now: number, serving: readonly string[]): string[] => {
    step(state, asked(serving, 9, 'other', 0), now);
    return [...state.drained.keys()];
  };
  const drainedAt = (time: number): DrainsState => ({
    ...stateIn('idle'),
    drained: new Map([['old', time]]),
  });

  test('a task that was served and has ended, at once', () => {
    const state = drainedAt(NOW);
    expect(drainedAfter(state, NOW, ['old'])).toEqual(['old']);
    expect(drainedAfter(state, NOW, [])).toEqual([]);
  });

  test.each([
    ['without a server, after a minute', [], UNKNOWN_MS],
    ['with a server, after an hour', ['old'], DRAINED_MAX_MS],
  ])('a task %s', (_name, serving, limitMs) => {
    expect(drainedAfter(drainedAt(NOW), NOW + limitMs - 1, serving)).toEqual(['old']);
    expect(drainedAfter(drainedAt(NOW), NOW + limitMs, serving)).toEqual([]);
  });

  test('nothing until the apps are read, and a minute from then on counts', () => {
    const state = { ...drainedAt(NOW), appsReadAt: undefined };
    expect(drainedAfter(state, NOW + DRAINED_MAX_MS, [])).toEqual(['old']);
    step(state, { kind: 'apps.stored' }, NOW + DRAINED_MAX_MS);
    expect(drainedAfter(state, NOW + DRAINED_MAX_MS + UNKNOWN_MS - 1, [])).toEqual(['old']);
    expect(drainedAfter(state, NOW + DRAINED_MAX_MS + UNKNOWN_MS, [])).toEqual([]);
  });
});
