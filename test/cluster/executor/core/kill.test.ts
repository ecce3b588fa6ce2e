import { beginKill, graceOf, graceOver, type KillOrder } from '../../../../cluster/executor/core/kill';
import { type ExecutorState, initExecutor } from '../../../../cluster/executor/core/state';
import type { Turn } from '../../../../cluster/executor/core/turn';
import { effectsOf } from '../../../effects-of';
import { TASK } from '../play-executor';

function running(capability?: 'TASK_KILLING_STATE'): ExecutorState {
  const times = { startedAt: 0, shutdownGraceMs: 3000, recoveryTimeoutMs: 10_000 };
  const state = initExecutor({ frameworkId: 'f', executorId: 't', seed: 1, ...times });
  const capabilities = capability === undefined ? [] : [{ type: capability }];
  return Object.assign(state, {
    connected: true,
    task: TASK,
    process: 'running' as const,
    framework: { name: 'f', user: 'root', capabilities },
  });
}

const killOf = (state: ExecutorState, graceMs: KillOrder['graceMs']) =>
  effectsOf(state, (turn: Turn) => beginKill(turn, { by: 'kill', graceMs }));

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
  'a kill after $first ms and one after $second ms end the task after $until ms',
  ({ first, second, until }) => {
    const state = running();
    killOf(state, first);
    const again = killOf(state, second);
    expect(state.killing?.until).toBe(until);
    expect(again.some((effect) => effect.kind === 'signal')).toBe(false);
  },
);

test.each([
  ['no task', { task: undefined }],
  ['an ended task', { process: 'ended' as const }],
])('there is nothing to kill with %s', (_name, change) => {
  const state = Object.assign(running(), change);
  expect(killOf(state, 1)).toEqual([]);
  expect(state.killing).toBeUndefined();
});

test('a framework that knows TASK_KILLING hears it before the signal', () => {
  const kinds = (capability?: 'TASK_KILLING_STATE') =>
    killOf(running(capability), 1).map((effect) => effect.kind);
  expect(kinds('TASK_KILLING_STATE')).toEqual(['update', 'wake', 'signal', 'wake']);
  expect(kinds()).toEqual(['signal', 'wake']);
});

test.each([
  [999, 'running' as const, 0],
  [1000, 'running' as const, 1],
  [1000, 'starting' as const, 1],
  [1000, 'ended' as const, 0],
])('at %i ms of 1000 a task that is %s gets SIGKILL %i times', (now, process, times) => {
  const state = running();
  killOf(state, 1000);
  state.process = process;
  expect(effectsOf(state, graceOver, now)).toHaveLength(times);
});

test('without a kill no grace is over', () => {
  expect(effectsOf(running(), graceOver, 1e9)).toEqual([]);
});
