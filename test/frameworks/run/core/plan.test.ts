import type { Resource } from '../../../../cluster/api/generated/mesos';
import { ignoredFlags, planRun, type RunRequest } from '../../../../frameworks/run/core/plan';

const base: RunRequest = {
  user: 'alice',
  name: 'task',
  command: 'true',
  shell: true,
  resources: [],
  hasResources: false,
  hasSecret: false,
  checkpoint: false,
  capabilities: [],
  containerizer: 'mesos',
  role: '*',
  networks: [],
  hasTerminal: false,
  isPartitionAware: true,
};
const task = { name: 't', task_id: { value: 't' }, agent_id: { value: '' } };
const given = { task, name: undefined, command: undefined };

const planned = (more: Partial<RunRequest>) => {
  const plan = planRun({ ...base, ...more });
  if ('error' in plan) throw new Error(plan.error);
  return plan;
};

test('the flags of one task become a task and a framework', () => {
  const { framework, tasks, group } = planned({ variables: { A: '1' }, role: 'web', principal: 'p' });
  expect(framework).toMatchObject({ user: 'alice', role: 'web', principal: 'p', checkpoint: false });
  expect(framework.capabilities).toEqual([{ type: 'TASK_KILLING_STATE' }, { type: 'PARTITION_AWARE' }]);
  expect(tasks).toEqual([
    {
      name: 'task',
      task_id: { value: 'task' },
      agent_id: { value: '' },
      resources: [],
      command: { shell: true, value: 'true', environment: { variables: [{ name: 'A', value: '1' }] } },
    },
  ]);
  expect(group).toBeUndefined();
});

test.each<[string, Partial<RunRequest>, object | undefined]>([
  ['nothing', {}, undefined],
  ['a terminal', { hasTerminal: true }, { type: 'MESOS', tty_info: {} }],
  ['networks', { networks: ['a', 'b'] }, { network_infos: [{ name: 'a' }, { name: 'b' }] }],
  [
    'an image',
    { dockerImage: 'busybox' },
    { type: 'MESOS', mesos: { image: { type: 'DOCKER', docker: { name: 'busybox' } } } },
  ],
  [
    'capabilities',
    { effectiveCapabilities: { capabilities: ['NET_RAW'] } },
    { linux_info: { effective_capabilities: { capabilities: ['NET_RAW'] } } },
  ],
  [
    'a container of Docker',
    { containerizer: 'docker', dockerImage: 'busybox', networks: ['n'] },
    { type: 'DOCKER', docker: { image: 'busybox', network: 'USER' }, network_infos: [{ name: 'n' }] },
  ],
])('a task that asks for %s has this container', (_name, more, container) => {
  const [first] = planned(more).tasks;
  if (container) expect(first?.container).toMatchObject(container);
  else expect(first?.container).toBeUndefined();
});

test('a group has its networks at its executor', () => {
  const group = { ...given, task: undefined, taskGroup: { tasks: [task, task] }, networks: ['n'] };
  const plan = planned(group);
  expect(plan.tasks).toEqual([task, task]);
  expect(plan.group).toEqual({ container: { type: 'MESOS', network_infos: [{ name: 'n' }] } });
});

test.each<[Partial<RunRequest>, string]>([
  [{ name: undefined }, 'Missing required option --name'],
  [{ command: undefined }, 'Missing required option --command'],
  [{ task, taskGroup: {} }, 'Either task or task group should be set but not both'],
  [{ task }, "'--name, --command, --env"],
  [{ ...given, networks: ['n'] }, "'--networks' can only be set when '--task' is not set"],
  [{ capabilities: ['MULTI_ROLE'] }, "an unsupported capability 'MULTI_ROLE'"],
  [{ containerizer: 'docker' }, "'Docker' containerizer requires docker image name"],
  [
    { containerizer: 'docker', dockerImage: 'i', networks: ['a', 'b'] },
    "'Docker' containerizer can only support a single network",
  ],
  [
    { containerizer: 'docker', dockerImage: 'i', hasTerminal: true },
    "'Docker' containerizer does not allow attaching a TTY",
  ],
])('the flags %j are refused', (more, error) => {
  expect(planRun({ ...base, ...more })).toEqual({ error: expect.stringContaining(error) });
});

const rlimits = { rlimits: [] };

test.each<[Partial<RunRequest>, readonly string[]]>([
  [{ hasResources: true, hasTerminal: true, rlimits, hasSecret: true, principal: 'p' }, []],
  [{ shell: false }, ["'--command' has no effect with '--shell=false': the image has it"]],
  [{ containerizer: 'docker', rlimits }, ["'--rlimits' has no effect with '--containerizer=docker'"]],
  [
    { ...given, shell: false, hasResources: true, containerizer: 'docker', rlimits },
    ['shell', 'resources', 'containerizer', 'rlimits'].map(
      (flag) => `'--${flag}' has no effect beside '--task'`,
    ),
  ],
  [
    { ...given, task: undefined, taskGroup: { tasks: [task] }, hasTerminal: true },
    ["'--tty' has no effect beside '--task_group'"],
  ],
  [{ hasSecret: true }, ["'--secret' has no effect without '--principal'"]],
])('of the flags %j those without an effect are told', (more, texts) => {
  expect(ignoredFlags({ ...base, ...more })).toEqual(texts);
});

test.each([
  [65_535, 'begins'],
  [65_536, "Task 't' asks for more than 65536 ports"],
])('a task that asks for the ports from 0 to %i %s', (end, outcome) => {
  const ports: Resource = { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 0, end }] } };
  const plan = planRun({ ...base, ...given, task: { ...task, resources: [ports] } });
  expect('error' in plan ? plan.error : 'begins').toBe(outcome);
});
