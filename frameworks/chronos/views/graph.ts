/**
 * The graph as `graph/dot`, `graph/csv` and, as our addition, `graph/json` show it. The names are those of all jobs in
 * their order; those that are quarantined are not in the graph.
 */

import { childrenOf } from '../core/graph/graph';
import { statusOf } from '../core/jobs/print-job';
import { stateOf } from './job-state';
import { jsonList, type Pieces, type Read } from './read';

export function* dotPieces(read: Read, names: readonly string[]): Pieces {
  const numbers = new Map<string, number>();
  yield 'digraph G {\n';
  for (const name of nodesOf(read, names)) {
    numbers.set(name, numbers.size + 1);
    yield `  ${numbers.size} [ label=${JSON.stringify(name)} ];\n`;
  }
  for (const { from, to } of edgesOf(read, names)) {
    const isNumbered = numbers.has(from) && numbers.has(to);
    if (isNumbered) yield `  ${numbers.get(from)} -> ${numbers.get(to)};\n`;
  }
  yield '}\n';
}

/** `node,NAME,STATUS,STATE` and `link,PARENT,CHILD`. */
export function* csvPieces(read: Read, names: readonly string[]): Pieces {
  for (const name of nodesOf(read, names)) {
    const { status, state } = nodeOf(read, name);
    yield `node,${name},${status},${state}\n`;
  }
  for (const { from, to } of edgesOf(read, names)) yield `link,${from},${to}\n`;
}

export function* graphJsonPieces(read: Read, names: readonly string[]): Pieces {
  yield '{"nodes":';
  yield* jsonList(mapped(nodesOf(read, names), (name) => JSON.stringify(nodeOf(read, name))));
  yield ',"edges":';
  yield* jsonList(mapped(edgesOf(read, names), JSON.stringify));
  yield '}';
}

/** A job in the graph, with its status (`success`) and its state (`1 running`). */
interface GraphNode {
  readonly name: string;
  readonly status: string;
  readonly state: string;
}

function nodeOf(read: Read, name: string): GraphNode {
  const entry = read(({ jobs }) => jobs.get(name));
  if (entry === undefined) return { name, status: 'fresh', state: 'idle' };
  return { name, status: statusOf(entry.record.job), state: stateOf(entry) };
}

function* nodesOf(read: Read, names: readonly string[]): Generator<string, void> {
  for (const name of names) {
    if (read(({ graph }) => graph.parents.has(name))) yield name;
  }
}

interface GraphEdge {
  readonly from: string;
  readonly to: string;
}

function* edgesOf(read: Read, names: readonly string[]): Generator<GraphEdge, void> {
  for (const from of names) {
    for (const to of read(({ graph }) => childrenOf(graph, from))) yield { from, to };
  }
}

function* mapped<T>(entries: Iterable<T>, print: (entry: T) => string): Generator<string, void> {
  for (const entry of entries) yield print(entry);
}
