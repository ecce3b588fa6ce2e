/**
 * Counts of what the definitions of a table have: they are put together once, and then follow the changes of the table, so
 * that no change walks all definitions.
 */

type Table<Spec> = ReadonlyMap<string, Spec>;

export interface TableCounts<Spec, Value> {
  /** How many definitions have each value. */
  of(table: Table<Spec>): ReadonlyMap<Value, number>;
  /** A definition of the table has changed, come or gone. */
  replace(table: Table<Spec>, before: Spec | undefined, after: Spec | undefined): void;
}

export function tableCounts<Spec, Value>(
  valuesOf: (spec: Spec) => readonly Value[],
): TableCounts<Spec, Value> {
  const countsOf = new WeakMap<Table<Spec>, Map<Value, number>>();
  const of = (table: Table<Spec>): Map<Value, number> => {
    const existing = countsOf.get(table);
    if (existing) return existing;
    const counts = new Map<Value, number>();
    for (const spec of table.values()) for (const value of valuesOf(spec)) add(counts, value, 1);
    countsOf.set(table, counts);
    return counts;
  };
  const replace: TableCounts<Spec, Value>['replace'] = (table, before, after) => {
    const counts = countsOf.get(table);
    if (!counts) return;
    for (const value of before ? valuesOf(before) : []) add(counts, value, -1);
    for (const value of after ? valuesOf(after) : []) add(counts, value, 1);
  };
  return { of, replace };
}

function add<Value>(counts: Map<Value, number>, value: Value, number: number): void {
  const count = (counts.get(value) ?? 0) + number;
  if (count === 0) counts.delete(value);
  else counts.set(value, count);
}
