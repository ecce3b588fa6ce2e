import { unsupportedPart } from '../../../../../cluster/agent/core/launch/unsupported';
import type { CommandInfo, ExecutorInfo, TaskInfo } from '../../../../../cluster/api/generated/mesos';

const task: TaskInfo = {
  name: 't',
  task_id: { value: 't' },
  agent_id: { value: 'S0' },
  command: { value: 'true' },
};
const executor: ExecutorInfo = { executor_id: { value: 'e' }, command: { value: './executor' } };
const SECRET: CommandInfo = { environment: { variables: [{ name: 'KEY', type: 'SECRET' }] } };
const REFUSAL = 'Secrets are not supported by this agent (environment variable KEY)';
const kinds = ['command', 'custom'] as const;

test('a plain command is supported, and the first part that is not is named', () => {
  expect(unsupportedPart({ kind: 'command', kinds, executor, tasks: [task] })).toBeUndefined();
  const both = { ...task, check: { type: 'TCP' }, command: SECRET } as const;
  expect(unsupportedPart({ kind: 'command', kinds, executor, tasks: [both] })).toBe(REFUSAL);
});

test('parts of the executor that a framework brings are refused, too', () => {
  const { command: _command, ...bare } = task;
  const tasks = [{ ...bare, executor }];
  expect(unsupportedPart({ kind: 'custom', kinds, executor, tasks })).toBeUndefined();
  const secretive: ExecutorInfo = { ...executor, command: SECRET };
  expect(unsupportedPart({ kind: 'custom', kinds, executor: secretive, tasks })).toBe(REFUSAL);
});

test('executors that the edge cannot run are refused', () => {
  expect(unsupportedPart({ kind: 'default', kinds, executor, tasks: [task] })).toBe(
    'Task groups are not supported by this agent',
  );
});
