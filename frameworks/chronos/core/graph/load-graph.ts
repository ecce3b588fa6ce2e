/**
 * The graph of stored jobs. Jobs that cannot be in it are quarantined with a reason; the original ends its process then,
 * at each start.
 *
 * In: jobs in any order      Out: the graph of all that can be there, and the reasons for the rest
 */

import { faultText, type JobGraph, newGraph, type ParentFault, parentFault, putJob, trail } from './graph';

export interface StoredEdge {
  readonly name: string;
  readonly parents: readonly string[];
}

export interface Quarantined {
  readonly name: string;
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

/** The reasons of those that are left. Only those in cycles, or between two of them, are searched for a cycle. */
function quarantine(graph: JobGraph, jobs: readonly StoredEdge[]): readonly Quarantined[] {
  const suspects = withoutEnds(jobs);
  return [...jobs]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((job) => ({ name: job.name, reason: faultText(job.name, storedFault(graph, suspects, job)) }));
}

/** The jobs without those that none of the others depends on, again and again: what remains is in or between cycles. */
function withoutEnds(jobs: readonly StoredEdge[]): ReadonlyMap<string, StoredEdge> {
  const rest = new Map(jobs.map((job) => [job.name, job]));
  const dependents = new Map<string, number>();
  for (const { parents } of jobs)
    for (const parent of new Set(parents)) dependents.set(parent, (dependents.get(parent) ?? 0) + 1);
  const ends = jobs.filter(({ name }) => !dependents.has(name));
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) {
    rest.delete(end.name);
    for (const parent of new Set(end.parents)) {
      const count = (dependents.get(parent) ?? 0) - 1;
      dependents.set(parent, count);
      const job = rest.get(parent);
      if (count === 0 && job) ends.push(job);
    }
  }
  return rest;
}

/** Faults of a job among those that are left: a parent of theirs may be left, too. */
function storedFault(
  graph: JobGraph,
  suspects: ReadonlyMap<string, StoredEdge>,
  { name, parents }: StoredEdge,
): ParentFault {
  const fault = parentFault(graph, name, parents);
  if (fault?.kind === 'self') return fault;
  const path = suspects.has(name) ? cycleThrough(suspects, name) : undefined;
  if (path) return { kind: 'cycle', path };
  return fault ?? { kind: 'unknown', parents: parents.filter((parent) => !graph.parents.has(parent)) };
}

/** The shortest way from a job over its parents back to itself. */
function cycleThrough(jobs: ReadonlyMap<string, StoredEdge>, start: string): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const waiting = [start];
  for (const name of waiting) {
    for (const parent of jobs.get(name)?.parents ?? []) {
      if (parent === start) return [...trail(cameFrom, name), parent];
      if (cameFrom.has(parent) || !jobs.has(parent)) continue;
      cameFrom.set(parent, name);
      waiting.push(parent);
    }
  }
  return undefined;
}
