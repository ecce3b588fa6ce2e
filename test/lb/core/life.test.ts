/** The load balancer's life: every event in every phase, and the ways through. */

import fc from 'fast-check';
import type { LbEffect } from '../../../lb/core/effects';
import type { LbBoot, LbEvent, LbInput, LifeEvents } from '../../../lb/core/events';
import { healthOf, initLb, type LbState, lbIssues, type Phase } from '../../../lb/core/state';
import { lbMachine } from '../../../lb/core/step';
import { lbBoot } from '../builders';

const BOOT: LbBoot = { ...lbBoot, readLimitMs: 2000 };
const PHASES: readonly Phase[] = [
  'new',
  'looking',
  'adopting',
  'reading',
  'starting',
  'serving',
  'restarting',
  'stopping',
  'stopped',
];

function stateIn(phase: Phase, more: Partial<LbState> = {}): LbState {
  const pid = phase === 'serving' ? 7 : undefined;
  return { ...initLb(BOOT), phase, pid, ...more };
}

/** Effects in words: `start previous`, `wake probe+1000`, `note warn`. */
function print(effect: LbEffect): string {
  switch (effect.kind) {
    case 'start':
      return `start ${effect.source}`;
    case 'wake':
      return `wake ${effect.timer}+${effect.at - 100}`;
    case 'note':
      return `note ${effect.level}`;
    case 'renew':
      return `renew${effect.runtime ? ' runtime' : ''}`;
    case 'adopt':
      return `adopt ${effect.pid}`;
    default:
      return effect.kind;
  }
}

function step(state: LbState, event: LbInput): string {
  const effects = lbMachine.step(state, { ...event, at: 100 } as LbEvent).map(print);
  return [state.phase, ...effects].join(', ');
}

/** What each event does where it means something; everywhere else nothing happens. */
const EVENTS: { readonly [K in keyof LifeEvents]: readonly [LbInput, Partial<Record<Phase, string>>][] } = {
  started: [[{ kind: 'started' }, { new: 'looking, find' }]],
  'haproxy.found': [
    [{ kind: 'haproxy.found', finding: { kind: 'serving', pid: 7 } }, { looking: 'adopting, adopt 7' }],
    [
      { kind: 'haproxy.found', finding: { kind: 'none', previous: true, why: 'process 9 is gone' } },
      { looking: 'starting, note warn, start previous' },
    ],
    [
      { kind: 'haproxy.found', finding: { kind: 'none', previous: false, why: '' } },
      { looking: 'reading, read, wake reading+2000' },
    ],
  ],
  'haproxy.adopted': [
    [{ kind: 'haproxy.adopted', pid: 7 }, { adopting: 'serving, note info, wake probe+1000, ready' }],
  ],
  'haproxy.started': [
    [
      { kind: 'haproxy.started', pid: 7, source: 'previous' },
      {
        starting: 'serving, note info, wake probe+1000, ready',
        restarting: 'serving, note info, wake probe+1000',
      },
    ],
  ],
  'haproxy.refused': [
    [
      { kind: 'haproxy.refused', source: 'previous', why: 'x' },
      {
        starting: 'reading, note error, read, wake reading+2000',
        restarting: 'restarting, note error, wake restart+50',
      },
    ],
    [
      { kind: 'haproxy.refused', source: 'current', why: 'x' },
      { starting: 'starting, start empty', restarting: 'restarting, note error, wake restart+50' },
    ],
    [
      { kind: 'haproxy.refused', source: 'empty', why: 'x' },
      { starting: 'starting, fail', restarting: 'restarting, note error, wake restart+50' },
    ],
  ],
  'haproxy.ended': [
    [{ kind: 'haproxy.ended', pid: 7, status: '1' }, { serving: 'restarting, note error, start previous' }],
    [{ kind: 'haproxy.ended', pid: 6, status: '1' }, {}],
  ],
  'start.failed': [
    [
      { kind: 'start.failed', why: 'x' },
      {
        looking: 'looking, fail',
        adopting: 'adopting, fail',
        reading: 'reading, fail',
        starting: 'starting, fail',
        restarting: 'restarting, note error, wake restart+50',
      },
    ],
  ],
  'apps.read': [[{ kind: 'apps.read' }, { reading: 'starting, start current' }]],
  'apps.unreachable': [[{ kind: 'apps.unreachable', why: 'x' }, { reading: 'starting, start empty' }]],
  'apps.served': [[{ kind: 'apps.served' }, {}]],
  'sockets.probed': [
    [{ kind: 'sockets.probed', runtime: 'answers', master: 'answers' }, {}],
    [{ kind: 'sockets.probed', runtime: 'gone', master: 'silent' }, {}],
  ],
  'sockets.renewed': [
    [{ kind: 'sockets.renewed', why: undefined }, {}],
    [
      { kind: 'sockets.renewed', why: 'x' },
      Object.fromEntries(PHASES.map((phase) => [phase, `${phase}, note error`])),
    ],
  ],
  'stop.requested': [
    [
      { kind: 'stop.requested', failed: false },
      {
        new: 'stopping, detach',
        looking: 'stopping, detach',
        adopting: 'stopping, detach',
        reading: 'stopping, end',
        starting: 'stopping, note info, detach',
        serving: 'stopping, note info, detach',
        restarting: 'stopping, note info, detach',
      },
    ],
    [
      { kind: 'stop.requested', failed: true },
      {
        new: 'stopping, detach',
        looking: 'stopping, detach',
        adopting: 'stopping, detach',
        reading: 'stopping, end',
        starting: 'stopping, end',
        serving: 'stopping, end',
        restarting: 'stopping, end',
      },
    ],
  ],
  'haproxy.released': [[{ kind: 'haproxy.released', pid: undefined }, { stopping: 'stopped, stopped' }]],
  woke: [
    [{ kind: 'woke', timer: 'reading' }, { reading: 'starting, start empty' }],
    [{ kind: 'woke', timer: 'restart' }, { restarting: 'restarting, start previous' }],
    [{ kind: 'woke', timer: 'probe' }, { serving: 'serving, probe, wake probe+1000' }],
  ],
};

describe('each event in each phase', () => {
  const rows = Object.values(EVENTS).flatMap((cases) =>
    cases.flatMap(([event, expected]) =>
      PHASES.map((phase) => [JSON.stringify(event), phase, expected[phase] ?? phase, event] as const),
    ),
  );
  test.each(rows)('%s in %s: %s', (_name, phase, expected, event) => {
    expect(step(stateIn(phase), event)).toBe(expected);
  });
});

/** Several events in a row; returns the last line. */
function run(state: LbState, ...events: LbInput[]): string {
  return events.map((event) => step(state, event)).at(-1) ?? '';
}

test('a start that fails leaves an adopted HAProxy serving, whatever a stop is to do', () => {
  const state = { ...stateIn('serving', { adopted: true }), boot: { ...BOOT, endHaproxy: true } };
  expect(step(state, { kind: 'stop.requested', failed: true })).toBe('stopping, note info, detach');
});

test('a stop that is to end HAProxy ends an adopted one, too', () => {
  const state = { ...stateIn('serving', { adopted: true }), boot: { ...BOOT, endHaproxy: true } };
  expect(step(state, { kind: 'stop.requested', failed: false })).toBe('stopping, end');
});

test.each<Phase>(['starting', 'restarting', 'serving'])(
  'a stop while %s ends HAProxy only when it is to',
  (phase) => {
    fc.assert(
      fc.property(fc.boolean(), fc.boolean(), fc.boolean(), (endHaproxy, adopted, failed) => {
        const state = { ...stateIn(phase, { adopted }), boot: { ...BOOT, endHaproxy } };
        const ends = failed ? !adopted : endHaproxy;
        expect(step(state, { kind: 'stop.requested', failed })).toBe(
          ends ? 'stopping, end' : 'stopping, note info, detach',
        );
      }),
    );
  },
);

test.each([
  ['serves by the end of the stop', 8, 'HAProxy serves on; the next start adopts it, and kill 8 ends it'],
  [
    'does not start',
    undefined,
    'HAProxy does not serve: it could not be started; the next start of the load balancer starts it',
  ],
])('a stop tells that a HAProxy that was being started again %s', (_name, pid, text) => {
  const state = stateIn('restarting');
  step(state, { kind: 'stop.requested', failed: false });
  // Answers of the attempt change nothing any more.
  expect(step(state, { kind: 'haproxy.refused', source: 'previous', why: 'no' })).toBe('stopping');
  const effects = lbMachine.step(state, { kind: 'haproxy.released', pid, at: 100 });
  expect(effects).toMatchObject([{ kind: 'note', text }, { kind: 'stopped' }]);
});

test('attempts to start HAProxy again come later and later, 5 s apart at most', () => {
  const state = stateIn('restarting');
  const waits = Array.from({ length: 9 }, () =>
    step(state, { kind: 'haproxy.refused', source: 'previous', why: 'no' }).replace(/^.*\+/, ''),
  );
  expect(waits).toEqual(['50', '100', '200', '400', '800', '1600', '3200', '5000', '5000']);
  expect(lbIssues(state)).toEqual([{ part: 'haproxy', text: 'HAProxy does not start again: no' }]);
  step(state, { kind: 'haproxy.started', pid: 8, source: 'previous' });
  expect(lbIssues(state)).toEqual([]);
});

const ANSWERS_TO_START: readonly LbInput[] = [
  { kind: 'haproxy.started', pid: 8, source: 'previous' },
  { kind: 'haproxy.refused', source: 'previous', why: 'no' },
  { kind: 'start.failed', why: 'no' },
];

test('while HAProxy is started again, every answer leads to serving or to another attempt', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...ANSWERS_TO_START), { minLength: 1, maxLength: 20 }),
      (answers) => {
        const state = stateIn('restarting');
        for (const answer of answers) {
          const line = step(state, answer);
          if (answer.kind === 'haproxy.started') {
            expect(line).toBe('serving, note info, wake probe+1000');
            expect(step(state, { kind: 'haproxy.ended', pid: 8, status: '1' })).toMatch(/start previous$/);
          } else {
            expect(line).toMatch(/^restarting, note error, wake restart\+\d+$/);
            expect(lbIssues(state)).toHaveLength(1);
            expect(step(state, { kind: 'woke', timer: 'restart' })).toBe('restarting, start previous');
          }
        }
      },
    ),
  );
});

test('a socket that is silent twice is told and made again once, and told until it answers', () => {
  const state = stateIn('serving');
  const gone: LbInput = { kind: 'sockets.probed', runtime: 'gone', master: 'answers' };
  expect(step(state, gone)).toBe('serving');
  expect(healthOf(state).runtimeSocket).toBe('answers');
  expect(step(state, gone)).toBe('serving, note warn, renew runtime');
  expect(step(state, gone)).toBe('serving');
  expect(step(state, { kind: 'woke', timer: 'probe' })).toBe('serving, wake probe+1000');
  expect([healthOf(state).runtimeSocket, healthOf(state).masterSocket]).toEqual(['gone', 'answers']);
  expect(lbIssues(state)).toHaveLength(1);
  // It failed: the next probe tries again.
  run(state, { kind: 'sockets.renewed', why: 'no' });
  expect(step(state, gone)).toBe('serving, note warn, renew runtime');
  run(state, { kind: 'sockets.renewed', why: undefined });
  expect(step(state, { kind: 'sockets.probed', runtime: 'answers', master: 'answers' })).toBe(
    'serving, note info',
  );
  expect([healthOf(state).runtimeSocket, lbIssues(state)]).toEqual(['answers', []]);
});

test('a socket that is slow to answer is made again only after ten times in a row', () => {
  const state = stateIn('serving');
  const silent: LbInput = { kind: 'sockets.probed', runtime: 'silent', master: 'answers' };
  for (let times = 0; times < 9; times++) expect(step(state, silent)).toBe('serving');
  run(state, { kind: 'sockets.probed', runtime: 'answers', master: 'answers' });
  for (let times = 0; times < 9; times++) expect(step(state, silent)).toBe('serving');
  expect(step(state, silent)).toBe('serving, note warn, renew runtime');
});

test('a probe that takes long is waited for', () => {
  const state = stateIn('serving');
  const woke: LbInput = { kind: 'woke', timer: 'probe' };
  expect([step(state, woke), step(state, woke)]).toEqual([
    'serving, probe, wake probe+1000',
    'serving, wake probe+1000',
  ]);
  run(state, { kind: 'sockets.probed', runtime: 'answers', master: 'answers' });
  expect(step(state, woke)).toBe('serving, probe, wake probe+1000');
});

test('without the master socket the reload makes that one alone', () => {
  const gone: LbInput = { kind: 'sockets.probed', runtime: 'answers', master: 'gone' };
  expect(run(stateIn('serving'), gone, gone)).toBe('serving, note warn, renew');
});

test('an adopted configuration is told as such until the apps are served', () => {
  const state = stateIn('adopting');
  step(state, { kind: 'haproxy.adopted', pid: 7 });
  expect([healthOf(state).configuration, lbIssues(state)]).toEqual(['previous', []]);
  step(state, { kind: 'apps.unreachable', why: 'refused' });
  const text = 'the configuration of the run before serves until the apps can be read: refused';
  expect(lbIssues(state)).toEqual([{ part: 'marathon', text }]);
  step(state, { kind: 'apps.served' });
  expect([healthOf(state).configuration, lbIssues(state)]).toEqual(['current', []]);
  step(state, { kind: 'apps.unreachable', why: 'refused' });
  expect(lbIssues(state)).toEqual([]);
});

test('a configuration of the run before that HAProxy refuses is told until the apps are served', () => {
  const state = stateIn('starting');
  step(state, { kind: 'haproxy.refused', source: 'previous', why: 'unknown keyword' });
  run(state, { kind: 'apps.unreachable', why: 'refused' });
  expect(run(state, { kind: 'haproxy.started', pid: 7, source: 'empty' })).toMatch(/^serving/);
  expect(lbIssues(state).map(({ text }) => text)).toEqual([
    'HAProxy cannot load the configuration of the run before: unknown keyword',
    'no apps are served until the apps can be read: refused',
  ]);
  step(state, { kind: 'apps.served' });
  expect(lbIssues(state)).toEqual([]);
});
