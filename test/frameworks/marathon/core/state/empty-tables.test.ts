import { emptyTables } from '../../../../../frameworks/marathon/core/state/empty-tables';

test('two states share none of their tables, and each is empty', () => {
  const first = emptyTables();
  const second = emptyTables();
  for (const [name, table] of Object.entries(first)) {
    expect(table).not.toBe(second[name as keyof typeof second]);
    if (table instanceof Map || table instanceof Set) expect([name, table.size]).toEqual([name, 0]);
  }
  expect(first.healthCounts).toEqual({ failing: 0, working: 0 });
});
