import { executorInfoOf, kindOf } from '../../../../../cluster/agent/core/containers/executor-info';
import type { CommandInfo, ExecutorInfo } from '../../../../../cluster/api/generated/mesos';
import { taskInfo } from '../../../master/builders';

const TASK = taskInfo('t', 'S0');
const CUSTOM: ExecutorInfo = { executor_id: { value: 'e' } };

test.each<[executor: ExecutorInfo | undefined, kind: string]>([
  [undefined, 'command'],
  [CUSTOM, 'custom'],
  [{ ...CUSTOM, type: 'CUSTOM' }, 'custom'],
  [{ ...CUSTOM, type: 'DEFAULT' }, 'default'],
])('a task with the executor %j is of the kind %s', (executor, kind) => {
  expect(kindOf({ executor })).toBe(kind);
});

test('the executor that a framework brings gets the id of the framework', () => {
  expect(executorInfoOf('web', { ...TASK, executor: CUSTOM })).toEqual({
    ...CUSTOM,
    framework_id: { value: 'web' },
  });
});

test.each<[command: CommandInfo, shown: string]>([
  [{ value: 'sleep 1000' }, "sh -c 'sleep 1000'"],
  [{ value: 'a command of 24 letters.' }, "sh -c 'a command of...'"],
  [{}, 'NO COMMAND'],
  [{ shell: false }, 'NO EXECUTABLE'],
  [{ shell: false, value: 'ls', arguments: ['ls', '-l'] }, '[ls, ls, -l]'],
])('the command %j is shown as %s', (command, shown) => {
  const { name } = executorInfoOf('web', { ...TASK, command });
  expect(name).toBe(`Command Executor (Task: t) (Command: ${shown})`);
});

test('a command executor has time to report a kill that takes all of its grace period', () => {
  const info = executorInfoOf('web', { ...TASK, kill_policy: { grace_period: { nanoseconds: 10e9 } } });
  expect(info.shutdown_grace_period).toEqual({ nanoseconds: 12e9 });
});
