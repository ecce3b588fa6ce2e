import { unsupportedPart } from '../../../../cluster/agent/core/unsupported';
import type { TaskInfo } from '../../../../cluster/api/generated/mesos';

const task: TaskInfo = {
  name: 't',
  task_id: { value: 't' },
  agent_id: { value: 'S0' },
  command: { value: 'true' },
};

test('a plain command is supported, and the first part that is not is named', () => {
  expect(unsupportedPart(task)).toBeUndefined();
  const both = { ...task, check: { type: 'TCP' }, container: { type: 'DOCKER' } } as const;
  expect(unsupportedPart(both)).toBe('Docker containers are not supported by this agent');
});
