/** The graph as `graph/dot`, `graph/csv` and, as our addition, `graph/json` show it. Jobs are sorted by their names. */

import { childrenOf, type JobGraph } from './graph';

/** A job in the graph, with its status (`success`) and its state (`1 running`). */
export interface GraphNode {
  readonly name: string;
  readonly status: string;
  readonly state: string;
}

interface GraphEdge {
  readonly from: string;
  readonly to: string;
}

export function printDot(graph: JobGraph): string {
  const names = sortedNames(graph);
  const numbers = new Map(names.map((name, index) => [name, index + 1]));
  const nodes = names.map((name) => `  ${numbers.get(name)} [ label=${JSON.stringify(name)} ];\n`);
  const edges = edgesOf(graph).map(({ from, to }) => `  ${numbers.get(from)} -> ${numbers.get(to)};\n`);
  return `digraph G {\n${nodes.join('')}${edges.join('')}}\n`;
}

export function printCsv(graph: JobGraph, nodeOf: (name: string) => GraphNode): string {
  const nodes = sortedNames(graph).map((name) => {
    const { status, state } = nodeOf(name);
    return `node,${name},${status},${state}\n`;
  });
  return (
    nodes.join('') +
    edgesOf(graph)
      .map(({ from, to }) => `link,${from},${to}\n`)
      .join('')
  );
}

export function printGraphJson(graph: JobGraph, nodeOf: (name: string) => GraphNode): string {
  const nodes = sortedNames(graph).map((name) => {
    const { status, state } = nodeOf(name);
    return { name, status, state };
  });
  return JSON.stringify({ nodes, edges: edgesOf(graph) });
}

function sortedNames(graph: JobGraph): readonly string[] {
  return [...graph.parents.keys()].sort();
}

function edgesOf(graph: JobGraph): readonly GraphEdge[] {
  return sortedNames(graph).flatMap((from) => childrenOf(graph, from).map((to) => ({ from, to })));
}
