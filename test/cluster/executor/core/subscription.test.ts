import { initExecutor } from '../../../../cluster/executor/core/state';
import { disconnected, resubscribe, subscribed } from '../../../../cluster/executor/core/subscription';
import type { Turn } from '../../../../cluster/executor/core/turn';
import { update } from '../../../../cluster/executor/core/updates';
import { effectsOf } from '../../../effects-of';
import { TASK } from '../play-executor';

function executor(connected: boolean) {
  const times = { startedAt: 0, shutdownGraceMs: 3000, recoveryTimeoutMs: 10_000 };
  const state = initExecutor({ frameworkId: 'f', executorId: 't', seed: 1, ...times });
  return Object.assign(state, { connected, task: TASK });
}

const lose = (state: ReturnType<typeof executor>, now: number) =>
  effectsOf(
    state,
    (turn: Turn) => disconnected(turn, { kind: 'agent.disconnected', at: now, reason: 'gone' }),
    now,
  );

test('a new subscription has the task and its updates; a connected executor needs none', () => {
  const state = executor(false);
  const running = { task_id: TASK.task_id, state: 'TASK_RUNNING' } as const;
  effectsOf(state, (turn: Turn) => update(turn, running));
  expect(effectsOf(state, resubscribe)).toMatchObject([
    { kind: 'subscribe', tasks: [TASK], updates: [running] },
  ]);
  expect(effectsOf({ ...state, task: undefined }, resubscribe)).toMatchObject([{ tasks: [] }]);
  expect(effectsOf({ ...state, connected: true }, resubscribe)).toEqual([]);
});

test.each([
  { now: 0, kinds: ['wake'] },
  { now: 10_000, kinds: ['wake'] },
  { now: 10_001, kinds: ['note', 'signal', 'exit'] },
])('an executor that has been without its agent for $now of 10000 ms does $kinds', ({ now, kinds }) => {
  const state = executor(true);
  lose(state, 0);
  expect(lose(state, now).map(({ kind }) => kind)).toEqual(kinds);
});

test('a subscription ends the time without an agent', () => {
  const state = executor(true);
  lose(state, 0);
  const framework_info = { name: 'f', user: 'root' };
  const welcome = {
    executor_info: { executor_id: { value: 't' } },
    agent_info: { hostname: 'h' },
    framework_info,
  };
  effectsOf(state, (turn: Turn) =>
    subscribed(turn, { kind: 'agent.subscribed', at: 1, subscribed: welcome }),
  );
  expect(state.framework).toBe(framework_info);
  expect(lose(state, 20_000).map(({ kind }) => kind)).toEqual(['wake']);
});
