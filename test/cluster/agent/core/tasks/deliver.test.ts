import { AgentScript } from '../../interpreter';

/** A custom executor that is there, with the task t1 launched. */
function running(): AgentScript {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', 'run web t1 executor=e', 'subscribe web e');
  return script;
}

test('the first tasks are launched without a change, since the container began with their resources', () => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', 'run web t1 executor=e');
  expect(script.play('subscribe web e')).toEqual([
    'event executor-e: SUBSCRIBED',
    'event executor-e: LAUNCH t1',
  ]);
});

test('a later task waits for the change of the container, and others for the next one', () => {
  const script = running();
  expect(script.play('run web t2 executor=e')).toEqual(['update e cpus:2.5; mem:320']);
  expect(script.play('run web t3 executor=e')).toEqual([]);
  expect(script.play('updated e')).toEqual(['event executor-e: LAUNCH t2', 'update e cpus:3.5; mem:448']);
  expect(script.play('updated e')).toEqual(['event executor-e: LAUNCH t3']);
});

test('a task that ends gives its resources back', () => {
  const script = running();
  expect(script.play('update web t1 TASK_FINISHED executor=e')).toContain('update e cpus:0.5; mem:64');
});

test('a change that nobody waits for, or for an executor that has ended, does nothing', () => {
  const script = running();
  expect(script.play('updated e', 'updated nobody')).toEqual([]);
  script.play('run web t2 executor=e', 'exit e');
  expect(script.play('updated e')).toEqual([]);
});

test.each([
  ['', 'TASK_LOST'],
  ['aware=yes', 'TASK_GONE'],
])('a container that cannot be changed is destroyed, framework %s: %s', (aware, state) => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', `run web t1 executor=e ${aware}`, 'subscribe web e');
  script.play(`run web t2 executor=e ${aware}`);
  expect(script.play('updated e no')).toEqual(['destroy e']);
  const [first, second] = script.play('exit e');
  expect(first).toContain(`t1 ${state} `);
  expect(second).toContain('REASON_CONTAINER_UPDATE_FAILED Failed to update resources for container: no');
});
