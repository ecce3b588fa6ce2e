/**
 * The dependencies of jobs: who has which parents, and who has which children.
 *
 * Always true: both directions have the same edges, there is no cycle, and each parent is a node.
 */

import { assert } from '../../../../cluster/model/assert';

export interface JobGraph {
  /** Per job its parents, sorted. */
  readonly parents: Map<string, readonly string[]>;
  /** Per job its children; jobs without any are left out. */
  readonly children: Map<string, Set<string>>;
}

export function newGraph(): JobGraph {
  return { parents: new Map(), children: new Map() };
}

/** A reason why a job cannot have its parents. */
export type ParentFault =
  | { readonly kind: 'unknown'; readonly parents: readonly string[] }
  | { readonly kind: 'self' }
  /** From the job back to itself: `['a', 'b', 'a']` where b is a parent of a, and a one of b. */
  | { readonly kind: 'cycle'; readonly path: readonly string[] };

/** The fault of parents that a job is to have; undefined where they are fine. */
export function parentFault(
  graph: JobGraph,
  name: string,
  parents: readonly string[],
): ParentFault | undefined {
  if (parents.includes(name)) return { kind: 'self' };
  const unknown = parents.filter((parent) => !graph.parents.has(parent));
  if (unknown.length > 0) return { kind: 'unknown', parents: unknown };
  // A job without children closes no cycle: most jobs that are put in have none.
  const path = graph.children.has(name) ? pathUp(graph, parents, name) : undefined;
  return path && { kind: 'cycle', path: [name, ...path] };
}

/** The way from some jobs over their parents to another job. */
function pathUp(graph: JobGraph, from: readonly string[], name: string): readonly string[] | undefined {
  const cameFrom = new Map<string, string | undefined>(from.map((parent) => [parent, undefined]));
  const waiting = [...from];
  for (let job = waiting.pop(); job !== undefined; job = waiting.pop()) {
    if (job === name) return trail(cameFrom, job);
    for (const parent of graph.parents.get(job) ?? []) {
      if (cameFrom.has(parent)) continue;
      cameFrom.set(parent, job);
      waiting.push(parent);
    }
  }
  return undefined;
}

/** The way to a job, by the job from which each one on it was reached. */
export function trail(cameFrom: ReadonlyMap<string, string | undefined>, last: string): readonly string[] {
  const path: string[] = [];
  for (let job: string | undefined = last; job !== undefined; job = cameFrom.get(job)) path.push(job);
  return path.reverse();
}

/** Names of a cycle that are told; of a longer one the middle is left out. */
const PATH_MAX = 20;

/** The fault in words for people. */
export function faultText(name: string, fault: ParentFault): string {
  switch (fault.kind) {
    case 'self':
      return `Job '${name}' cannot be a parent of itself`;
    case 'unknown':
      return `Job '${name}' has unknown parents: ${fault.parents.map((parent) => `'${parent}'`).join(', ')}`;
    case 'cycle':
      return `Job '${name}' would be in a cycle of parents: ${pathText(fault.path)}`;
  }
}

function pathText(path: readonly string[]): string {
  const half = PATH_MAX / 2;
  const names = path.length <= PATH_MAX ? path : [...path.slice(0, half), '...', ...path.slice(-half)];
  return names.join(' <- ');
}

/** Most jobs have none, and share the list. */
const NO_PARENTS: readonly string[] = [];

/** Puts a job in, or gives it other parents. The parents must have no fault; a cycle is not looked for again. */
export function putJob(graph: JobGraph, name: string, parents: readonly string[]): void {
  for (const parent of parents)
    assert(parent !== name && graph.parents.has(parent), `${parent} cannot be a parent of ${name}`);
  unlink(graph, name);
  graph.parents.set(name, parents.length === 0 ? NO_PARENTS : [...new Set(parents)].sort());
  for (const parent of parents) {
    const children = graph.children.get(parent);
    if (children) children.add(name);
    else graph.children.set(parent, new Set([name]));
  }
}

/** Takes a job out. It must have no children. */
export function removeJob(graph: JobGraph, name: string): void {
  assert(!graph.children.has(name), `${name} has children`);
  unlink(graph, name);
  graph.parents.delete(name);
}

function unlink(graph: JobGraph, name: string): void {
  for (const parent of graph.parents.get(name) ?? []) {
    const children = graph.children.get(parent);
    children?.delete(name);
    if (children?.size === 0) graph.children.delete(parent);
  }
}

export function parentsOf(graph: JobGraph, name: string): readonly string[] {
  return graph.parents.get(name) ?? [];
}

export function childrenOf(graph: JobGraph, name: string): readonly string[] {
  return [...(graph.children.get(name) ?? [])].sort();
}

/** The violations of what is always true, a text each. */
export function checkGraph(graph: JobGraph): readonly string[] {
  const violations: string[] = [];
  for (const [name, parents] of graph.parents) {
    for (const parent of parents) {
      if (!graph.parents.has(parent)) violations.push(`the parent ${parent} of ${name} is no job`);
      if (!graph.children.get(parent)?.has(name))
        violations.push(`${parent} does not know its child ${name}`);
    }
    if (pathUp(graph, parents, name)) violations.push(`${name} is in a cycle`);
  }
  for (const [parent, children] of graph.children) {
    for (const child of children) {
      if (!graph.parents.get(child)?.includes(parent)) violations.push(`${child} does not know ${parent}`);
    }
  }
  return violations;
}
