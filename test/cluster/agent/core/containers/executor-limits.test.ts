import { limitsOf } from '../../../../../cluster/agent/core/containers/executor-limits';
import type { TaskInfo } from '../../../../../cluster/api/generated/mesos';
import { taskInfo } from '../../../master/builders';
import { readWords } from '../../../master/operation-words';

const executor = { executor_id: { value: 'e' }, resources: readWords('cpus:0.5;mem:64') };
const task = (limits: TaskInfo['limits'], words = 'cpus:1;mem:128'): TaskInfo => ({
  ...taskInfo('t', 'S0'),
  resources: readWords(words),
  limits,
});
const both = { cpus: { value: 2 }, mem: { value: 256 } };

test.each<[name: string, tasks: readonly TaskInfo[], cfs: boolean, limits: object]>([
  ['no task asks for', [task(undefined), task({})], true, {}],
  ['a task asks for', [task(both)], false, { cpus: 2.5, mem: 320 }],
  ['one of two asks for, with quotas', [task(both), task({})], true, { cpus: 3.5, mem: 448 }],
  ['one of two asks for, without quotas', [task(both), task({})], false, { mem: 448 }],
  [
    'is infinite',
    [task({ mem: { value: Number.POSITIVE_INFINITY } })],
    false,
    { mem: Number.POSITIVE_INFINITY },
  ],
])('the limit that %s', (_name, tasks, cfs, limits) => {
  expect(limitsOf(executor, tasks, { cfs })).toEqual(limits);
});
