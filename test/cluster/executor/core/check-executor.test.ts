import { checkExecutor } from '../../../../cluster/executor/core/check-executor';
import type { ExecutorState } from '../../../../cluster/executor/core/state';
import { playExecutor } from '../play-executor';

test.each<[name: string, damage: Partial<ExecutorState>, violation: string | undefined]>([
  ['no damage', {}, undefined],
  ['a process of no task', { task: undefined }, 'the process is running, the task undefined'],
  ['a task without a process', { process: 'none' }, 'the process is none, the task t'],
  ['two connections', { disconnectedAt: 5 }, 'connected, and disconnected at 5'],
])('%s is found', (_name, damage, violation) => {
  const player = playExecutor();
  player.start();
  const violations = player.read((state) => checkExecutor({ ...state, ...damage }));
  expect(violations).toEqual(violation === undefined ? [] : [violation]);
});
