import fc from 'fast-check';
import {
  checkGraph,
  childrenOf,
  faultText,
  type JobGraph,
  newGraph,
  parentFault,
  parentsOf,
  putJob,
  removeJob,
} from '../../../../../frameworks/chronos/core/graph/graph';

function graphOf(jobs: Record<string, readonly string[]>): JobGraph {
  const graph = newGraph();
  for (const [name, parents] of Object.entries(jobs)) putJob(graph, name, parents);
  return graph;
}

const CHAIN = { a: [], b: ['a'], c: ['b', 'a'] };

test('both directions have the same edges', () => {
  const graph = graphOf(CHAIN);
  expect([childrenOf(graph, 'a'), childrenOf(graph, 'c')]).toEqual([['b', 'c'], []]);
  expect([parentsOf(graph, 'c'), parentsOf(graph, 'x')]).toEqual([['a', 'b'], []]);
  expect(checkGraph(graph)).toEqual([]);
});

test('other parents replace the edges', () => {
  const graph = graphOf(CHAIN);
  putJob(graph, 'c', []);
  expect([childrenOf(graph, 'a'), childrenOf(graph, 'b')]).toEqual([['b'], []]);
});

test('a job is taken out with its edges, but not before its children', () => {
  const graph = graphOf(CHAIN);
  expect(() => removeJob(graph, 'a')).toThrow('a has children');
  removeJob(graph, 'c');
  removeJob(graph, 'b');
  removeJob(graph, 'a');
  expect(graph).toEqual(newGraph());
});

test.each([
  ['d', ['a', 'c'], undefined],
  ['d', ['d'], "Job 'd' cannot be a parent of itself"],
  ['d', ['a', 'x', 'y'], "Job 'd' has unknown parents: 'x', 'y'"],
  ['a', ['c'], "Job 'a' would be in a cycle of parents: a <- c <- a"],
  ['a', ['b'], "Job 'a' would be in a cycle of parents: a <- b <- a"],
  ['b', ['a', 'c'], "Job 'b' would be in a cycle of parents: b <- c <- b"],
])('the job %s with the parents %j: %s', (name, parents, text) => {
  const fault = parentFault(graphOf(CHAIN), name, parents);
  expect(fault && faultText(name, fault)).toBe(text);
});

test('a job is not put under itself or an unknown job', () => {
  expect(() => putJob(newGraph(), 'a', ['a'])).toThrow('a cannot be a parent of a');
  expect(() => putJob(newGraph(), 'a', ['b'])).toThrow('b cannot be a parent of a');
});

test('after any accepted changes the graph is whole', () => {
  const name = fc.constantFrom(...'abcdefg');
  const change = fc.tuple(name, fc.option(fc.uniqueArray(name, { maxLength: 3 }), { nil: undefined }));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const graph = newGraph();
      for (const [job, parents] of changes) {
        if (parents === undefined) {
          if (childrenOf(graph, job).length === 0) removeJob(graph, job);
        } else if (parentFault(graph, job, parents) === undefined) {
          putJob(graph, job, parents);
        }
        expect(checkGraph(graph)).toEqual([]);
      }
    }),
  );
});

test('a broken graph is seen', () => {
  const graph = graphOf(CHAIN);
  graph.parents.set('a', ['c', 'x']);
  graph.children.set('b', new Set(['y']));
  expect(checkGraph(graph).length).toBeGreaterThan(3);
});
