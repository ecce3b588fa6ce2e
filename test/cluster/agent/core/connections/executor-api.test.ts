import { TASK_STATES, type TaskState } from '../../../../../cluster/model/task-state';
import { AgentScript } from '../../interpreter';

/** States that an executor may report; the agent itself makes the others. */
const REPORTED = [
  'TASK_STARTING',
  'TASK_RUNNING',
  'TASK_KILLING',
  'TASK_FINISHED',
  'TASK_FAILED',
  'TASK_KILLED',
] as const;
const ENDED: ReadonlySet<TaskState> = new Set(['TASK_FINISHED', 'TASK_FAILED', 'TASK_KILLED']);

function started(): AgentScript {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', 'run web t', 'subscribe web t');
  return script;
}

const stateOf = (script: AgentScript): TaskState | undefined =>
  script.read((state) => state.frameworks.get('web')?.executors.get('t')?.tasks.get('t')?.state);

describe('a reported state', () => {
  const pairs = ['TASK_STAGING' as const, ...REPORTED].flatMap((from) =>
    REPORTED.map((to) => ({ from, to })),
  );

  test.each(pairs)('takes a task that is $from to $to unless it has ended', ({ from, to }) => {
    const script = started();
    if (from !== 'TASK_STAGING') script.play(`update web t ${from}`, 'acknowledge web t wrong');
    const out = script.play(`update web t ${to}`);
    const isIgnored = ENDED.has(from);
    expect(stateOf(script)).toBe(isIgnored ? from : to);
    // An ignored update is acknowledged to the executor, too, so that the executor does not repeat it.
    expect(out.slice(0, 2)).toEqual(['answer 202', 'event executor-t: ACKNOWLEDGED']);
    const counted = script.read(({ counters }) => counters.get('slave/invalid_status_updates') ?? 0);
    expect(counted).toBe(isIgnored ? 1 : 0);
  });

  test.each(TASK_STATES.filter((state) => ENDED.has(state)))('%s counts as an end once', (end) => {
    const script = started();
    script.play(`update web t ${end}`, `update web t ${end}`);
    const name = `slave/tasks_${end.slice('TASK_'.length).toLowerCase()}`;
    expect(script.read(({ counters }) => counters.get(name))).toBe(1);
  });

  it('of a task of another executor is acknowledged and dropped', () => {
    const script = started();
    script.play('run web u', 'subscribe web u');
    expect(script.play('update web u TASK_RUNNING')).toHaveLength(3);
    expect(stateOf(script)).toBe('TASK_STAGING');
  });
});

test.each([
  ['call web t HEARTBEAT', ['answer 202']],
  ['call nobody t HEARTBEAT', ['answer 202']],
  ['call web t MESSAGE', ['answer 202', 'send master@m:5050: ExecutorToFramework']],
  ['call web t UNKNOWN', ['answer 501 Call UNKNOWN is not supported']],
  ['call nobody t MESSAGE', ['answer 400 Framework cannot be found']],
  ['call web nobody MESSAGE', ['answer 400 Executor cannot be found']],
])('%s is answered %j', (line, out) => {
  expect(started().play(line)).toEqual(out);
});

test('a message for the framework is dropped while no master leads', () => {
  const script = started();
  script.play('detected nobody');
  expect(script.play('call web t MESSAGE')).toEqual(['answer 202']);
});

test('a new subscription closes the one before, and launches no task twice', () => {
  const script = started();
  expect(script.play('subscribe web t tasks=t')).toEqual([
    'close executor-t: subscribed anew',
    'event executor-t: SUBSCRIBED',
  ]);
});

test('the updates of a framework that ends are acknowledged and go nowhere', () => {
  const script = started();
  script.play('shutdownFramework web');
  expect(script.play('update web t TASK_FINISHED')).toEqual(['answer 202', 'event executor-t: ACKNOWLEDGED']);
  expect(script.play('exit t')).toEqual(['close executor-t: the executor has terminated']);
  expect(script.read(({ streams, frameworks }) => [streams.size, frameworks.size])).toEqual([0, 0]);
});
