import { listPieces, summaryOf, summaryPieces } from '../../../../frameworks/chronos/views/jobs';
import { namesOf, readOf, whole } from '../view-world';
import { World } from '../world';

function two(): World {
  const world = new World();
  world.put('b', {});
  world.put('a', {});
  return world;
}

test('the list has the jobs in the order of the names, without those that are gone', () => {
  const read = readOf(two());
  const print = (entry: { record: { job: { name: string } } }): string => `"${entry.record.job.name}"`;
  expect(whole(listPieces(read, ['a', 'b', 'gone'], print))).toBe('["a","b"]');
  expect(whole(listPieces(read, [], print))).toBe('[]');
});

test('the summary has a row for each job', () => {
  const world = two();
  const print = (entry: { record: { job: { name: string } } }): string => `"${entry.record.job.name}"`;
  expect(whole(summaryPieces(readOf(world), namesOf(world), print))).toBe('{"jobs":["a","b"]}');
});

test('a row is told why its job is quarantined', () => {
  const world = two();
  world.state.quarantined.set('a', 'a cycle');
  const print = (_entry: object, quarantine: string | undefined): string => quarantine ?? 'none';
  expect(summaryOf(readOf(world), 'a', print)).toBe('a cycle');
  expect(summaryOf(readOf(world), 'b', print)).toBe('none');
  expect(summaryOf(readOf(world), 'gone', print)).toBeUndefined();
});
