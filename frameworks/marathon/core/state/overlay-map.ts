/**
 * A map on top of another one, which it leaves as it is: a change of a very large table needs no copy of it.
 *
 * Always true: it reads as a copy with the same changes would, in the same order. The map below changes only after it.
 */

export interface OverlayMap<Key, Value> extends ReadonlyMap<Key, Value> {
  set(key: Key, value: Value): void;
  delete(key: Key): boolean;
  /** The keys whose values differ from those of the base: replaced ones, added ones, deleted ones. */
  changedKeys(): Key[];
}

interface Layers<Key, Value> {
  readonly base: ReadonlyMap<Key, Value>;
  /** Values in the places of those of the base. */
  readonly replaced: Map<Key, Value>;
  /** Keys of the base that were deleted; one that is set again comes last. */
  readonly deleted: Set<Key>;
  readonly added: Map<Key, Value>;
}

export function overlayOf<Key, Value extends object>(base: ReadonlyMap<Key, Value>): OverlayMap<Key, Value> {
  const layers: Layers<Key, Value> = { base, replaced: new Map(), deleted: new Set(), added: new Map() };
  const entries = (): MapIterator<[Key, Value]> => entriesOf(layers);
  const overlay: OverlayMap<Key, Value> = {
    get size() {
      return base.size - layers.deleted.size + layers.added.size;
    },
    get: (key) => read(layers, key),
    has: (key) => read(layers, key) !== undefined,
    set: (key, value) => void (isInPlace(layers, key) ? layers.replaced : layers.added).set(key, value),
    delete: (key) => remove(layers, key),
    changedKeys: () => changedKeysOf(layers),
    entries,
    keys: () => keysOf(layers),
    values: () => valuesOf(layers),
    forEach: (visit) => {
      for (const [key, value] of entries()) visit(value, key, overlay);
    },
    [Symbol.iterator]: entries,
  };
  return overlay;
}

function read<Key, Value>(
  { base, replaced, deleted, added }: Layers<Key, Value>,
  key: Key,
): Value | undefined {
  return added.get(key) ?? replaced.get(key) ?? (deleted.has(key) ? undefined : base.get(key));
}

function isInPlace<Key>({ base, deleted }: Layers<Key, unknown>, key: Key): boolean {
  return base.has(key) && !deleted.has(key);
}

function remove<Key>(layers: Layers<Key, unknown>, key: Key): boolean {
  if (layers.added.delete(key)) return true;
  if (!isInPlace(layers, key)) return false;
  layers.replaced.delete(key);
  layers.deleted.add(key);
  return true;
}

function changedKeysOf<Key>(layers: Layers<Key, unknown>): Key[] {
  const { base, replaced, deleted, added } = layers;
  const keys = new Set([...replaced.keys(), ...added.keys(), ...deleted]);
  return [...keys].filter((key) => read(layers, key) !== base.get(key));
}

function* entriesOf<Key, Value>({
  base,
  replaced,
  deleted,
  added,
}: Layers<Key, Value>): MapIterator<[Key, Value]> {
  for (const [key, value] of base) if (!deleted.has(key)) yield [key, replaced.get(key) ?? value];
  yield* added;
}

function* keysOf<Key>(layers: Layers<Key, unknown>): MapIterator<Key> {
  for (const [key] of entriesOf(layers)) yield key;
}

function* valuesOf<Value>(layers: Layers<unknown, Value>): MapIterator<Value> {
  for (const [, value] of entriesOf(layers)) yield value;
}
