import { initAgent } from '../../../../../cluster/agent/core/state/state';
import { agentMachine } from '../../../../../cluster/agent/core/step';
import { drainStatus } from '../../../../../cluster/agent/core/tasks/drain';
import type { KillPolicy } from '../../../../../cluster/api/generated/mesos';
import { TASK_STATES } from '../../../../../cluster/model/task-state';
import { taskInfo } from '../../../master/builders';
import { AGENT_BOOT, AgentScript, stepDurably } from '../../interpreter';

const MASTER = 'master@m:5050';
const grace = (seconds: number): KillPolicy => ({
  grace_period: { nanoseconds: BigInt(seconds) * 1_000_000_000n },
});

/** An agent whose one task runs. */
function running(
  killPolicy?: KillPolicy,
  capabilities: readonly { readonly type: 'PARTITION_AWARE' }[] = [],
) {
  const state = initAgent({ ...AGENT_BOOT, agentId: 'S0' });
  agentMachine.step(state, { kind: 'master.detected', at: 0, pid: MASTER });
  const framework = { name: 'web', user: 'root', id: { value: 'web' }, capabilities };
  const task = { ...taskInfo('t', 'S0'), kill_policy: killPolicy };
  agentMachine.step(state, { kind: 'master.runTask', at: 0, from: MASTER, message: { framework, task } });
  const call = { framework_id: { value: 'web' }, executor_id: { value: 't' }, subscribe: {} };
  agentMachine.step(state, { kind: 'executor.subscribe', at: 0, stream: 'x', call });
  return state;
}

test.each([
  { task: undefined, granted: undefined, sent: undefined },
  { task: 9, granted: undefined, sent: 9 },
  { task: undefined, granted: 5, sent: 5 },
  { task: 9, granted: 5, sent: 5 },
  { task: 3, granted: 5, sent: 3 },
])(
  'of the grace of a task ($task s) and of a drain ($granted s) the shorter one counts',
  ({ task, granted, sent }) => {
    const state = running(task === undefined ? undefined : grace(task));
    const config = granted === undefined ? {} : { max_grace_period: grace(granted).grace_period };
    const effects = stepDurably(state, { kind: 'master.drain', at: 0, from: MASTER, config });
    const kills = effects.flatMap((effect) =>
      effect.kind === 'event' && effect.event.kill ? [effect.event.kill.kill_policy] : [],
    );
    expect(kills).toEqual([sent === undefined ? undefined : grace(sent)]);
  },
);

describe('the status of a task', () => {
  const statusIn = (
    options: { drain: boolean; gone: boolean; aware: boolean },
    name: (typeof TASK_STATES)[number],
  ) => {
    const state = running(undefined, options.aware ? [{ type: 'PARTITION_AWARE' }] : []);
    if (options.drain) state.drain = { mark_gone: options.gone };
    const { state: shown, reason } = drainStatus(state, 'web', { task_id: { value: 't' }, state: name });
    return { shown, reason };
  };

  test.each(TASK_STATES)('%s has the reason of a drain only if the drain killed it', (name) => {
    const isKilled = name === 'TASK_KILLED' || name === 'TASK_KILLING';
    const reason = isKilled ? 'REASON_AGENT_DRAINING' : undefined;
    expect(statusIn({ drain: true, gone: false, aware: true }, name)).toEqual({ shown: name, reason });
    expect(statusIn({ drain: false, gone: true, aware: true }, name)).toEqual({
      shown: name,
      reason: undefined,
    });
  });

  test.each([
    { gone: true, aware: true, shown: 'TASK_GONE_BY_OPERATOR' },
    { gone: true, aware: false, shown: 'TASK_KILLED' },
    { gone: false, aware: true, shown: 'TASK_KILLED' },
    { gone: false, aware: false, shown: 'TASK_KILLED' },
  ])('of a killed task is $shown (mark gone $gone, partition aware $aware)', ({ gone, aware, shown }) => {
    expect(statusIn({ drain: true, gone, aware }, 'TASK_KILLED').shown).toBe(shown);
    expect(statusIn({ drain: true, gone, aware }, 'TASK_KILLING').shown).toBe('TASK_KILLING');
  });
});

test('a drain of an agent without tasks is over at once', () => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', 'drain');
  expect(script.read(({ drain }) => drain)).toBeUndefined();
});

test('a drain is over when the last end is acknowledged and its executor is gone', () => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', 'run web t', 'subscribe web t', 'drain');
  expect(script.play('run web u').at(-1)).toContain(
    'REASON_AGENT_DRAINING Task was received while agent was already draining',
  );
  script.play('acknowledge web u', 'update web t TASK_KILLED');
  expect(script.read(({ drain }) => drain)).toBeDefined();
  script.play('acknowledge web t');
  expect(script.read(({ drain }) => drain)).toBeDefined();
  script.play('exit t');
  expect(script.read(({ drain, drainStartedAt }) => [drain, drainStartedAt])).toEqual([undefined, undefined]);
});

test('another master cannot drain the agent', () => {
  const state = running();
  expect(
    agentMachine.step(state, { kind: 'master.drain', at: 0, from: 'master@other:1', config: {} }),
  ).toEqual([]);
  expect(state.drain).toBeUndefined();
});
