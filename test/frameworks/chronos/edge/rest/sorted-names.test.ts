import { SortedNames } from '../../../../../frameworks/chronos/edge/rest/sorted-names';
import type { Read } from '../../../../../frameworks/chronos/views/read';
import { readOf } from '../../view-world';
import { World } from '../../world';

interface Sorted {
  readonly sorted: readonly string[];
  readonly pauses: number;
}

function sort(names: SortedNames, read: Read): Sorted {
  const steps = names.of(read);
  let pauses = 0;
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return { sorted: step.value, pauses };
    pauses += 1;
  }
}

test('names are sorted, and follow the jobs that come and go', () => {
  const world = new World();
  const names = new SortedNames();
  const sorted = () => sort(names, readOf(world)).sorted;
  expect(sorted()).toEqual([]);
  for (const name of ['c', 'a', 'b']) world.put(name, {});
  const first = sorted();
  expect(first).toEqual(['a', 'b', 'c']);
  expect(sorted()).toBe(first);
  world.command('job.delete', 'a');
  world.put('ab', {});
  expect(sorted()).toEqual(['ab', 'b', 'c']);
  expect(first).toEqual(['a', 'b', 'c']);
});

/** A read of a state with nothing but names. */
function readOfNames(names: readonly string[]): Read {
  const world = new World();
  world.put('a', {});
  const state = { ...world.state, jobs: new Map(names.map((name) => [name, world.entry('a')])) };
  return (view) => view(state);
}

const MANY = Array.from({ length: 20_500 }, (_, index) => `job-${(index * 7919) % 20_500}`);

test('many names are sorted with pauses, at first and when some of them change', () => {
  const names = new SortedNames();
  const first = sort(names, readOfNames(MANY));
  expect(first.sorted).toEqual([...MANY].sort());
  expect(first.pauses).toBeGreaterThan(60);
  const later = [...MANY.slice(300), ...Array.from({ length: 2500 }, (_, index) => `new-${index}`), 'a'];
  const { sorted, pauses } = sort(names, readOfNames(later));
  expect(sorted).toEqual([...later].sort());
  expect(pauses).toBeGreaterThan(60);
  expect(sort(names, readOfNames(later))).toEqual({ sorted, pauses: 0 });
});

test('names that change while they are sorted are sorted anew for the next answer', () => {
  const world = new World();
  world.put('b', {});
  const names = new SortedNames();
  const steps = names.of(readOf(world));
  steps.next();
  world.put('a', {});
  let step = steps.next();
  while (!step.done) step = steps.next();
  expect(step.value).toEqual(['b']);
  expect(sort(names, readOf(world)).sorted).toEqual(['a', 'b']);
});
