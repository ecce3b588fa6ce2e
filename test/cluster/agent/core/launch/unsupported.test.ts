import { unsupportedPart } from '../../../../../cluster/agent/core/launch/unsupported';
import type { ExecutorInfo, TaskInfo } from '../../../../../cluster/api/generated/mesos';

const task: TaskInfo = {
  name: 't',
  task_id: { value: 't' },
  agent_id: { value: 'S0' },
  command: { value: 'true' },
};
const executor: ExecutorInfo = { executor_id: { value: 'e' }, command: { value: './executor' } };
const kinds = ['command', 'custom'] as const;

test('a plain command is supported, and the first part that is not is named', () => {
  expect(unsupportedPart({ kind: 'command', kinds, executor, tasks: [task] })).toBeUndefined();
  const both = { ...task, check: { type: 'TCP' }, container: { type: 'DOCKER' } } as const;
  expect(unsupportedPart({ kind: 'command', kinds, executor, tasks: [both] })).toBe(
    'Docker containers are not supported by this agent',
  );
});

test('parts of the executor that a framework brings are refused, too', () => {
  const { command: _command, ...bare } = task;
  const tasks = [{ ...bare, executor }];
  expect(unsupportedPart({ kind: 'custom', kinds, executor, tasks })).toBeUndefined();
  const boxed: ExecutorInfo = { ...executor, container: { type: 'DOCKER' } };
  expect(unsupportedPart({ kind: 'custom', kinds, executor: boxed, tasks })).toBe(
    'Docker containers are not supported by this agent',
  );
});

test('executors that the edge cannot run are refused', () => {
  expect(unsupportedPart({ kind: 'default', kinds, executor, tasks: [task] })).toBe(
    'Task groups are not supported by this agent',
  );
});
