import { printTask, printTasks } from '../../../../../cluster/agent/core/tasks/print-task';
import type { Task } from '../../../../../cluster/api/generated/mesos';
import { AgentScript } from '../../interpreter';

function tasksOf(...lines: readonly string[]): Task[] {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', ...lines);
  return script.read((state) =>
    [...state.frameworks.values()].flatMap((framework) => printTasks(state, framework)),
  );
}

test.each([
  ['queued', ['run web t'], { state: 'TASK_STAGING', status_update_state: undefined }],
  ['launched', ['run web t', 'subscribe web t'], { state: 'TASK_STAGING', status_update_state: undefined }],
  [
    'running with two updates, of which the first is with the master',
    ['run web t', 'subscribe web t', 'update web t TASK_STARTING', 'update web t TASK_RUNNING'],
    { state: 'TASK_RUNNING', status_update_state: 'TASK_STARTING' },
  ],
  [
    'ended and not acknowledged',
    ['run web t', 'subscribe web t', 'update web t TASK_FINISHED'],
    { state: 'TASK_FINISHED', status_update_state: 'TASK_FINISHED' },
  ],
])('a task that is %s is printed with both of its states', (_name, lines, states) => {
  expect(tasksOf(...lines)).toMatchObject([
    {
      name: 't',
      task_id: { value: 't' },
      framework_id: { value: 'web' },
      agent_id: { value: 'S0' },
      ...states,
    },
  ]);
});

test('the uuid is that of the update with the master, and there is none without an update', () => {
  const [idle] = tasksOf('run web t', 'subscribe web t');
  const [busy] = tasksOf('run web t', 'subscribe web t', 'update web t TASK_RUNNING');
  expect([idle?.status_update_uuid, typeof busy?.status_update_uuid]).toEqual([undefined, 'string']);
});

test('a task has what its description says', () => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', 'run web t');
  const printed = script.read((state) => {
    const executor = state.frameworks.get('web')?.executors.get('t');
    const info = executor?.queued.get('t');
    if (!executor || !info) return undefined;
    const described = {
      ...info,
      labels: { labels: [{ key: 'a', value: 'b' }] },
      discovery: { visibility: 'CLUSTER' as const },
      health_check: { type: 'TCP' as const },
      kill_policy: { grace_period: { nanoseconds: 1n } },
      command: { user: 'nobody' },
    };
    return {
      info: described,
      task: printTask(state, executor, { info: described, state: 'TASK_RUNNING', statuses: [] }),
    };
  });
  const { labels, discovery, health_check, kill_policy, resources } = printed?.info ?? {};
  expect(printed?.task).toMatchObject({
    labels,
    discovery,
    health_check,
    kill_policy,
    resources,
    user: 'nobody',
  });
});
