import { initExecutor } from '../../../../cluster/executor/core/state';
import { acknowledged, completionOver, launch, shutdown } from '../../../../cluster/executor/core/task';
import type { Turn } from '../../../../cluster/executor/core/turn';
import { update } from '../../../../cluster/executor/core/updates';
import { effectsOf } from '../../../effects-of';
import { TASK } from '../play-executor';

function executor(process: 'none' | 'starting' | 'running' | 'ended') {
  const times = { startedAt: 0, shutdownGraceMs: 3000, recoveryTimeoutMs: 10_000 };
  const state = initExecutor({ frameworkId: 'f', executorId: 't', seed: 1, ...times });
  return Object.assign(state, { connected: true, process, task: TASK });
}

const running = { task_id: TASK.task_id, state: 'TASK_RUNNING' } as const;
const acknowledge = (state: ReturnType<typeof executor>, uuid: string) =>
  effectsOf(state, (turn: Turn) => acknowledged(turn, { kind: 'agent.acknowledged', at: 0, uuid }));

test('updates are kept in their order until they are acknowledged', () => {
  const state = executor('running');
  effectsOf(state, (turn: Turn) => update(turn, { ...running, state: 'TASK_STARTING' }));
  effectsOf(state, (turn: Turn) => update(turn, running));
  const [first = ''] = state.unacknowledged.keys();
  acknowledge(state, 'of another task');
  expect(state.unacknowledged.size).toBe(2);
  acknowledge(state, first);
  expect([...state.unacknowledged.values()].map((status) => status.state)).toEqual(['TASK_RUNNING']);
});

test.each([
  ['running', []],
  ['ended', ['exit']],
] as const)('the last acknowledgement of a task that is %s leads to %j', (process, kinds) => {
  const state = executor(process);
  effectsOf(state, (turn: Turn) => update(turn, running));
  const [uuid = ''] = state.unacknowledged.keys();
  expect(acknowledge(state, uuid).map(({ kind }) => kind)).toEqual(kinds);
});

test.each([
  ['none', ['exit']],
  ['starting', ['wake']],
  ['running', ['signal', 'wake']],
  ['ended', ['exit']],
] as const)('a shutdown while the process is %s leads to %j', (process, kinds) => {
  expect(effectsOf(executor(process), shutdown).map(({ kind }) => kind)).toEqual(kinds);
});

test('a task runs as the user of its command, or else of its framework', () => {
  const userOf = (user: string | undefined): unknown => {
    const state = { ...executor('none'), task: undefined, framework: { name: 'f', user: 'ann' } };
    const task = { ...TASK, command: { value: 'true', ...(user !== undefined && { user }) } };
    const effects = effectsOf(state, (turn: Turn) => launch(turn, { kind: 'agent.launch', at: 0, task }));
    return effects.flatMap((effect) => (effect.kind === 'spawn' ? [effect.user] : []));
  };
  expect([userOf(undefined), userOf('bob')]).toEqual([['ann'], ['bob']]);
});

test('the end of the completion time is a kill with a reason of its own', () => {
  const state = executor('running');
  expect(effectsOf(state, completionOver).map(({ kind }) => kind)).toEqual(['signal', 'wake']);
  expect(state.killing?.text).toBe('completion');
});
