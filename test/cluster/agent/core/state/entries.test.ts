import { type CheckpointChange, placeOf } from '../../../../../cluster/agent/core/state/entries';

test('no two entries have one place', () => {
  const container = { containerId: 'c', value: undefined };
  const changes: CheckpointChange[] = [
    ...(['agent', 'boot', 'resources', 'drain'] as const).map((entry) => ({ entry, value: undefined })),
    { entry: 'framework', frameworkId: 'c', value: undefined },
    { entry: 'executor', ...container },
    { entry: 'task', taskId: 't', ...container },
    { entry: 'task', taskId: 'u', ...container },
    { entry: 'update', taskId: 't', number: 0, ...container },
    { entry: 'update', taskId: 't', number: 1, ...container },
  ];
  expect(new Set(changes.map(placeOf)).size).toBe(changes.length);
});
