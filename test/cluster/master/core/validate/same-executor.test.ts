import type { ExecutorInfo } from '../../../../../cluster/api/generated/mesos';
import { readExecutor } from '../../../../../cluster/master/core/read/task';
import { isSameExecutor } from '../../../../../cluster/master/core/validate/same-executor';

const EXECUTOR: ExecutorInfo = {
  executor_id: { value: 'e1' },
  framework_id: { value: 'web' },
  command: {
    value: './run',
    uris: [{ value: 'http://x/a' }, { value: 'http://x/b' }],
    environment: {
      variables: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
    },
  },
  resources: [
    { name: 'cpus', type: 'SCALAR', scalar: { value: 0.1 } },
    { name: 'mem', type: 'SCALAR', scalar: { value: 32 } },
  ],
};
const { command = {}, resources = [] } = EXECUTOR;

const SAME: readonly [string, Partial<ExecutorInfo>][] = [
  ['resources in another order', { resources: [...resources].reverse() }],
  ['the role of everybody said', { resources: resources.map((one) => ({ ...one, role: '*' })) }],
  ['artefacts in another order', { command: { ...command, uris: [...(command.uris ?? [])].reverse() } }],
  ['defaults said', { name: '', command: { ...command, shell: true } }],
  ['labels', { labels: { labels: [{ key: 'a' }] } }],
];

const OTHERS: readonly [string, Partial<ExecutorInfo>][] = [
  ['more resources', { resources: [...resources, ...resources.slice(0, 1)] }],
  ['another command', { command: { ...command, value: './walk' } }],
  ['fewer variables', { command: { ...command, environment: { variables: [] } } }],
  ['a type', { type: 'CUSTOM' }],
  ['a container', { container: { type: 'MESOS' } }],
  ['a name to be found by', { discovery: { visibility: 'CLUSTER', name: 'web' } }],
];

test.each(SAME)('%s do not make another executor', (_what, change) => {
  expect(isSameExecutor(readExecutor(EXECUTOR), readExecutor({ ...EXECUTOR, ...change }))).toBe(true);
});

test.each(OTHERS)('%s make another executor', (_what, change) => {
  expect(isSameExecutor(readExecutor(EXECUTOR), readExecutor({ ...EXECUTOR, ...change }))).toBe(false);
});
