import fc from 'fast-check';
import {
  type JoinState,
  keepParents,
  NEW_JOIN,
  reportParent,
  waitingFor,
} from '../../../../../frameworks/chronos/core/graph/join';

const PARENTS = ['A', 'B'];

/** Reports by words: `A` a success, `a` a failure, `A!` a success by hand. Gives the cycles that fired after each. */
function fired(words: string, survives = (join: JoinState): JoinState => join): string {
  let join = NEW_JOIN;
  const results = words.split(' ').map((word, index) => {
    const parent = (word[0] ?? '').toUpperCase();
    const outcome = word[0] === parent ? 'success' : 'failure';
    const report = { parent, outcome, runId: String(index), isManual: word.endsWith('!') } as const;
    const result = reportParent(join, PARENTS, report);
    join = survives(result.join);
    return result.fired?.cycle ?? '-';
  });
  return results.join(' ');
}

test.each([
  ['A B', '- 1', 'both parents start the child once'],
  ['B A', '- 1', 'their order does not matter'],
  ['A B A B', '- 1 - 2', 'each cycle starts it once'],
  ['A B A A B', '- 1 - - 2', 'a second success in a cycle counts for nothing more'],
  ['A A B B A', '- - 1 - 2', 'a success after the cycle belongs to the next'],
  ['A b', '- -', 'a failed parent holds the cycle open'],
  ['A b B!', '- - 1', 'a run by hand mends it'],
  ['A b A B', '- - - 2', 'a new slot of the other parent begins the next cycle'],
  ['A b B A', '- - - 2', 'a new slot of the failed parent begins the next cycle'],
  ['b A B A', '- - - 2', 'a failure at the beginning does not shift later cycles'],
  ['A b A b A B', '- - - - - 3', 'several failures do not either'],
  ['a b A B', '- - - 2', 'a cycle of failures is left behind'],
])('%s gives %s: %s', (words, expected) => {
  expect(fired(words)).toBe(expected);
  const stored = (join: JoinState): JoinState => JSON.parse(JSON.stringify(join)) as JoinState;
  expect(fired(words, stored)).toBe(expected);
});

test('a child with one parent runs after each success', () => {
  const report = { parent: 'A', outcome: 'success', isManual: false } as const;
  const first = reportParent(NEW_JOIN, ['A'], { ...report, runId: '1' });
  expect(first.fired).toEqual({ cycle: 1, runIds: ['1'] });
  expect(reportParent(first.join, ['A'], { ...report, runId: '2' }).fired).toEqual({
    cycle: 2,
    runIds: ['2'],
  });
});

test('a run that is reported again counts for nothing', () => {
  const report = { parent: 'A', outcome: 'success', isManual: false, runId: '1' } as const;
  const { join } = reportParent(NEW_JOIN, ['A'], report);
  expect(reportParent(join, ['A'], report)).toEqual({ join, fired: undefined });
});

test('a job that is no parent counts for nothing', () => {
  const report = { parent: 'X', outcome: 'success', isManual: false, runId: '1' } as const;
  expect(reportParent(NEW_JOIN, PARENTS, report)).toEqual({ join: NEW_JOIN, fired: undefined });
});

test('a join says what it waits for', () => {
  const { join } = reportParent(NEW_JOIN, PARENTS, {
    parent: 'A',
    outcome: 'failure',
    isManual: false,
    runId: '1',
  });
  expect(waitingFor(join, PARENTS)).toEqual(["'A' failed", "'B' has not run"]);
});

test('marks of parents that remain are kept', () => {
  const { join } = reportParent(NEW_JOIN, PARENTS, {
    parent: 'A',
    outcome: 'success',
    isManual: false,
    runId: '1',
  });
  expect(keepParents(join, ['A', 'C'])).toEqual(join);
  expect(keepParents(join, ['B'])).toEqual({ cycle: 1, marks: {}, counted: {} });
});

test('a child never runs more often than any of its parents succeeds', () => {
  const report = fc.record({
    parent: fc.constantFrom('A', 'B', 'C'),
    outcome: fc.constantFrom('success' as const, 'failure' as const),
    isManual: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(report, { maxLength: 60 }), (reports) => {
      let join = NEW_JOIN;
      let runs = 0;
      const successes = new Map([
        ['A', 0],
        ['B', 0],
        ['C', 0],
      ]);
      for (const [index, entry] of reports.entries()) {
        const result = reportParent(join, ['A', 'B', 'C'], { ...entry, runId: String(index) });
        if (entry.outcome === 'success') successes.set(entry.parent, (successes.get(entry.parent) ?? 0) + 1);
        if (result.fired) runs += 1;
        join = result.join;
        expect(runs).toBeLessThanOrEqual(Math.min(...successes.values()));
      }
    }),
  );
});
