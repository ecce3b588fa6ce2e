import { AgentScript } from '../../interpreter';

/** An agent with two running tasks of a framework that checkpoints, acknowledged. */
function running(): AgentScript {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered');
  for (const task of ['t', 'u'])
    script.play(
      `run web ${task} checkpoint=1`,
      `subscribe web ${task}`,
      `update web ${task} TASK_RUNNING`,
      `acknowledge web ${task}`,
    );
  return script;
}

const phaseOf = (script: AgentScript): string => script.read(({ phase }) => phase);
const metric = (script: AgentScript, name: string): number | undefined =>
  script.read(({ counters }) => counters.get(`slave/${name}`));

test('the agent registers as soon as the last executor is back, with its tasks', () => {
  const script = running();
  expect(script.play('crash', 'detected', 'advance 1', 'subscribe web t')).toEqual([
    'recover [t,u]',
    'event executor-t: SUBSCRIBED',
  ]);
  expect(phaseOf(script)).toBe('recovering');
  expect(script.play('subscribe web u', 'advance 0')).toEqual([
    'event executor-u: SUBSCRIBED',
    'link master@m:5050',
    'send master@m:5050: ReregisterSlave S0 tasks=[t/TASK_RUNNING,u/TASK_RUNNING]',
  ]);
  expect(metric(script, 'recovery_time_secs')).toBe(1);
});

test('an executor that is not back in time is destroyed, and its tasks are lost', () => {
  const script = running();
  script.play('crash', 'detected', 'subscribe web t');
  expect(script.play('advance 2')).toContain('destroy u');
  expect(script.play('exit u', 'reregistered')).toContainEqual(
    expect.stringMatching(
      /StatusUpdate u TASK_LOST .*REASON_EXECUTOR_REREGISTRATION_TIMEOUT Executor did not reregister within 2secs; done$/,
    ),
  );
});

test('tasks of an executor whose container is gone have failed', () => {
  const script = running();
  const out = script.play('crash lost=u', 'detected', 'subscribe web t', 'advance 0', 'reregistered');
  expect(out).toContainEqual(
    expect.stringContaining(
      'StatusUpdate u TASK_FAILED latest=TASK_FAILED REASON_EXECUTOR_TERMINATED Abnormal executor termination: unknown container',
    ),
  );
});

test.each([
  ['TASK_LOST', ''],
  ['TASK_DROPPED', ' aware=1'],
])('tasks whose container was never launched are told as %s', (state, options) => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', `run web t checkpoint=1${options}`);
  const out = script.play('crash lost=t', 'detected', 'advance 0', 'reregistered');
  expect(out).toContainEqual(
    expect.stringContaining(
      `StatusUpdate t ${state} latest=${state} REASON_AGENT_RESTARTED Task launched during agent restart`,
    ),
  );
});

test('after a restart of the machine no container is looked for, and the id stays', () => {
  const script = running();
  const out = script.play('crash rebooted', 'detected', 'advance 0');
  expect(out).toContain('recover []');
  expect(out.at(-1)).toBe('send master@m:5050: ReregisterSlave S0 tasks=[t/TASK_FAILED,u/TASK_FAILED]');
});

test('a cleanup ends the executors as they come back, and then the agent; it never registers', () => {
  const script = running();
  expect(script.play('crash cleanup', 'detected', 'subscribe web t')).toEqual([
    'recover [t,u]',
    'event executor-t: SHUTDOWN',
    'close executor-t: the executor is not wanted',
  ]);
  expect(script.play('exit t', 'advance 5')).toContain('destroy u');
  expect(script.play('exit u')).toContain('stopped');
});

test('a cleanup without executors ends at once', () => {
  const script = new AgentScript();
  expect(script.play('crash cleanup')).toEqual(['recover []', 'stopped']);
});

test('messages of a master have no effect during the recovery, and calls are refused', () => {
  const script = running();
  script.play('crash', 'detected');
  expect(script.play('kill web t', 'run web v', 'call web t MESSAGE')).toEqual([
    'answer 503 Agent has not finished recovery',
  ]);
});

test('a framework that does not checkpoint has nothing to recover', () => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', 'run web t', 'subscribe web t');
  expect(script.play('crash', 'detected', 'advance 0')).toEqual([
    'recover []',
    'link master@m:5050',
    'send master@m:5050: ReregisterSlave S0 tasks=[]',
  ]);
});

test('a drain goes on', () => {
  const script = running();
  script.play('drain', 'crash', 'subscribe web t');
  expect(script.play('subscribe web u')).toEqual(
    expect.arrayContaining(['event executor-t: KILL', 'event executor-u: KILL']),
  );
});

test('a recovery that fails ends the agent', () => {
  const script = running();
  expect(script.play('recoveryFailed')).toEqual(['abort Failed to perform recovery: runc is missing']);
});

test('an end that was written and not told is told by the next run, once', () => {
  const script = running();
  script.play('disk holds', 'update web t TASK_FINISHED', 'disk goes', 'crash', 'detected');
  script.play('subscribe web t TASK_FINISHED uuid=3', 'subscribe web u', 'advance 0', 'reregistered');
  expect(script.play('show')).toContain('unacknowledged t [TASK_FINISHED]');
});
