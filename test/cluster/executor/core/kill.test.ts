import {
  beginKill,
  completionOver,
  graceOf,
  graceOver,
  shutdown,
} from '../../../../cluster/executor/core/kill';
import type { ExecutorState } from '../../../../cluster/executor/core/state';
import type { KillCause } from '../../../../cluster/executor/core/task';
import type { Turn } from '../../../../cluster/executor/core/turn';
import { effectsOf } from '../../../effects-of';
import { stateWith } from '../play-executor';

const taskIn = (state: ExecutorState) => {
  const [task] = state.tasks.values();
  if (!task) throw new Error('there is no task');
  return task;
};

const killOf = (state: ExecutorState, graceMs: number | undefined, by: KillCause = 'kill') =>
  effectsOf(state, (turn: Turn) => beginKill(turn, taskIn(state), { by, graceMs }));

test.each([
  ['none', undefined, undefined],
  ['a policy without a period', {}, undefined],
  ['zero', { grace_period: { nanoseconds: 0n } }, 0],
  ['a period in nanoseconds', { grace_period: { nanoseconds: 1_500_000_000n } }, 1500],
])('the grace of %s', (_name, policy, grace) => {
  expect(graceOf(policy)).toBe(grace);
});

test.each([
  { first: undefined, second: undefined, until: 3000 },
  { first: 5000, second: 9000, until: 5000 },
  { first: 5000, second: 1000, until: 1000 },
  { first: 0, second: undefined, until: 0 },
])(
  'a kill with $first ms and one with $second ms end the task after $until ms',
  ({ first, second, until }) => {
    const state = stateWith('running');
    killOf(state, first);
    const again = killOf(state, second);
    expect(taskIn(state).killing?.until).toBe(until);
    expect(again.some((effect) => effect.kind === 'signal')).toBe(false);
  },
);

test('a task in a Docker container has the grace of its executor when nothing else says one', () => {
  const state = stateWith('running', { docker: { killGraceMs: 7000 } });
  killOf(state, undefined);
  expect(taskIn(state).killing?.until).toBe(7000);
  killOf(state, 2000);
  expect(taskIn(state).killing?.until).toBe(2000);
});

test('a framework that knows TASK_KILLING hears it before the signal, but not at the end of the completion time', () => {
  const kinds = (by: KillCause, capabilities: { type: 'TASK_KILLING_STATE' }[]) => {
    const state = stateWith('running');
    state.framework = { name: 'f', user: 'root', capabilities };
    return killOf(state, 1, by).map((effect) => effect.kind);
  };
  const capable = [{ type: 'TASK_KILLING_STATE' as const }];
  expect(kinds('kill', capable)).toEqual(['update', 'wake', 'signal', 'wake']);
  expect(kinds('completion', capable)).toEqual(['signal', 'wake']);
  expect(kinds('kill', [])).toEqual(['signal', 'wake']);
});

test.each([
  [999, 'running' as const, 0],
  [1000, 'running' as const, 1],
  [1000, 'starting' as const, 0],
])('at %i ms of 1000 a task that is %s gets SIGKILL %i times', (now, process, times) => {
  const state = stateWith('running');
  killOf(state, 1000);
  taskIn(state).process = process;
  const over = effectsOf(state, (turn: Turn) => graceOver(turn, { taskId: 't' }), now);
  expect(over.filter(({ kind }) => kind === 'signal')).toHaveLength(times);
});

test('timers of a task that is not killed, or not there, do nothing', () => {
  const state = stateWith('running');
  expect(effectsOf(state, (turn: Turn) => graceOver(turn, { taskId: 't' }), 1e9)).toEqual([]);
  expect(effectsOf(state, (turn: Turn) => graceOver(turn, { taskId: 'u' }), 1e9)).toEqual([]);
  expect(effectsOf(state, (turn: Turn) => completionOver(turn, { taskId: 'u' }), 1e9)).toEqual([]);
});

test.each([
  ['none', ['exit']],
  ['starting', ['wake']],
  ['running', ['signal', 'wake']],
] as const)('a shutdown while the task is %s leads to %j', (process, kinds) => {
  expect(effectsOf(stateWith(process), shutdown).map(({ kind }) => kind)).toEqual(kinds);
});
