/**
 * Lists whose items are made when they are read, from sources that were collected before.
 */

/** Makes each item from its source, every time the list is read. */
export function lazyList<Source, Item>(
  sources: readonly Source[],
  make: (source: Source) => Item,
): Iterable<Item> {
  return {
    *[Symbol.iterator]() {
      for (const source of sources) yield make(source);
    },
  };
}
