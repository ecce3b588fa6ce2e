import { MasterScript } from '../../interpreter';

/** The status that a framework gets of its task, by its capability and by the way its agent leaves. */
test.each([
  ['PARTITION_AWARE', 'unregister a M-S0', 'TASK_LOST REASON_AGENT_REMOVED', 'completed'],
  ['', 'unregister a M-S0', 'TASK_LOST REASON_AGENT_REMOVED', 'completed'],
  ['PARTITION_AWARE', 'dead a|advance 90', 'TASK_UNREACHABLE REASON_AGENT_REMOVED', 'unreachable'],
  ['', 'dead a|advance 90', 'TASK_LOST REASON_AGENT_REMOVED', 'unreachable'],
  ['PARTITION_AWARE', 'markGone M-S0', 'TASK_GONE_BY_OPERATOR REASON_AGENT_REMOVED_BY_OPERATOR', 'completed'],
  ['', 'markGone M-S0', 'TASK_LOST REASON_AGENT_REMOVED', 'completed'],
])('a framework with "%s" hears after "%s": %s, and the task is %s', (caps, lines, told, place) => {
  const script = new MasterScript();
  script.play('start', 'agent a', `framework web caps=${caps}`, 'advance 1', 'accept web O0 t1');
  const out = script.play(...lines.split('|'));
  expect(out.some((line) => line.startsWith(`event web: UPDATE t1 ${told} `))).toBe(true);
  const [framework] = script.state.frameworks.values();
  const lists = {
    completed: framework?.completedTasks.length,
    unreachable: framework?.unreachableTasks.size,
    running: framework?.tasks.size,
  };
  expect(lists).toEqual({ completed: 0, unreachable: 0, running: 0, [place]: 1 });
});

test('a task that had ended before is told nothing new', () => {
  const script = new MasterScript();
  script.play(
    'start',
    'agent a',
    'framework web',
    'advance 1',
    'accept web O0 t1',
    'status a web t1 TASK_FINISHED',
  );
  expect(script.play('unregister a M-S0').filter((line) => line.includes('UPDATE'))).toEqual([]);
});
