import type { AgentEffect } from '../../../../../cluster/agent/core/state/effects';
import { initAgent } from '../../../../../cluster/agent/core/state/state';
import { agentMachine } from '../../../../../cluster/agent/core/step';
import type { ExecutorInfo, FrameworkInfo, TaskInfo } from '../../../../../cluster/api/generated/mesos';
import { present } from '../../../../../cluster/model/assert';
import { taskInfo } from '../../../master/builders';
import { readWords } from '../../../master/operation-words';
import { AGENT_BOOT, AgentScript, stepDurably } from '../../interpreter';

const MASTER = 'master@m:5050';
const TASK = taskInfo('t', 'S0');

function run(task: Partial<TaskInfo>, framework: Partial<FrameworkInfo> = {}) {
  const state = initAgent({ ...AGENT_BOOT, agentId: 'S0' });
  agentMachine.step(state, { kind: 'master.detected', at: 0, pid: MASTER });
  const message = {
    framework: { name: 'web', user: 'root', id: { value: 'web' }, ...framework },
    task: { ...TASK, ...task },
  };
  return {
    state,
    effects: stepDurably(state, { kind: 'master.runTask', at: 0, from: MASTER, message }),
  };
}

const refusalIn = (effects: readonly AgentEffect[]): unknown =>
  effects.flatMap((effect) => (effect.kind === 'note' ? [effect.fields?.['why']] : []))[0];

test.each<[refused: Partial<TaskInfo>, why: string]>([
  [{ task_id: { value: '..' } }, "'..' is disallowed"],
  [{ command: undefined }, 'Task has neither a command nor an executor'],
  [{ executor: { executor_id: { value: '/' } } }, "'/' contains invalid characters"],
  [
    { health_check: { command: { environment: { variables: [{ name: 'KEY', type: 'SECRET' }] } } } },
    'Secrets are not supported in commands of checks, which have those of their task (environment variable KEY)',
  ],
])('a task with %j is refused: %s', (task, why) => {
  const { state, effects } = run(task);
  expect(refusalIn(effects)).toBe(why);
  expect(effects.some(({ kind }) => kind === 'launch')).toBe(false);
  expect([...state.frameworks.keys(), ...state.streams.keys()]).toEqual([
    `web ${task.task_id?.value ?? 't'}`,
  ]);
});

test.each<[taken: Partial<TaskInfo>]>([
  [{ container: { type: 'MESOS' } }],
  [{ container: { type: 'MESOS', network_infos: [{}], linux_info: {}, rlimit_info: {} } }],
  [{ limits: {} }],
])('a task with %j, which asks for nothing, is launched', (task) => {
  expect(run(task).effects.some(({ kind }) => kind === 'launch')).toBe(true);
});

test('a launched task gets the environment of Mesos, and a sandbox of its own', () => {
  const { effects } = run({}, { checkpoint: true });
  const [launch] = effects.filter((effect) => effect.kind === 'launch');
  const { spec } = present(launch, 'nothing was launched');
  expect(launch?.executor).toBe('command');
  expect(spec).toMatchObject({
    frameworkId: 'web',
    executorId: 't',
    taskId: 't',
    user: 'root',
    environment: {
      MESOS_FRAMEWORK_ID: 'web',
      MESOS_EXECUTOR_ID: 't',
      MESOS_SLAVE_ID: 'S0',
      MESOS_SLAVE_PID: 'slave(1)@10.0.0.2:5051',
      MESOS_AGENT_ENDPOINT: '10.0.0.2:5051',
      MESOS_DIRECTORY: spec.directory,
      MESOS_SANDBOX: spec.directory,
      MESOS_HTTP_COMMAND_EXECUTOR: '1',
      MESOS_CHECKPOINT: '1',
      MESOS_RECOVERY_TIMEOUT: '15mins',
      MESOS_SUBSCRIPTION_BACKOFF_MAX: '2secs',
      MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: '5secs',
    },
  });
  expect(spec.directory).toBe(`/work-dir/slaves/S0/frameworks/web/executors/t/runs/${spec.containerId}`);
});

test("a task's own user wins over its framework's", () => {
  const { effects } = run({ command: { value: 'true', user: 'nobody' } });
  expect(effects).toContainEqual(
    expect.objectContaining({ spec: expect.objectContaining({ user: 'nobody' }) }),
  );
});

test.each([
  ['sleep 1000', "sh -c 'sleep 1000'"],
  ['a command of 24 letters.', "sh -c 'a command of...'"],
])('the executor of "%s" is named after it', (value, name) => {
  const { state } = run({ command: { value } });
  const info = state.frameworks.get('web')?.executors.get('t')?.info;
  expect(info?.name).toBe(`Command Executor (Task: t) (Command: ${name})`);
  expect(info?.resources?.map(({ scalar }) => scalar?.value)).toEqual([0.1, 32]);
});

test.each([
  ['stop', 'TASK_LOST', 'The agent is shutting down'],
  ['shutdownFramework web', 'TASK_DROPPED', undefined],
  ['drain', 'TASK_LOST', 'Task was received while agent was already draining'],
])('after "%s" new tasks are %s: %s', (order, state, message) => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', 'run web t', 'subscribe web t', order);
  const out = script.play('run web u');
  // The updates of a framework that ends are dropped.
  if (message === undefined) expect(out).toEqual(['warn: a task cannot be launched']);
  else expect(out[1]).toMatch(new RegExp(`StatusUpdate u ${state} .*${message}`));
});

test('the tasks of a group are refused one by one', () => {
  const settings = { ...AGENT_BOOT.settings, executorKinds: ['command'] as const };
  const script = new AgentScript({ ...AGENT_BOOT, settings });
  script.play('detected', 'advance 1', 'registered');
  const out = script.play('runGroup web e t1 t2').filter((line) => line.includes('StatusUpdate'));
  expect(out).toHaveLength(2);
  expect(out.join()).toContain('Task groups are not supported by this agent');
});

test('a custom executor gets its own command, its environment and grace period, and the user of its command', () => {
  const executor: ExecutorInfo = {
    executor_id: { value: 'e' },
    command: {
      value: './run',
      user: 'nobody',
      environment: { variables: [{ name: 'MESOS_CHECKPOINT', value: 'mine' }] },
    },
    shutdown_grace_period: { nanoseconds: 30e9 },
    resources: readWords('cpus:0.5'),
  };
  const { effects } = run({ command: undefined, executor, resources: readWords('cpus:1') });
  const [launch] = effects.filter((effect) => effect.kind === 'launch');
  expect(launch).toMatchObject({
    executor: 'custom',
    spec: {
      executorId: 'e',
      taskId: undefined,
      user: 'nobody',
      command: executor.command,
      environment: {
        MESOS_EXECUTOR_ID: 'e',
        MESOS_CHECKPOINT: 'mine',
        MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: '30secs',
      },
      resources: [...readWords('cpus:0.5'), ...readWords('cpus:1')],
    },
  });
});

test('an executor that does not come in time is destroyed, and its task fails with it', () => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', 'run web t');
  expect(script.play('advance 60')).toContain('destroy t');
  expect(script.play('exit t').join()).toContain(
    'TASK_FAILED latest=TASK_FAILED REASON_EXECUTOR_REGISTRATION_TIMEOUT Executor did not register within 1mins',
  );
});
