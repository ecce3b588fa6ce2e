import {
  dropUnreachable,
  keepUnreachable,
  takeUnreachable,
} from '../../../../../cluster/master/core/tasks/unreachable';
import { MasterScript } from '../../interpreter';

function running() {
  const script = new MasterScript();
  script.play('settings maxUnreachableTasksPerFramework=2', 'start', 'agent a', 'framework web', 'advance 1');
  script.play('accept web O0 t1');
  const { state } = script;
  const framework = [...state.frameworks.values()][0];
  const task = framework?.tasks.get('t1');
  if (!framework || !task) throw new Error('no task');
  const add = (id: string, agentId: string): void =>
    keepUnreachable(state, framework, { ...task, id, agentId });
  const both = (): unknown => ({
    ofFramework: [...framework.unreachableTasks.keys()],
    byAgent: Object.fromEntries(
      [...state.unreachableByAgent].map(([id, tasks]) => [id, [...tasks].map((one) => one.id)]),
    ),
  });
  return { state, framework, add, both };
}

test('framework and agent have the same unreachable tasks', () => {
  const { add, both } = running();
  add('t1', 'S1');
  add('t2', 'S2');
  expect(both()).toEqual({ ofFramework: ['t1', 't2'], byAgent: { S1: ['t1'], S2: ['t2'] } });
});

test('above the limit the oldest is forgotten by both', () => {
  const { add, both } = running();
  for (const id of ['t1', 't2', 't3']) add(id, `S-${id}`);
  expect(both()).toEqual({ ofFramework: ['t2', 't3'], byAgent: { 'S-t2': ['t2'], 'S-t3': ['t3'] } });
});

test('a task that is kept anew moves to its new agent', () => {
  const { add, both } = running();
  add('t1', 'S1');
  add('t1', 'S2');
  expect(both()).toEqual({ ofFramework: ['t1'], byAgent: { S2: ['t1'] } });
});

test('a dropped task leaves nothing, an unknown one changes nothing', () => {
  const { state, framework, add, both } = running();
  add('t1', 'S1');
  dropUnreachable(state, framework, 'unknown');
  dropUnreachable(state, framework, 't1');
  expect(both()).toEqual({ ofFramework: [], byAgent: {} });
});

test('the tasks of an agent are taken at once, those of others stay', () => {
  const { state, add, both } = running();
  add('t1', 'S1');
  add('t2', 'S2');
  expect(takeUnreachable(state, 'S1').map(({ id }) => id)).toEqual(['t1']);
  expect(takeUnreachable(state, 'S1')).toEqual([]);
  expect(both()).toEqual({ ofFramework: ['t2'], byAgent: { S2: ['t2'] } });
});
