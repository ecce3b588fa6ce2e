/**
 * The graph of stored jobs. Jobs that cannot be in it are quarantined with a reason; the original ends its process then,
 * at each start.
 *
 * In: jobs in any order      Out: the graph of all that can be there, and the reasons for the rest
 */

import { faultText, type JobGraph, newGraph, type ParentFault, parentFault, putJob } from './graph';

export interface StoredEdge {
  readonly name: string;
  readonly parents: readonly string[];
}

export interface Quarantined {
  readonly name: string;
  readonly fault: ParentFault;
  readonly reason: string;
}

export interface LoadedGraph {
  readonly graph: JobGraph;
  readonly quarantined: readonly Quarantined[];
}

/** Parents go in before their children; so the time is that of the number of edges. */
export function loadGraph(jobs: readonly StoredEdge[]): LoadedGraph {
  const graph = newGraph();
  const byName = new Map(jobs.map((job) => [job.name, job]));
  const missing = new Map<string, number>();
  const dependents = new Map<string, string[]>();
  for (const { name, parents } of byName.values()) {
    const distinct = [...new Set(parents)];
    missing.set(name, distinct.length);
    for (const parent of distinct) {
      const names = dependents.get(parent);
      if (names) names.push(name);
      else dependents.set(parent, [name]);
    }
  }
  const ready = [...byName.keys()].filter((name) => missing.get(name) === 0);
  for (let name = ready.pop(); name !== undefined; name = ready.pop()) {
    putJob(graph, name, byName.get(name)?.parents ?? []);
    for (const child of dependents.get(name) ?? []) {
      const rest = (missing.get(child) ?? 0) - 1;
      missing.set(child, rest);
      if (rest === 0) ready.push(child);
    }
  }
  const left = [...byName.values()].filter(({ name }) => !graph.parents.has(name));
  return { graph, quarantined: quarantine(graph, left) };
}

function quarantine(graph: JobGraph, jobs: readonly StoredEdge[]): readonly Quarantined[] {
  const byName = new Map(jobs.map((job) => [job.name, job]));
  return [...jobs]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, parents }) => {
      const fault = storedFault(graph, byName, { name, parents });
      return { name, fault, reason: faultText(name, fault) };
    });
}

/** Faults of a job among those that are left: a parent of theirs may be left, too. */
function storedFault(
  graph: JobGraph,
  left: ReadonlyMap<string, StoredEdge>,
  { name, parents }: StoredEdge,
): ParentFault {
  const fault = parentFault(graph, name, parents);
  if (fault?.kind === 'self') return fault;
  const path = cycleThrough(left, name);
  if (path) return { kind: 'cycle', path };
  return fault ?? { kind: 'unknown', parents: parents.filter((parent) => !graph.parents.has(parent)) };
}

function cycleThrough(jobs: ReadonlyMap<string, StoredEdge>, start: string): readonly string[] | undefined {
  const seen = new Set<string>();
  const waiting: (readonly string[])[] = [[start]];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    for (const parent of jobs.get(path.at(-1) ?? '')?.parents ?? []) {
      if (parent === start) return [...path, parent];
      if (seen.has(parent) || !jobs.has(parent)) continue;
      seen.add(parent);
      waiting.push([...path, parent]);
    }
  }
  return undefined;
}
