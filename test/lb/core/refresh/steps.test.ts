/** The way of the apps into HAProxy: each event at each step, and the ways through, on a clock that is moved. */

import type { CommonEffect, Unstamped } from '../../../../cluster/model/event';
import {
  initRefresh,
  type Job,
  type RefreshEffect,
  type RefreshEvents,
  type RefreshState,
  type RefreshTurn,
  type RunningJob,
  type Step,
} from '../../../../lb/core/refresh/refresh';
import { type PolicyEvents, refreshAgain, refreshTransitions } from '../../../../lb/core/refresh/steps';
import {
  initReload,
  RETRY_MS,
  type ReloadEffect,
  type ReloadState,
} from '../../../../lb/core/reload/reload-policy';

type Input = Unstamped<RefreshEvents & PolicyEvents>;
type Effect = RefreshEffect | ReloadEffect | CommonEffect;
const NOW = 10_000;

interface Machine {
  readonly state: RefreshState;
  readonly reload: ReloadState;
  appsRead: boolean;
}

const refresh: Job = { kind: 'refresh', requests: [1] };

/** A machine without waits, in which a job waits at this step. */
function machineAt(step: Step | 'idle', more: Partial<RunningJob> = {}, boot = { cleanUp: true }): Machine {
  const state = initRefresh({ ...boot, weights: [] });
  if (step !== 'idle')
    state.running = {
      job: refresh,
      step,
      config: 'wanted',
      restarts: 1,
      commandsFailed: false,
      reason: '1 servers added',
      checked: { config: 'c1', why: 'x' },
      faults: [],
      ...more,
    };
  return { state, reload: initReload({ reloadWaitMs: 0, lingerMs: 0 }), appsRead: true };
}

function print(effect: Effect): string {
  switch (effect.kind) {
    case 'wake':
      return `wake ${effect.timer}+${effect.at - NOW}`;
    case 'note':
      return `note ${effect.level}`;
    case 'reload':
      return `reload ${effect.config}${effect.reason === undefined ? '' : `: ${effect.reason}`}`;
    case 'compare':
    case 'write':
    case 'serve':
    case 'report':
      return `${effect.kind} ${effect.config}`;
    case 'judge':
      return `judge${effect.commandsFailed ? ' after a failure' : ''}`;
    case 'check':
      return [
        'check',
        ...effect.refused.map(([key]) => `without ${key}`),
        ...(effect.alone ? ['alone'] : []),
      ].join(' ');
    case 'answer': {
      const how = effect.outcome.ok ? (effect.changed ? 'changed' : 'unchanged') : effect.outcome.why;
      return `answer ${effect.requests.join(' ')} ${how}${effect.failed ? ' (failed)' : ''}`;
    }
    default:
      return effect.kind;
  }
}

/** The effects of an event in words, and the step after it. */
function step({ state, reload, appsRead }: Machine, event: Input | 'timer', now = NOW): string {
  const effects: Effect[] = [];
  const turn: RefreshTurn = { state, reload, appsRead, now, effects };
  if (event === 'timer') refreshAgain(turn);
  else {
    const transition = refreshTransitions[event.kind] as (turn: RefreshTurn, event: object) => void;
    transition(turn, { ...event, at: now });
  }
  return [...effects.map(print), `-> ${state.running?.step ?? 'idle'}`].join(', ');
}

const STEPS: readonly (Step | 'idle')[] = [
  'idle',
  'noticing',
  'keeping',
  'restoring',
  'resolving',
  'trying',
  'binding',
  'adopting',
  'catching-up',
  'comparing',
  'commanding',
  'judging',
  'checking',
  'blaming',
  'reloading',
];
const no = { ok: false, why: 'no' } as const;
const fault = { key: '/a', why: 'x', version: '3' };
const unbound = { key: 'listener 0 /a', why: 'x', version: '3' };

/**
 * What each event does at each step, and the step after it; `every`: at each step, without another one after it;
 * `else`: where the step is not named. Without either nothing happens there. The last column is about the job.
 */
type Outcomes = Partial<Record<Step | 'idle' | 'every' | 'else', string>>;
const EVENTS: readonly (readonly [string, Input | 'timer', Outcomes, Partial<RunningJob>?])[] = [
  ['a refresh is asked for', { kind: 'refresh.asked', request: 2 }, { idle: 'notice, -> noticing' }],
  ['the timer rings', 'timer', { idle: 'notice, -> noticing' }],
  [
    'a reload is asked for',
    { kind: 'reload.asked', request: 2, reason: 'r' },
    { idle: 'reload running: r, -> reloading' },
  ],
  ['a preview is asked for', { kind: 'preview.asked', request: 2 }, { idle: 'resolve, -> resolving' }],
  [
    'HAProxy has not restarted',
    { kind: 'haproxy.noticed', restarts: 0, same: false },
    { noticing: 'resolve, -> resolving' },
  ],
  [
    'HAProxy has restarted with the running configuration',
    { kind: 'haproxy.noticed', restarts: 1, same: true },
    { noticing: 'forget-removed, keep-loaded, -> keeping' },
  ],
  [
    'HAProxy has restarted with an older one',
    { kind: 'haproxy.noticed', restarts: 1, same: false },
    {
      noticing: 'forget-removed, reload running: HAProxy was started again with an older file, -> restoring',
    },
  ],
  ['the loaded configuration is recorded', { kind: 'loaded.kept' }, { keeping: 'resolve, -> resolving' }],
  [
    'the agents have addresses',
    { kind: 'addresses.resolved', failing: false, versions: [] },
    { resolving: 'try-templates, -> trying' },
  ],
  ['template labels are tried', { kind: 'templates.tried' }, { trying: 'try-binds, -> binding' }],
  [
    'the addresses are tried',
    { kind: 'binds.tried', unbindable: 0 },
    { binding: 'compare wanted, -> comparing' },
  ],
  [
    'the servers of an adopted HAProxy are read',
    { kind: 'servers.read', structure: 's', why: undefined },
    { adopting: 'catch-up, -> catching-up' },
  ],
  [
    'its servers cannot be read',
    { kind: 'servers.read', structure: '', why: 'no answer' },
    { adopting: 'note warn, compare wanted, -> comparing' },
  ],
  [
    'nothing is to do',
    { kind: 'compared', decision: 'nothing', reason: 'same' },
    { comparing: 'serve wanted, answer 1 unchanged, -> idle' },
  ],
  [
    'commands are enough',
    { kind: 'compared', decision: 'commands', reason: 'servers' },
    { comparing: 'command, -> commanding' },
  ],
  [
    'the structure differs',
    { kind: 'compared', decision: 'reload', reason: 'structure' },
    { comparing: 'compare kept, -> comparing' },
  ],
  [
    'the running structure cannot be kept',
    { kind: 'compared', decision: 'reload', reason: 'structure' },
    { comparing: 'judge, -> judging' },
    { config: 'kept' },
  ],
  [
    'the kept structure has the wanted servers',
    { kind: 'compared', decision: 'nothing', reason: '' },
    { comparing: 'serve kept, judge, -> judging' },
    { config: 'kept' },
  ],
  [
    'the checked structure differs',
    { kind: 'compared', decision: 'reload', reason: '' },
    { comparing: 'reload checked, -> reloading' },
    { config: 'checked' },
  ],
  [
    'commands are carried out',
    { kind: 'commanded', commands: 2, outcome: { ok: true } },
    {
      'catching-up': 'compare wanted, -> comparing',
      commanding: 'note debug, write wanted, serve wanted, answer 1 changed, -> idle',
    },
  ],
  [
    'commands of the kept structure are carried out',
    { kind: 'commanded', commands: 2, outcome: { ok: true } },
    {
      'catching-up': 'compare wanted, -> comparing',
      commanding: 'note debug, write kept, serve kept, judge, -> judging',
    },
    { config: 'kept' },
  ],
  [
    'commands fail',
    { kind: 'commanded', commands: 2, outcome: no },
    {
      'catching-up': 'compare wanted, -> comparing',
      commanding: 'note warn, judge after a failure, -> judging',
    },
  ],
  [
    'commands of the checked configuration fail',
    { kind: 'commanded', commands: 2, outcome: no },
    { 'catching-up': 'compare wanted, -> comparing', commanding: 'note warn, reload checked, -> reloading' },
    { config: 'checked' },
  ],
  ['the files are written', { kind: 'files.written', ok: true }, {}],
  [
    'the structure is judged',
    { kind: 'structure.differs', retiring: false, commandsFailed: false },
    { judging: 'check, -> checking' },
  ],
  ['old workers are counted', { kind: 'workers.looked', old: 1, long: false }, {}],
  ['the old worker is gone', { kind: 'worker.gone' }, { every: 'wake refresh+0' }],
  ['a refresh is wanted', { kind: 'refresh.wanted' }, { every: 'wake refresh+0' }],
  [
    'HAProxy accepts the configuration',
    { kind: 'config.checked', outcome: { ok: true }, config: '' },
    { checking: 'compare checked, -> comparing' },
  ],
  [
    'HAProxy accepts it after commands failed',
    { kind: 'config.checked', outcome: { ok: true }, config: '' },
    { checking: 'reload checked, -> reloading' },
    { commandsFailed: true },
  ],
  [
    'HAProxy refuses the configuration',
    { kind: 'config.checked', outcome: no, config: 'c2' },
    { checking: 'find-faults, -> blaming' },
  ],
  [
    'the check cannot run',
    { kind: 'config.checked', outcome: { ...no, noAppAtFault: true }, config: 'c2' },
    { checking: 'report checked, note error, answer 1 unchanged, -> idle' },
  ],
  [
    'a part at fault is found',
    { kind: 'faults.found', faults: [fault] },
    { blaming: 'check without /a, -> checking' },
  ],
  [
    'no part at fault is found',
    { kind: 'faults.found', faults: [] },
    { blaming: 'report checked, note error, answer 1 unchanged, -> idle' },
  ],
  [
    'HAProxy is reloaded',
    { kind: 'haproxy.reloaded', outcome: { ok: true }, config: '', reason: 'r', faults: [] },
    {
      restoring: 'forget-removed, note info, resolve, -> resolving',
      reloading: 'forget-removed, note info, serve checked, answer 1 changed, -> idle',
    },
  ],
  [
    'the reload fails',
    { kind: 'haproxy.reloaded', outcome: no, config: 'c2', reason: 'r', faults: [] },
    { restoring: 'note error, resolve, -> resolving', reloading: 'note error, answer 1 unchanged, -> idle' },
  ],
  [
    'the reload fails at a listener',
    { kind: 'haproxy.reloaded', outcome: no, config: 'c2', reason: 'r', faults: [unbound] },
    {
      restoring: 'note error, resolve, -> resolving',
      reloading: 'note error, wake refresh+0, answer 1 unchanged, -> idle',
    },
  ],
  [
    'a step fails',
    { kind: 'refresh.failed', why: 'bug' },
    { idle: '-> idle', else: 'answer 1 bug (failed), -> idle' },
  ],
  ['HAProxy is adopted', { kind: 'structure.adopted', structure: 's' }, {}],
  ['a weight is set', { kind: 'weight.set', app: '/a', weight: 2 }, { every: 'keep-weights' }],
  ['the load balancer stops', { kind: 'refreshes.stopped' }, { judging: 'answer 1 changed, -> idle' }],
];

describe('each event at each step', () => {
  const rows = EVENTS.flatMap(([name, event, expected, more]) =>
    STEPS.map((at) => {
      const everywhere = expected.every === undefined ? `-> ${at}` : `${expected.every}, -> ${at}`;
      return [name, at, expected[at] ?? expected.else ?? everywhere, event, more] as const;
    }),
  );
  test.each(rows)('%s at %s: %s', (_name, at, expected, event, more) => {
    expect(step(machineAt(at, more), event)).toBe(expected);
  });

  test('the table has each event', () => {
    const kinds = EVENTS.map(([, event]) => (event === 'timer' ? '' : event.kind)).filter(Boolean);
    expect(new Set(kinds)).toEqual(new Set(Object.keys(refreshTransitions)));
  });
});

/** Several events in a row; returns the last line. */
function run(machine: Machine, ...events: (Input | 'timer')[]): string {
  return events.map((event) => step(machine, event)).at(-1) ?? '';
}

const noticed: Input = { kind: 'haproxy.noticed', restarts: 0, same: false };
const resolved: Input = { kind: 'addresses.resolved', failing: false, versions: [['/a', '3']] };
const differs: Input = { kind: 'compared', decision: 'reload', reason: 'r' };
const judged: Input = { kind: 'structure.differs', retiring: false, commandsFailed: false };
const accepted: Input = { kind: 'config.checked', outcome: { ok: true }, config: '' };
const refusedAs = (config: string): Input => ({ kind: 'config.checked', outcome: no, config });
/** From the beginning of a job to the comparison of what the apps want. */
const UNTIL_COMPARED = [
  noticed,
  resolved,
  { kind: 'templates.tried' },
  { kind: 'binds.tried', unbindable: 0 },
] as const;

test('a refresh with another structure: what is wanted, what can be kept, the check, the reload', () => {
  const machine = machineAt('idle');
  expect(step(machine, { kind: 'refresh.asked', request: 7 })).toBe('notice, -> noticing');
  expect(run(machine, ...UNTIL_COMPARED)).toBe('compare wanted, -> comparing');
  expect(step(machine, differs)).toBe('compare kept, -> comparing');
  expect(step(machine, differs)).toBe('judge, -> judging');
  expect(step(machine, judged)).toBe('check, -> checking');
  expect(step(machine, accepted)).toBe('compare checked, -> comparing');
  expect(step(machine, differs)).toBe('reload checked, -> reloading');
  const reloaded: Input = {
    kind: 'haproxy.reloaded',
    outcome: { ok: true },
    config: '',
    reason: 'r',
    faults: [],
  };
  expect(step(machine, reloaded)).toBe('forget-removed, note info, serve checked, answer 7 changed, -> idle');
  expect([machine.state.reloads, machine.state.stale]).toEqual([1, false]);
});

test('before the apps are read a refresh only sets a restarted HAProxy right', () => {
  const machine = { ...machineAt('noticing'), appsRead: false };
  expect(step(machine, noticed)).toBe('answer 1 unchanged, -> idle');
});

test('an adopted HAProxy with the wanted structure is taken over, and the file follows', () => {
  const machine = machineAt('binding');
  step(machine, { kind: 'structure.adopted', structure: 's' });
  expect(step(machine, { kind: 'binds.tried', unbindable: 0 })).toBe('read-servers, -> adopting');
  expect(step(machine, { kind: 'servers.read', structure: 's', why: undefined })).toBe(
    'take-over, compare wanted, -> comparing',
  );
  expect(step(machine, { kind: 'compared', decision: 'nothing', reason: '' })).toBe(
    'write wanted, serve wanted, answer 1 unchanged, -> idle',
  );
  step(machine, { kind: 'files.written', ok: true });
  expect([machine.state.stale, machine.state.adopted]).toEqual([false, undefined]);
});

test('a file that could not be written is written with the next refresh', () => {
  const machine = machineAt('commanding');
  step(machine, { kind: 'commanded', commands: 1, outcome: { ok: true } });
  step(machine, { kind: 'files.written', ok: false });
  run(machine, 'timer', ...UNTIL_COMPARED);
  expect(step(machine, { kind: 'compared', decision: 'nothing', reason: '' })).toBe(
    'write wanted, serve wanted, answer  unchanged, -> idle',
  );
});

test('a part at fault is left out, remembered for its app as it is, and forgotten when the app changes', () => {
  const machine = machineAt('checking', { config: 'kept' });
  run(machine, refusedAs('c2'), { kind: 'faults.found', faults: [fault] });
  expect(step(machine, accepted)).toBe('compare checked, -> comparing');
  const nothing: Input = { kind: 'compared', decision: 'nothing', reason: '' };
  expect(step(machine, nothing)).toBe('serve checked, answer 1 unchanged, -> idle');
  run(machine, 'timer', noticed, resolved);
  expect([...machine.state.refusals.keys()]).toEqual(['/a']);
  run(machine, { kind: 'refresh.failed', why: 'x' }, 'timer', noticed);
  step(machine, { ...resolved, versions: [['/a', '4']] });
  expect([...machine.state.refusals.keys()]).toEqual([]);
});

test('a part of an app that changed during the check is not remembered for long', () => {
  const machine = machineAt('checking');
  run(machine, refusedAs('c2'), { kind: 'faults.found', faults: [{ ...fault, version: '0' }] }, accepted);
  run(machine, { kind: 'refresh.failed', why: 'x' }, 'timer', noticed, resolved);
  expect(machine.state.refusals.size).toBe(0);
});

test('without --clean-up nothing is left out', () => {
  const machine = machineAt('checking', {}, { cleanUp: false });
  expect(step(machine, refusedAs('c2'))).toBe('report checked, note error, answer 1 unchanged, -> idle');
});

test('a configuration that HAProxy could not load is not loaded again for five seconds', () => {
  const machine = machineAt('reloading');
  step(machine, { kind: 'haproxy.reloaded', outcome: no, config: 'c9', reason: 'r', faults: [] });
  expect(machine.state.reloadFailures).toBe(1);
  const again = (later: number): string => {
    const at = { ...machine, ...machineAt('checking'), reload: machine.reload };
    step(at, { ...accepted, config: 'c9' }, NOW + later);
    return step(at, differs, NOW + later);
  };
  expect(again(RETRY_MS - 1)).toBe('answer 1 unchanged, -> idle');
  expect(again(RETRY_MS)).toBe('reload checked, -> reloading');
});

test('a refresh during a refresh waits for it, and all that ask meanwhile share one', () => {
  const machine = machineAt('commanding');
  run(machine, { kind: 'refresh.asked', request: 2 }, 'timer', { kind: 'refresh.asked', request: 3 });
  const lines = step(machine, { kind: 'commanded', commands: 1, outcome: { ok: true } });
  expect(lines).toBe('note debug, write wanted, serve wanted, answer 1 changed, notice, -> noticing');
  expect(machine.state.running?.job).toEqual({ kind: 'refresh', requests: [2, 3] });
});

test('after a stop a structure is left as it is, and no timer begins anything', () => {
  const machine = machineAt('comparing', { config: 'kept' });
  step(machine, { kind: 'refreshes.stopped' });
  expect(step(machine, differs)).toBe('answer 1 changed, -> idle');
  expect(step(machine, 'timer')).toBe('-> idle');
});

test('a failed step is logged when nobody is told', () => {
  const machine = machineAt('checking', { job: { kind: 'refresh', requests: [] } });
  expect(step(machine, { kind: 'refresh.failed', why: 'bug' })).toBe(
    'note error, answer  bug (failed), -> idle',
  );
});

describe('a preview', () => {
  const preview: Partial<RunningJob> = { job: { kind: 'preview', requests: [4] } };

  test('is built and checked, and nothing is loaded', () => {
    const machine = machineAt('trying', preview);
    expect(step(machine, { kind: 'templates.tried' })).toBe('check, -> checking');
    expect(step(machine, accepted)).toBe('answer 4 unchanged, -> idle');
  });

  test('tells why HAProxy refuses it', () => {
    const machine = machineAt('checking', preview);
    expect(run(machine, refusedAs('c2'), { kind: 'faults.found', faults: [] })).toBe('answer 4 no, -> idle');
    expect(machine.reload.refused).toBeUndefined();
  });
});

test('a reload that was asked for is told whether it worked', () => {
  const job: Job = { kind: 'reload', requests: [5], reason: 'r' };
  const machine = machineAt('reloading', { job });
  expect(step(machine, { kind: 'haproxy.reloaded', outcome: no, config: 'c', reason: 'r', faults: [] })).toBe(
    'note error, answer 5 no, -> idle',
  );
});
