import { taskJson } from '../../../cluster/api/state-json';

const task = {
  name: 'web',
  task_id: { value: 't1' },
  framework_id: { value: 'F' },
  agent_id: { value: 'S' },
  state: 'TASK_RUNNING',
} as const;

interface Shown {
  readonly labels?: unknown;
  readonly statuses: readonly { readonly container_status?: unknown; readonly labels?: unknown }[];
}

const read = (...parameters: Parameters<typeof taskJson>): Shown =>
  JSON.parse(taskJson(...parameters)) as Shown;

test('of a container v0 shows its networks, with labels as a list, and no process', () => {
  const labels = { labels: [{ key: 'a', value: 'b' }] };
  const container_status = {
    container_id: { value: 'c1' },
    executor_pid: 4711,
    network_infos: [
      { name: 'net', groups: ['g'], labels, ip_addresses: [{ protocol: 'IPv4', ip_address: '10.0.0.9' }] },
    ],
  } as const;
  const status = { task_id: task.task_id, state: 'TASK_RUNNING', container_status } as const;
  const { statuses } = read({ ...task, statuses: [status] });
  expect(statuses[0]?.container_status).toEqual({
    container_id: { value: 'c1' },
    network_infos: [
      {
        groups: ['g'],
        labels: labels.labels,
        ip_addresses: [{ protocol: 'IPv4', ip_address: '10.0.0.9' }],
        name: 'net',
      },
    ],
  });
});

test('labels that are there without any are an empty list', () => {
  const status = { task_id: task.task_id, state: 'TASK_RUNNING', labels: {} } as const;
  const { labels, statuses } = read({ ...task, labels: {}, statuses: [status] });
  expect([labels, statuses[0]?.labels]).toEqual([[], []]);
  expect(Object.keys(read(task))).not.toContain('labels');
});
