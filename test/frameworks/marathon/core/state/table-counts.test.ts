import { tableCounts } from '../../../../../frameworks/marathon/core/state/table-counts';

describe('counts of a table', () => {
  it('follow its changes', () => {
    const counts = tableCounts((values: readonly number[]) => values);
    const table = new Map<string, readonly number[]>([
      ['a', [1, 2]],
      ['b', [2, 2]],
    ]);
    const change = (key: string, after: readonly number[] | undefined): void => {
      const before = table.get(key);
      if (after) table.set(key, after);
      else table.delete(key);
      counts.replace(table, before, after);
    };
    // Counts are put together when they are first asked for: changes before that are in the table itself.
    change('c', [5]);
    expect([...counts.of(table)]).toEqual([
      [1, 1],
      [2, 3],
      [5, 1],
    ]);
    change('b', [1]);
    change('c', undefined);
    change('d', [7]);
    expect([...counts.of(table)].sort()).toEqual([...counts.of(new Map(table))].sort());
    expect(Object.fromEntries(counts.of(table))).toEqual({ 1: 2, 2: 1, 7: 1 });
  });
});
