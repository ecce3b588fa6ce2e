import type { ExecutorInfo, TaskInfo } from '../../../../../cluster/api/generated/mesos';
import { readTask } from '../../../../../cluster/master/core/read/task';
import type { Agent, Framework } from '../../../../../cluster/master/core/state/state';
import { taskError } from '../../../../../cluster/master/core/validate/task';
import { readResources } from '../../../../../cluster/model/resources';
import { MasterScript } from '../../interpreter';
import { readWords } from '../../operation-words';

/** A framework and an agent as a master knows them. */
function place(capabilities: readonly string[] = []): { framework: Framework; agent: Agent } {
  const script = new MasterScript();
  for (const line of ['start', `agent a caps=${capabilities.join(',')}`, 'framework web']) {
    script.interpret(line.split(' '), line);
  }
  const [agent] = script.state.agents.values();
  const [framework] = script.state.frameworks.values();
  if (!agent || !framework) throw new Error('nothing registered');
  return { framework, agent };
}

const allocated = (words: string) =>
  readWords(words).map((resource) => ({ ...resource, allocation_info: { role: '*' } }));
const task = (more: Partial<TaskInfo> = {}): TaskInfo => ({
  name: 't',
  task_id: { value: 't' },
  agent_id: { value: 'M-S0' },
  resources: allocated('cpus:1;mem:64'),
  command: { value: 'true' },
  ...more,
});
const executor = (more: Partial<ExecutorInfo> = {}): ExecutorInfo => ({
  executor_id: { value: 'e' },
  framework_id: { value: 'M-0000' },
  command: { value: './run' },
  resources: allocated('cpus:0.1;mem:32'),
  ...more,
});
const custom = (more: Partial<ExecutorInfo> = {}): Partial<TaskInfo> => ({
  command: undefined,
  executor: executor(more),
});
const http = (more: object) => ({ type: 'HTTP' as const, http: { port: 80, ...more } });

describe('the error in a task', () => {
  const { framework, agent } = place();
  const available = readResources(allocated('cpus:4;mem:512;disk:100;ports:1-9'));
  const error = (more: Partial<TaskInfo>, at = { framework, agent }): string | undefined =>
    taskError(readTask(task(more), 'M-0000', '*'), { ...at, available });

  it.each<[string, Partial<TaskInfo>, string | RegExp | undefined]>([
    ['nothing', {}, undefined],
    ['no id', { task_id: { value: '' } }, 'ID must not be empty'],
    ['an id that is a path', { task_id: { value: 'a/b' } }, "'a/b' contains invalid characters"],
    [
      'another agent',
      { agent_id: { value: 'S9' } },
      'Task uses invalid agent S9 while agent M-S0 is expected',
    ],
    [
      'a grace below zero',
      { kill_policy: { grace_period: { nanoseconds: -1 } } },
      "Task's 'kill_policy.grace_period' must be non-negative",
    ],
    [
      'a completion time below zero',
      { max_completion_time: { nanoseconds: -1 } },
      "Task's `max_completion_time` must be non-negative",
    ],
    [
      'a check without type',
      { check: { http: { port: 1 } } },
      "Task uses invalid check: CheckInfo must specify 'type'",
    ],
    [
      'a health check of another scheme',
      { health_check: http({ scheme: 'ftp' }) },
      "Task uses invalid health check: Unsupported HTTP health check scheme: 'ftp'",
    ],
    [
      'a health check of half a path',
      { health_check: http({ path: 'x' }) },
      "Task uses invalid health check: The path 'x' of HTTP health check must start with '/'",
    ],
    [
      'a health check of no command',
      { health_check: { type: 'COMMAND', command: {} } },
      "Task uses invalid health check: Command health check must contain 'shell command'",
    ],
    [
      'a health check before its time',
      { health_check: { ...http({}), delay_seconds: -1 } },
      "Task uses invalid health check: Expecting 'delay_seconds' to be non-negative",
    ],
    ['no resources', { resources: [] }, 'Task uses no resources'],
    [
      'two roles',
      {
        resources: [
          ...allocated('cpus:1'),
          ...readWords('mem:1').map((one) => ({ ...one, allocation_info: { role: 'b' } })),
        ],
      },
      /^Invalid task resources: The resources have multiple allocation roles/,
    ],
    [
      'lent and own cpus',
      {
        resources: [...allocated('cpus:1'), ...allocated('cpus:1').map((one) => ({ ...one, revocable: {} }))],
      },
      "Task mixes revocable and non-revocable resources: Cannot use both revocable and non-revocable 'cpus' at the same time",
    ],
    [
      'a variable without value',
      { command: { value: 'x', environment: { variables: [{ name: 'A' }] } } },
      "Task's `CommandInfo` is invalid: Environment variable 'A' of type 'VALUE' must have a value set",
    ],
    [
      'a secret variable without secret',
      { command: { value: 'x', environment: { variables: [{ name: 'A', type: 'SECRET' }] } } },
      "Task's `CommandInfo` is invalid: Environment variable 'A' of type 'SECRET' must have a secret set",
    ],
    [
      'a Docker container without Docker',
      { container: { type: 'DOCKER' } },
      "Task's `ContainerInfo` is invalid: DockerInfo 'docker' is not set for DOCKER typed ContainerInfo",
    ],
    [
      'a Docker container with a name',
      { container: { type: 'DOCKER', docker: { image: 'i', parameters: [{ key: 'name', value: 'x' }] } } },
      "Task's `ContainerInfo` is invalid: Parameter in DockerInfo must not be 'name'",
    ],
    [
      'a volume from nowhere',
      { container: { type: 'MESOS', volumes: [{ container_path: 'x', mode: 'RW' }] } },
      "Task's `ContainerInfo` is invalid: Invalid volume: Only one of them should be set: 'host_path', 'image' and 'source'",
    ],
    [
      'limits the agent does not know',
      { limits: { cpus: { value: 2 } } },
      'Agent is not capable of handling task resource limits',
    ],
    [
      'neither command nor executor',
      { command: undefined },
      'Task should have at least one (but not both) of CommandInfo or ExecutorInfo present',
    ],
    ['both', { executor: executor() }, /^Task should have at least one \(but not both\)/],
    [
      'a default executor',
      custom({ type: 'DEFAULT', command: undefined }),
      "'ExecutorInfo.type' must be 'CUSTOM'",
    ],
    ['an executor of nothing', custom({ command: undefined }), "'ExecutorInfo.command' must be set"],
    [
      'an executor of another framework',
      custom({ framework_id: { value: 'F' } }),
      'ExecutorInfo has an invalid FrameworkID (Actual: F vs Expected: M-0000)',
    ],
    [
      'an executor with the same ports',
      {
        ...custom({ resources: allocated('cpus:0.1;ports:1-2') }),
        resources: allocated('cpus:1;ports:2-3'),
      },
      /^There are overlapping resources in the task resources/,
    ],
    [
      'more than there is',
      { resources: allocated('cpus:5') },
      'Total resources cpus:5 required by task and its executor is more than available cpus:4; disk:100; mem:512; ports:[1-9]',
    ],
    [
      'more than there is, with its executor',
      { ...custom(), resources: allocated('cpus:4') },
      /^Total resources cpus:4.1; mem:32 required/,
    ],
    [
      'cgroups of its own',
      { container: { type: 'MESOS', linux_info: { share_cgroups: false } } },
      "Only tasks in a task group may have 'share_cgroups' set to 'false'",
    ],
  ])('%s', (_name, more, expected) => {
    if (expected instanceof RegExp) expect(error(more)).toMatch(expected);
    else expect(error(more)).toBe(expected);
  });

  it.each<[string, TaskInfo['limits'], string | undefined]>([
    ['more than it asks for', { cpus: { value: 2 }, mem: { value: Number.POSITIVE_INFINITY } }, undefined],
    [
      'of something else',
      { disk: { value: 2 } },
      "Only cpus and mem may be included in a task's resource limits",
    ],
    [
      'below its cpus',
      { cpus: { value: 0.5 } },
      'The cpu limit must be greater than or equal to the cpu request',
    ],
    [
      'below its memory',
      { mem: { value: 1 } },
      'The memory limit must be greater than or equal to the memory request',
    ],
  ])('limits %s', (_name, limits, expected) => {
    expect(error({ limits }, place(['TASK_RESOURCE_LIMITS']))).toBe(expected);
  });
});
