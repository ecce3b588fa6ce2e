import { readAcls } from '../../../../../cluster/model/acls';
import { AGENT_BOOT, AgentScript } from '../../interpreter';

const STARTED = ['detected', 'advance 1', 'registered'];
const RUNNING = ['run web t1 executor=e launch=yes', 'subscribe web e'];

test.each<[before: readonly string[], line: string, text: string]>([
  [RUNNING, 'run web t1 executor=e', 'TASK_FAILED .*Task t1 is already here'],
  [RUNNING, 'run web e', 'TASK_FAILED .*Executor e is already here'],
  [RUNNING, 'run web t2 executor=e launch=yes', 'TASK_LOST .*Master wants to launch executor'],
  [[], 'run web t2 executor=e launch=no', 'TASK_LOST .*No executor is expected to launch'],
  [[...RUNNING, 'shutdownExecutor web e'], 'run web t2 executor=e', 'TASK_LOST .*Executor terminating'],
  [[...RUNNING, 'exit e'], 'run web t2 executor=e aware=1', 'TASK_DROPPED .*Executor terminated'],
  [
    [],
    'run web t2 reserved=cpus(prod):1',
    'REASON_RESOURCES_UNKNOWN The checkpointed resources being used by the task',
  ],
  [[], 'runGroup web e .. t', 'TASK_FAILED .*is disallowed'],
])('after %j "%s" is refused: %s', (before, line, text) => {
  const script = new AgentScript();
  script.play(...STARTED, ...before);
  const out = script.play(line);
  expect(out[0]).toBe('warn: a task cannot be launched');
  expect(out[1]).toMatch(new RegExp(text));
});

test.each([
  ['posix/cpu,posix/mem', 'cpus', "CPU limits can only be set .* 'cgroups/cpu' isolator"],
  ['cgroups/cpu', 'mem', "Memory limits can only be set .* 'cgroups/mem' isolator"],
  ['cgroups/cpu', 'cpus', undefined],
  ['cgroups/all', 'mem', undefined],
])('with --isolation=%s a limit of %s is refused: %s', (isolation, resource, text) => {
  const settings = { ...AGENT_BOOT.settings, isolators: isolation.split(',') };
  const script = new AgentScript({ ...AGENT_BOOT, settings });
  const out = script
    .play(...STARTED, `run web t limit=${resource}`)
    .slice(-2)
    .join();
  if (text === undefined) expect(out).toContain('launch t ');
  else expect(out).toMatch(new RegExp(`TASK_LOST .*REASON_GC_ERROR ${text}`));
});

test.each([
  [
    { type: 'NONE' },
    'run web t',
    'REASON_TASK_UNAUTHORIZED Framework web is not authorized to launch task t',
  ],
  [{ type: 'NONE' }, 'runGroup web e a b', 'REASON_TASK_GROUP_UNAUTHORIZED Framework web is not .* task a'],
  [{ values: ['root'] }, 'run web t', undefined],
  [{ values: ['alice'] }, 'run web t', 'REASON_TASK_UNAUTHORIZED'],
])('with an ACL that lets frameworks run tasks as %j, "%s" is refused: %s', (users, line, text) => {
  const read = readAcls({ permissive: false, run_tasks: [{ principals: { type: 'ANY' }, users }] });
  if ('error' in read) throw new Error(read.error);
  const script = new AgentScript({ ...AGENT_BOOT, settings: { ...AGENT_BOOT.settings, acls: read.acls } });
  const out = script.play(...STARTED, line).join();
  if (text === undefined) expect(out).toContain('launch t ');
  else expect(out).toMatch(new RegExp(`TASK_ERROR .*${text}`));
});

test('reservations that have come are no reason', () => {
  const script = new AgentScript();
  script.play(...STARTED, 'checkpoint cpus(prod):2');
  expect(script.play('run web t reserved=cpus(prod):1')[0]).toMatch(/^launch t /);
});
