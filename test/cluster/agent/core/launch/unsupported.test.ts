import { unsupportedPart } from '../../../../../cluster/agent/core/launch/unsupported';
import type { CommandInfo, TaskInfo } from '../../../../../cluster/api/generated/mesos';

const task: TaskInfo = {
  name: 't',
  task_id: { value: 't' },
  agent_id: { value: 'S0' },
  command: { value: 'true' },
};
const SECRET: CommandInfo = { value: 'true', environment: { variables: [{ name: 'KEY', type: 'SECRET' }] } };
const kinds = ['command', 'custom'] as const;

test('a command is supported, with a secret among its variables, too', () => {
  expect(unsupportedPart({ kind: 'command', kinds, tasks: [task] })).toBeUndefined();
  expect(unsupportedPart({ kind: 'command', kinds, tasks: [{ ...task, command: SECRET }] })).toBeUndefined();
});

test.each<Partial<TaskInfo>>([
  { health_check: { type: 'COMMAND', command: SECRET } },
  { check: { type: 'COMMAND', command: { command: SECRET } } },
])('a secret among the variables of a check is refused: %j', (check) => {
  const tasks = [task, { ...task, ...check }];
  expect(unsupportedPart({ kind: 'command', kinds, tasks })).toBe(
    'Secrets are not supported in commands of checks, which have those of their task (environment variable KEY)',
  );
  expect(unsupportedPart({ kind: 'custom', kinds, tasks })).toBeUndefined();
});

test('executors that the edge cannot run are refused', () => {
  expect(unsupportedPart({ kind: 'default', kinds, tasks: [task] })).toBe(
    'Task groups are not supported by this agent',
  );
});
