import fc from 'fast-check';
import type { TaskFacts } from '../../../../dns/core/facts/cluster-facts';
import { createTaskMap } from '../../../../dns/core/facts/task-map';

const text = fc.oneof(fc.string(), fc.constantFrom('a\tb', 'a\nb', 'a\\b', '\\', '\n', 'é', ''));
const some = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('\t', '\\\n'));
const facts: fc.Arbitrary<TaskFacts> = fc.record({
  ...{ key: text, id: text, frameworkId: text, agentId: text, name: text },
  state: fc.constantFrom('TASK_RUNNING', 'TASK_STAGING', ''),
  ports: fc.constantFrom(
    [],
    [[1, 2]] as const,
    [
      [1, 1],
      [5, 9],
    ] as const,
  ),
  running: fc.option(
    fc.record({
      timestamp: fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }),
      healthy: fc.boolean(),
      ...{ netinfo: fc.array(some), mesos: fc.array(some), docker: fc.array(some) },
    }),
    { nil: undefined },
  ),
  discovery: fc.option(
    fc.record({
      name: text,
      ports: fc.array(fc.record({ number: fc.integer(), name: text, protocol: text })),
    }),
    { nil: undefined },
  ),
});

test('a task comes back as it was added', () => {
  fc.assert(
    fc.property(facts, (task) => {
      const map = createTaskMap();
      map.set(task);
      expect(map.get(task.key)).toEqual(task);
      expect([...map.values()]).toEqual([task]);
      expect(map.at(map.number(task.key) ?? -1)).toEqual({ ...task, key: '' });
      expect(map.keysOf(new Set([task.agentId]), new Set())).toEqual([task.key]);
      expect(map.keysOf(new Set(), new Set([task.frameworkId]))).toEqual([task.key]);
      expect(map.keysOf(new Set(['other agent']), new Set(['other framework']))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('equal tasks have equal texts, others have not', () => {
  fc.assert(
    fc.property(facts, facts, (task, other) => {
      const [left, right] = [createTaskMap(), createTaskMap()];
      left.set({ ...task, key: 'k' });
      right.set({ ...other, key: 'k' });
      expect(left.text('k') === right.text('k')).toBe(
        JSON.stringify({ ...task, key: '' }) === JSON.stringify({ ...other, key: '' }),
      );
    }),
  );
});

test('numbers of tasks that went are used again', () => {
  const map = createTaskMap();
  const sink = (key: string): void => map.setText(key, `agent\nframework\n${key}`);
  for (const key of ['a', 'b', 'c']) sink(key);
  map.delete('b');
  map.delete('b');
  expect([map.at(1), map.number('b'), map.size, map.end()]).toEqual([undefined, undefined, 2, 3]);
  sink('d');
  expect([map.number('d'), map.size, map.end()]).toEqual([1, 3, 3]);
  expect([...map.keys()]).toEqual(['a', 'c', 'd']);
});

test('a task is added once', () => {
  const map = createTaskMap();
  const task: TaskFacts = {
    ...{ key: 'k', id: 'i', frameworkId: 'f', agentId: 'a', name: 'first', state: 'TASK_RUNNING' },
    ...{ ports: [], running: undefined, discovery: undefined },
  };
  expect(map.add(task)).toBe(true);
  expect(map.add({ ...task, name: 'second' })).toBe(false);
  expect(map.get('k')?.name).toBe('first');
  map.delete('k');
  expect(map.add({ ...task, name: 'third' })).toBe(true);
  expect([map.get('k')?.name, map.number('k'), map.size]).toEqual(['third', 0, 1]);
});
