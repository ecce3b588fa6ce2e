import type { Turn } from '../../../../cluster/executor/core/turn';
import { retry, tell, tellAgain, update } from '../../../../cluster/executor/core/updates';
import { effectsOf } from '../../../effects-of';
import { stateWith, TASK } from '../play-executor';

function executor(connected: boolean) {
  const state = stateWith('running');
  state.connected = connected;
  return state;
}

const kindsOf = (effects: readonly { readonly kind: string }[]): string[] => effects.map(({ kind }) => kind);
const running = { task_id: TASK.task_id, state: 'TASK_RUNNING' } as const;

test.each([
  [true, ['update', 'wake']],
  [false, ['wake']],
])('an update is kept, and sent if connected (%s)', (connected, kinds) => {
  const state = executor(connected);
  const effects = effectsOf(state, (turn: Turn) => void update(turn, running), 5000);
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
    for (let index = 0; index < count; index += 1)
      effectsOf(state, (turn: Turn) => void update(turn, running));
    expect(kindsOf(effectsOf(state, retry, 5000))).toEqual(kinds);
  },
);

test('the result of a check is told with all that the last update had', () => {
  const state = executor(true);
  const [task] = state.tasks.values();
  if (!task) throw new Error('there is no task');
  effectsOf(state, (turn: Turn) => tell(turn, task, { state: 'TASK_RUNNING', healthy: true }));
  const before = task.last?.uuid;
  effectsOf(
    state,
    (turn: Turn) => tellAgain(turn, task, { reason: 'REASON_TASK_CHECK_STATUS_UPDATED' }),
    7000,
  );
  expect(task.last).toMatchObject({
    healthy: true,
    reason: 'REASON_TASK_CHECK_STATUS_UPDATED',
    timestamp: 7,
  });
  expect(task.last?.uuid).not.toBe(before);
});
