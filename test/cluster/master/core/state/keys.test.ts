import { executorKey, taskKey } from '../../../../../cluster/master/core/state/keys';

test('tasks of two frameworks that have one id have two keys', () => {
  expect(taskKey({ frameworkId: 'F1', id: 't' })).not.toBe(taskKey({ frameworkId: 'F2', id: 't' }));
});

test('ids with blanks do not make one key of two tasks of one framework', () => {
  const ids = ['a', 'a b', 'b', ' b', 'a '];
  expect(new Set(ids.map((id) => taskKey({ frameworkId: 'F', id }))).size).toBe(ids.length);
  expect(new Set(ids.map((id) => executorKey('F', id))).size).toBe(ids.length);
});
