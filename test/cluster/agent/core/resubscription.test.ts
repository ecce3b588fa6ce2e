import { AgentScript } from '../interpreter';

/** An agent whose executor has been launched and ended with the agent before it got its task. */
function restarted(options = 'checkpoint=1'): AgentScript {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', `run web t ${options}`, 'crash');
  return script;
}

test.each([
  ['lost', 'checkpoint=1', 'TASK_LOST'],
  ['dropped where its framework is partition aware', 'checkpoint=1 aware=1', 'TASK_DROPPED'],
])(
  'a task that its executor never got is %s, and the executor has nothing to wait for',
  (_end, options, state) => {
    const script = restarted(options);
    expect(script.play('subscribe web t')).toEqual([
      'warn: an executor that never got a task is shut down',
      'checkpoint update t/0 UPDATE',
      'event executor-t: SUBSCRIBED',
      'event executor-t: SHUTDOWN',
    ]);
    expect(script.play('detected', 'advance 1', 'reregistered')).toContainEqual(
      expect.stringContaining(
        `StatusUpdate t ${state} latest=${state} REASON_AGENT_RESTARTED Task launched during`,
      ),
    );
  },
);

test('a task that its executor lists goes on', () => {
  const script = restarted();
  expect(script.play('subscribe web t tasks=t')).toEqual(['event executor-t: SUBSCRIBED']);
  expect(script.play('show')).toEqual(['web t running [t/TASK_STAGING]']);
});

test('a task whose first update comes with the subscription goes on', () => {
  const script = restarted();
  script.play('subscribe web t TASK_RUNNING');
  expect(script.play('show')).toEqual(['web t running [t/TASK_RUNNING]', 'unacknowledged t [TASK_RUNNING]']);
});
