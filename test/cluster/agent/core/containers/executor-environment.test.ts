import {
  programEnvironment,
  shutdownGraceMs,
} from '../../../../../cluster/agent/core/containers/executor-environment';
import { initAgent, newExecutor } from '../../../../../cluster/agent/core/state/state';
import { taskInfo } from '../../../master/builders';
import { AGENT_BOOT } from '../../interpreter';

const settings = {
  ...AGENT_BOOT.settings,
  executorEnvironment: { PATH: '/flag', LIBPROCESS_PORT: '7', A: '1' },
};
const state = initAgent({ ...AGENT_BOOT, agentId: 'S0', settings });
const info = { name: 'web', user: 'root', id: { value: 'web' } };
const framework = {
  id: 'web',
  info,
  pid: undefined,
  executors: new Map(),
  completedExecutors: [],
  terminating: false,
};
const executor = newExecutor({
  id: 'e',
  kind: 'custom',
  frameworkId: 'web',
  containerId: 'c',
  directory: '/sandbox',
  checkpoint: false,
  info: { executor_id: { value: 'e' }, command: { environment: { variables: [{ name: 'A', value: '2' }] } } },
});

test("the agent's variables are added to those of the flag, and the executor's own win", () => {
  expect(programEnvironment(state, framework, executor, undefined)).toEqual({
    PATH: '/flag',
    A: '2',
    LIBPROCESS_PORT: '0',
    MESOS_FRAMEWORK_ID: 'web',
    MESOS_EXECUTOR_ID: 'e',
    MESOS_DIRECTORY: '/sandbox',
    MESOS_SANDBOX: '/sandbox',
    MESOS_SLAVE_ID: 'S0',
    MESOS_SLAVE_PID: 'slave(1)@10.0.0.2:5051',
    MESOS_AGENT_ENDPOINT: '10.0.0.2:5051',
    MESOS_CHECKPOINT: '0',
    MESOS_HTTP_COMMAND_EXECUTOR: '1',
    MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: '5secs',
  });
});

test('a framework that checkpoints tells how long its executors wait for an agent', () => {
  const checkpointing = { ...framework, info: { ...info, checkpoint: true } };
  expect(programEnvironment(state, checkpointing, executor, undefined)).toMatchObject({
    MESOS_CHECKPOINT: '1',
    MESOS_RECOVERY_TIMEOUT: '15mins',
    MESOS_SUBSCRIPTION_BACKOFF_MAX: '2secs',
  });
});

test('the command of a task has the role of its resources', () => {
  const task = {
    ...taskInfo('t', 'S0'),
    resources: [{ name: 'cpus', type: 'SCALAR' as const, allocation_info: { role: 'prod' } }],
  };
  expect(programEnvironment(state, framework, executor, task)).toMatchObject({
    MESOS_ALLOCATION_ROLE: 'prod',
  });
});

test('an executor may ask for another grace period', () => {
  const patient = { ...executor, info: { ...executor.info, shutdown_grace_period: { nanoseconds: 9e9 } } };
  expect([executor, patient].map((each) => shutdownGraceMs(state, each))).toEqual([5000, 9000]);
});
