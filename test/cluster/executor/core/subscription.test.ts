import type { ExecutorState } from '../../../../cluster/executor/core/state';
import { initExecutor, savedOf } from '../../../../cluster/executor/core/state';
import {
  disconnected,
  resubscribe,
  resume,
  subscribed,
} from '../../../../cluster/executor/core/subscription';
import type { Turn } from '../../../../cluster/executor/core/turn';
import { update } from '../../../../cluster/executor/core/updates';
import { effectsOf } from '../../../effects-of';
import { BOOT, stateWith, TASK } from '../play-executor';

const lose = (state: ExecutorState, now: number) =>
  effectsOf(
    state,
    (turn: Turn) => disconnected(turn, { kind: 'agent.disconnected', at: now, reason: 'gone' }),
    now,
  );

test('a new subscription has the unacknowledged tasks and updates; a connected executor needs none', () => {
  const state = stateWith('running');
  expect(effectsOf(state, resubscribe)).toEqual([]);
  state.connected = false;
  const running = { task_id: TASK.task_id, state: 'TASK_RUNNING' } as const;
  effectsOf(state, (turn: Turn) => update(turn, running));
  expect(effectsOf(state, resubscribe)).toMatchObject([
    { kind: 'subscribe', tasks: [TASK], updates: [running] },
  ]);
  for (const task of state.tasks.values()) task.acknowledged = true;
  expect(effectsOf(state, resubscribe)).toMatchObject([{ tasks: [] }]);
});

test.each([
  { now: 0, kinds: ['wake'] },
  { now: 10_000, kinds: ['wake'] },
  { now: 10_001, kinds: ['note', 'signal', 'exit'] },
])('an executor that has been without its agent for $now of 10000 ms does $kinds', ({ now, kinds }) => {
  const state = stateWith('running');
  lose(state, 0);
  expect(lose(state, now).map(({ kind }) => kind)).toEqual(kinds);
});

test('a subscription ends the time without an agent', () => {
  const state = stateWith('running');
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

test('an executor that goes on takes its containers over before it subscribes', () => {
  const state = initExecutor({ ...BOOT, saved: savedOf(stateWith('running')) });
  expect(effectsOf(state, resume)).toMatchObject([
    { kind: 'adopt', taskId: 't', containerId: 'C' },
    { kind: 'subscribe', tasks: [TASK], updates: [] },
  ]);
});

test('an executor that goes on when everything was over leaves', () => {
  const saved = { ...savedOf(stateWith('none')), launches: 1 };
  const kinds = effectsOf(initExecutor({ ...BOOT, saved }), resume).map(({ kind }) => kind);
  expect(kinds).toEqual(['exit', 'subscribe']);
});
