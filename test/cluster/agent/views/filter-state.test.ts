import type { AgentState } from '../../../../cluster/agent/core/state/state';
import { filterState } from '../../../../cluster/agent/views/filter-state';
import type { Acls } from '../../../../cluster/model/acls';
import { AgentScript } from '../interpreter';

const ANY = { type: 'ANY' } as const;
const some = (...values: readonly string[]) => ({ type: 'SOME', values }) as const;
type List = 'view_frameworks' | 'view_tasks' | 'view_executors';

/** Rules under which alice sees what belongs to the user root, and nobody else does. */
const aclsOf = (list: List): Acls => ({
  permissive: true,
  rules: {
    [list]: [
      { principals: some('alice'), objects: some('root') },
      { principals: ANY, objects: { type: 'NONE' } },
    ],
  },
});

const countsOf = ({ frameworks, completedFrameworks }: AgentState) => {
  const all = [...frameworks.values(), ...completedFrameworks.values()];
  const executors = all.flatMap((framework) => [
    ...framework.executors.values(),
    ...framework.completedExecutors,
  ]);
  const tasks = executors.flatMap(({ queued, tasks: launched, completedTasks }) => [
    ...queued.values(),
    ...launched.values(),
    ...completedTasks,
  ]);
  return { frameworks: all.length, executors: executors.length, tasks: tasks.length };
};

/** A queued, a launched and a completed task, in three frameworks. */
const busy = (): AgentScript => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', 'run a t', 'run b u', 'subscribe b u', 'run c v');
  script.play('subscribe c v', 'update c v TASK_FINISHED', 'exit v', 'acknowledge c v');
  return script;
};

const ALL = { frameworks: 3, executors: 3, tasks: 3 };

test.each<[list: List, bob: object]>([
  ['view_frameworks', { frameworks: 0, executors: 0, tasks: 0 }],
  ['view_executors', { frameworks: 3, executors: 0, tasks: 0 }],
  ['view_tasks', { frameworks: 3, executors: 3, tasks: 0 }],
])('under %s alice sees everything, and bob %j', (list, bob) => {
  const filteredFor = (name: string) =>
    busy().read((state) => countsOf(filterState(state, aclsOf(list), { value: name })));
  expect([filteredFor('alice'), filteredFor('bob')]).toEqual([ALL, bob]);
});

test('without rules the state is seen as it is', () => {
  busy().read((state) => expect(filterState(state, undefined, undefined)).toBe(state));
});

test('a filter leaves the state itself alone', () => {
  const script = busy();
  script.read((state) => filterState(state, aclsOf('view_frameworks'), { value: 'bob' }));
  expect(script.read(countsOf)).toEqual(ALL);
});
