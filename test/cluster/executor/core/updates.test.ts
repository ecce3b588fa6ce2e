import { initExecutor } from '../../../../cluster/executor/core/state';
import type { Turn } from '../../../../cluster/executor/core/turn';
import { retry, update } from '../../../../cluster/executor/core/updates';
import { effectsOf } from '../../../effects-of';
import { TASK } from '../play-executor';

function executor(connected: boolean) {
  const times = { startedAt: 0, shutdownGraceMs: 3000, recoveryTimeoutMs: 10_000 };
  const state = initExecutor({ frameworkId: 'f', executorId: 't', seed: 1, ...times });
  return Object.assign(state, { connected, task: TASK });
}

const kindsOf = (effects: readonly { readonly kind: string }[]): string[] => effects.map(({ kind }) => kind);
const running = { task_id: TASK.task_id, state: 'TASK_RUNNING' } as const;

test.each([
  [true, ['update', 'wake']],
  [false, ['wake']],
])('an update is kept, and sent if connected (%s)', (connected, kinds) => {
  const state = executor(connected);
  const effects = effectsOf(state, (turn: Turn) => update(turn, running), 5000);
  expect(kindsOf(effects)).toEqual(kinds);
  expect([...state.unacknowledged.values()]).toMatchObject([
    { state: 'TASK_RUNNING', source: 'SOURCE_EXECUTOR', executor_id: { value: 't' }, timestamp: 5 },
  ]);
});

test.each([
  [true, 0, []],
  [true, 2, ['update', 'update', 'wake']],
  [false, 2, []],
])(
  'after a while without an answer (connected %s, %i updates) the executor does %j',
  (connected, count, kinds) => {
    const state = executor(connected);
    for (let index = 0; index < count; index += 1) effectsOf(state, (turn: Turn) => update(turn, running));
    expect(kindsOf(effectsOf(state, retry, 5000))).toEqual(kinds);
  },
);
