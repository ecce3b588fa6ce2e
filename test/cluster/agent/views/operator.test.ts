import {
  containersOf,
  getAgent,
  getExecutors,
  getFrameworks,
  getTasks,
} from '../../../../cluster/agent/views/operator';
import { AgentScript } from '../interpreter';

const LIFE = ['run web t', 'subscribe web t', 'update web t TASK_FINISHED', 'exit t', 'acknowledge web t'];

/** The list in which a task stands after the first commands of its life. */
test.each([
  [1, 'queued_tasks'],
  [2, 'launched_tasks'],
  [3, 'terminated_tasks'],
  [4, 'terminated_tasks'],
  [5, 'completed_tasks'],
])('after %i commands of its life a task is in %s only', (count, list) => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', ...LIFE.slice(0, count));
  const tasks = script.read(getTasks);
  const names = Object.entries(tasks).filter(([, members]) => members.length > 0);
  expect(names.map(([name]) => name)).toEqual([list]);
});

test.each([
  [1, { running: 1, completed: 0, containers: 1 }],
  [3, { running: 1, completed: 0, containers: 1 }],
  [4, { running: 1, completed: 0, containers: 0 }],
  [5, { running: 0, completed: 1, containers: 0 }],
])('after %i commands of its life its executor and framework are %j', (count, wanted) => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', ...LIFE.slice(0, count));
  const counts = script.read((state) => {
    const executors = getExecutors(state);
    const frameworks = getFrameworks(state);
    expect(frameworks.frameworks).toHaveLength(executors.executors.length);
    expect(frameworks.completed_frameworks).toHaveLength(executors.completed_executors.length);
    return {
      running: executors.executors.length,
      completed: executors.completed_executors.length,
      containers: containersOf(state).length,
    };
  });
  expect(counts).toEqual(wanted);
});

test('the agent tells its id once it has one, and its drain while there is one', () => {
  const script = new AgentScript();
  expect(script.read(getAgent).agent_info?.id).toBeUndefined();
  script.play('detected', 'advance 2', 'registered', 'run web t', 'subscribe web t', 'drain gone');
  expect(script.read(getAgent)).toMatchObject({
    agent_info: { hostname: 'agent.test', port: 5051, id: { value: 'S0' } },
    drain_config: { mark_gone: true },
    estimated_drain_start_time: { nanoseconds: 2_000_000_000n },
  });
});
