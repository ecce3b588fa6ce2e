/**
 * The table that questions are answered from: names to packed nodes, kept up to date by changes.
 *
 * Always true: it shows one moment of the cluster. A fresh zone that comes in parts replaces the old one with its last part.
 */

import type { Zone, ZoneChange, ZoneHead, ZoneNode } from './book';
import { unpackNode } from './packed';

export interface ZoneTable {
  /** The zone, from the first complete change on. */
  zone(): Zone | undefined;
  /** Takes a change. Tells which names may have other answers now. */
  apply(change: ZoneChange): 'none' | 'all' | readonly string[];
  /** Every name with its packed node. */
  entries(): IterableIterator<[string, string]>;
  size(): number;
}

export function createTable(): ZoneTable {
  let nodes = new Map<string, string>();
  let growing: Map<string, string> | undefined;
  let zone: Zone | undefined;
  const node = (name: string): ZoneNode | undefined => {
    const packed = nodes.get(name);
    return packed === undefined ? undefined : unpackNode(packed);
  };
  const show = (head: ZoneHead): void => {
    zone = { ...head, node };
  };
  const replace = (change: ZoneChange): 'none' | 'all' => {
    growing ??= new Map();
    write(growing, change);
    if (!change.last) return 'none';
    nodes = growing;
    growing = undefined;
    show(change.head);
    return 'all';
  };
  return {
    zone: () => zone,
    entries: () => nodes.entries(),
    size: () => nodes.size,
    apply: (change) => {
      if (change.fresh) return replace(change);
      write(nodes, change);
      show(change.head);
      return change.names;
    },
  };
}

function write(nodes: Map<string, string>, { names, nodes: packed }: ZoneChange): void {
  for (const [index, name] of names.entries()) {
    const text = packed[index];
    if (text === null || text === undefined) nodes.delete(name);
    else nodes.set(name, text);
  }
}
