import fc from 'fast-check';
import { checkGraph } from '../../../../../frameworks/chronos/core/graph/graph';
import { loadGraph } from '../../../../../frameworks/chronos/core/graph/load-graph';

function load(jobs: Record<string, readonly string[]>) {
  const edges = Object.entries(jobs).map(([name, parents]) => ({ name, parents }));
  const { graph, quarantined } = loadGraph(edges);
  return { names: [...graph.parents.keys()].sort(), reasons: quarantined.map(({ reason }) => reason) };
}

test('jobs are loaded in any order', () => {
  expect(load({ c: ['b', 'b'], b: ['a'], a: [] })).toEqual({ names: ['a', 'b', 'c'], reasons: [] });
});

test('a job with an unknown parent is quarantined, and so are those below it', () => {
  expect(load({ a: [], b: ['x', 'a'], c: ['b'] })).toEqual({
    names: ['a'],
    reasons: ["Job 'b' has unknown parents: 'x'", "Job 'c' has unknown parents: 'b'"],
  });
});

test('a job that is its own parent is quarantined', () => {
  expect(load({ a: ['a'], b: [] })).toEqual({
    names: ['b'],
    reasons: ["Job 'a' cannot be a parent of itself"],
  });
});

test('jobs that name each other are quarantined with their cycle', () => {
  expect(load({ a: ['b'], b: ['c'], c: ['a'], d: ['a'] })).toEqual({
    names: [],
    reasons: [
      "Job 'a' would be in a cycle of parents: a <- b <- c <- a",
      "Job 'b' would be in a cycle of parents: b <- c <- a <- b",
      "Job 'c' would be in a cycle of parents: c <- a <- b <- c",
      "Job 'd' has unknown parents: 'a'",
    ],
  });
});

test('any stored jobs give a whole graph and a reason for each of the rest', () => {
  const name = fc.constantFrom(...'abcdef');
  const job = fc.record({ name, parents: fc.uniqueArray(name, { maxLength: 3 }) });
  fc.assert(
    fc.property(fc.uniqueArray(job, { selector: (entry) => entry.name }), (jobs) => {
      const { graph, quarantined } = loadGraph(jobs);
      expect(checkGraph(graph)).toEqual([]);
      expect(graph.parents.size + quarantined.length).toBe(jobs.length);
    }),
  );
});

test('a chain of 50,000 jobs is loaded at once', () => {
  const jobs = Array.from({ length: 50_000 }, (_, index) => ({
    name: String(index),
    parents: index === 0 ? [] : [String(index - 1)],
  }));
  const began = process.cpuUsage().user;
  expect(loadGraph(jobs.reverse()).quarantined).toEqual([]);
  expect(process.cpuUsage().user - began).toBeLessThan(3e6);
});

test('a chain of 50,000 jobs below an unknown parent is quarantined at once', () => {
  const jobs = Array.from({ length: 50_000 }, (_, index) => ({
    name: String(index),
    parents: [String(index - 1)],
  }));
  const began = process.cpuUsage().user;
  expect(loadGraph(jobs.reverse()).quarantined).toHaveLength(50_000);
  expect(process.cpuUsage().user - began).toBeLessThan(3e6);
});

test('a job between two cycles is in neither', () => {
  const { reasons } = load({ a: ['b'], b: ['a'], m: ['a'], y: ['z', 'm'], z: ['y'] });
  expect(reasons[2]).toBe("Job 'm' has unknown parents: 'a'");
});

test('the reason of a long cycle leaves out its middle', () => {
  const names = Array.from({ length: 40 }, (_, index) => `j${index}`);
  const edges = names.map((name, index) => ({ name, parents: [`j${(index + 1) % 40}`] }));
  const { reason } = loadGraph(edges).quarantined[0] ?? { reason: '' };
  expect(reason).toMatch(/: j0 <- j1 <- .* <- \.\.\. <- .* <- j39 <- j0$/);
  expect(reason.split(' <- ')).toHaveLength(21);
});
