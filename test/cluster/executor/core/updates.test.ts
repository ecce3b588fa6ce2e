import { initExecutor } from '../../../../cluster/executor/core/state';
import { acknowledged, resubscribe, retry, update } from '../../../../cluster/executor/core/updates';
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
  expect(kindsOf(update(state, running, 5000))).toEqual(kinds);
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
    for (let index = 0; index < count; index += 1) update(state, running, index);
    expect(kindsOf(retry(state, 5000))).toEqual(kinds);
  },
);

test('updates are sent again in their order, until they are acknowledged', () => {
  const state = executor(true);
  update(state, { ...running, state: 'TASK_STARTING' }, 0);
  update(state, running, 1);
  const [first = ''] = state.unacknowledged.keys();
  acknowledged(state, 'of another task');
  expect(state.unacknowledged.size).toBe(2);
  acknowledged(state, first);
  expect([...state.unacknowledged.values()].map((status) => status.state)).toEqual(['TASK_RUNNING']);
});

test('a new subscription has the task and its updates; a connected executor needs none', () => {
  const state = executor(false);
  update(state, running, 0);
  expect(resubscribe(state)).toMatchObject([{ kind: 'subscribe', tasks: [TASK], updates: [running] }]);
  expect(resubscribe({ ...state, task: undefined })).toMatchObject([{ tasks: [] }]);
  expect(resubscribe({ ...state, connected: true })).toEqual([]);
});
