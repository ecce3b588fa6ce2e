import { completeTask, detachTask, setTaskState } from '../../../../../cluster/master/core/tasks/record';
import { printResources } from '../../../../../cluster/model/resources';
import { isTerminal, TASK_STATES, type TaskState } from '../../../../../cluster/model/task-state';
import { MasterScript } from '../../interpreter';

function running(...settings: readonly string[]) {
  const script = new MasterScript();
  script.play(...settings, 'start', 'agent a', 'framework web', 'advance 1', 'accept web O0 t1');
  const { state } = script;
  const framework = [...state.frameworks.values()][0];
  const task = framework?.tasks.get('t1');
  if (!framework || !task) throw new Error('no task');
  const free = (): string => printResources(state.allocator.agents.get('M-S0')?.free ?? []);
  return { script, state, framework, task, free };
}

const statusOf = (state: TaskState) =>
  ({ task_id: { value: 't1' }, state, source: 'SOURCE_EXECUTOR' }) as const;
const USES_NOTHING: ReadonlySet<TaskState> = new Set(TASK_STATES.filter(isTerminal)).add('TASK_UNREACHABLE');

const PAIRS = TASK_STATES.flatMap((from) => TASK_STATES.map((to) => ({ from, to })));

test.each(PAIRS)(
  'a task that is $from gets $to: ended tasks stay so, and those that are over use nothing',
  ({ from, to }) => {
    const { state, task, free } = running();
    setTaskState(state, task, statusOf(from), from);
    expect(task.state).toBe(from);
    const isFree = USES_NOTHING.has(from);
    expect(free()).toBe(isFree ? 'cpus:4; mem:4096' : 'cpus:3; mem:3968');
    setTaskState(state, task, statusOf(to), to);
    expect(task.state).toBe(isTerminal(from) ? from : to);
    // What was given back once is not taken again, and not given back twice.
    const isOver = isFree || USES_NOTHING.has(to);
    expect([task.holdsResources, free()]).toEqual([
      !isOver,
      isOver ? 'cpus:4; mem:4096' : 'cpus:3; mem:3968',
    ]);
  },
);

test.each([
  ['TASK_RUNNING', 'TASK_RUNNING', 1],
  ['TASK_RUNNING', 'TASK_FINISHED', 2],
] as const)('of %s and %s the history has %i', (first, second, count) => {
  const { state, task } = running();
  const before = task.statuses.length;
  setTaskState(state, task, statusOf(first), first);
  setTaskState(state, task, statusOf(second), second);
  expect(task.statuses.length - before).toBe(count);
});

test('a history has at most 100 statuses, and none of their data', () => {
  const { state, task } = running();
  for (let index = 0; index < 300; index += 1) {
    const name = index % 2 === 0 ? 'TASK_RUNNING' : 'TASK_STARTING';
    setTaskState(state, task, { ...statusOf(name), data: 'aGk=' }, name);
  }
  expect(task.statuses).toHaveLength(100);
  expect(task.statuses.some((status) => 'data' in status)).toBe(false);
});

test.each([
  ['TASK_FINISHED', 'master/tasks_finished', 'tasks/terminal/task_finished'],
  ['TASK_FAILED', 'master/tasks_failed', 'tasks/terminal/task_failed'],
  ['TASK_LOST', 'master/tasks_lost', 'tasks/terminal/task_lost'],
] as const)('%s is counted once, for the master and for the framework', (name, ofMaster, ofFramework) => {
  const { state, framework, task } = running();
  setTaskState(state, task, statusOf(name), name);
  setTaskState(state, task, statusOf(name), name);
  expect([state.counters.get(ofMaster), framework.counts.get(ofFramework)]).toEqual([1, 1]);
});

test('the older names of reasons are counted, which exporters know', () => {
  const { state, task } = running();
  const status = {
    ...statusOf('TASK_LOST'),
    source: 'SOURCE_AGENT',
    reason: 'REASON_AGENT_REMOVED',
  } as const;
  setTaskState(state, task, status, 'TASK_LOST');
  expect(state.counters.get('master/task_lost/source_slave/reason_slave_removed')).toBe(1);
});

test('a detached task is with neither its framework nor its agent', () => {
  const { state, framework, task } = running();
  detachTask(state, framework, task);
  expect([framework.tasks.size, state.agents.get('M-S0')?.tasks.size]).toEqual([0, 0]);
});

test('completed tasks are bounded, the oldest leave first', () => {
  const { state, framework, task } = running('settings maxCompletedTasksPerFramework=2');
  for (const id of ['a', 'b', 'c']) completeTask(state, framework, { ...task, id });
  expect(framework.completedTasks.map(({ id }) => id)).toEqual(['b', 'c']);
});
