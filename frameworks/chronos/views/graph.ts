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
  yield* mapped(nodesOf(read, names), (name) => {
    numbers.set(name, numbers.size + 1);
    return `  ${numbers.size} [ label=${JSON.stringify(name)} ];\n`;
  });
  yield* mapped(edgesOf(read, names), ({ from, to }) => {
    const isNumbered = numbers.has(from) && numbers.has(to);
    return isNumbered ? `  ${numbers.get(from)} -> ${numbers.get(to)};\n` : '';
  });
  yield '}\n';
}

/** `node,NAME,STATUS,STATE` and `link,PARENT,CHILD`. */
export function* csvPieces(read: Read, names: readonly string[]): Pieces {
  yield* mapped(nodesOf(read, names), (name) => {
    const { status, state } = nodeOf(read, name);
    return `node,${name},${status},${state}\n`;
  });
  yield* mapped(edgesOf(read, names), ({ from, to }) => `link,${from},${to}\n`);
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

/** Names between two pauses, which there would be none of where few jobs have children. */
const STRIDE = 200;

/** The jobs in the graph; an empty text is a pause. */
function* nodesOf(read: Read, names: readonly string[]): Generator<string, void> {
  for (const [position, name] of names.entries()) {
    if (position % STRIDE === 0) yield '';
    if (read(({ graph }) => graph.parents.has(name))) yield name;
  }
}

interface GraphEdge {
  readonly from: string;
  readonly to: string;
}

function* edgesOf(read: Read, names: readonly string[]): Generator<GraphEdge | '', void> {
  for (const [position, from] of names.entries()) {
    if (position % STRIDE === 0) yield '';
    for (const to of read(({ graph }) => childrenOf(graph, from))) yield { from, to };
  }
}

function* mapped<T>(entries: Iterable<T | ''>, print: (entry: T) => string): Generator<string, void> {
  for (const entry of entries) yield entry === '' ? '' : print(entry);
}
