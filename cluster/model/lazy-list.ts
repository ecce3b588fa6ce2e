/**
 * A list whose items are made when they are read: what they are made from is gathered at once, the costly part waits.
 */

/** Makes each item from what was gathered for it, every time the list is read. */
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
