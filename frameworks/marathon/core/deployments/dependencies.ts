/**
 * Dependencies between apps: the order of a deployment, and the cycles that have none.
 *
 * Always true: the walk keeps its own stack, so that long chains of apps need no deep recursion; a group that others depend
 * on is one node of the graph, so that two groups of many apps have no edge for each pair.
 */

import type { Group } from '../../api/app';
import { ancestorsOf, isBelow } from '../state/paths';
import { type SpecTables, specOf } from '../state/run-spec';

type Groups = ReadonlyMap<string, Group>;

/** The nodes that a node depends on: apps by their ids, and all apps of a group as its id with `/*`. */
type Edges = (node: string) => readonly string[];

function edgesOf(specs: SpecTables, groups: Groups): Edges {
  const nodeOf = (path: string): string => (specOf(specs, path) ? path : `${path === '/' ? '' : path}/*`);
  return (node) => {
    if (node.endsWith('/*')) return membersOf(specs, node.slice(0, -2) || '/');
    const inherited = ancestorsOf(node).flatMap((path) => groups.get(path)?.dependencies ?? []);
    return [...(specOf(specs, node)?.dependencies ?? []), ...inherited].map(nodeOf);
  };
}

function membersOf(specs: SpecTables, group: string): string[] {
  return idsOf(specs).filter((id) => isBelow(id, group));
}

function idsOf({ apps, pods }: SpecTables): string[] {
  return [...apps.keys(), ...pods.keys()];
}

/** Those of some apps that depend on something: most depend on nothing, and are not walked from. */
function dependents(specs: SpecTables, groups: Groups, ids: readonly string[]): string[] {
  return ids.filter((id) => {
    const spec = specOf(specs, id);
    if (!spec) return false;
    return spec.dependencies.length > 0 || ancestorsOf(id).some((path) => isDependent(groups.get(path)));
  });
}

function isDependent(group: Group | undefined): boolean {
  return group !== undefined && group.dependencies.length > 0;
}

/** A node on the way of the walk, with those of its dependencies that are left. */
interface Visit {
  readonly node: string;
  readonly left: string[];
}

/** Leaves every node after those it depends on. Returns the first cycle, in its order, where there is one. */
function walk(
  nodes: Iterable<string>,
  edges: Edges,
  leave: (node: string, needs: readonly string[]) => void,
): string[] | undefined {
  const done = new Set<string>();
  const onPath = new Set<string>();
  const needs = new Map<string, readonly string[]>();
  for (const start of nodes) {
    const path: Visit[] = [];
    const enter = (node: string): void => {
      const dependencies = edges(node);
      needs.set(node, dependencies);
      onPath.add(node);
      path.push({ node, left: [...dependencies] });
    };
    if (!done.has(start)) enter(start);
    for (let visit = path.at(-1); visit; visit = path.at(-1)) {
      const next = visit.left.pop();
      if (next === undefined) {
        path.pop();
        onPath.delete(visit.node);
        done.add(visit.node);
        leave(visit.node, needs.get(visit.node) ?? []);
        needs.delete(visit.node);
      } else if (onPath.has(next)) {
        return path.slice(path.findIndex(({ node }) => node === next)).map(({ node }) => node);
      } else if (!done.has(next)) enter(next);
    }
  }
  return undefined;
}

export interface ChangedNodes {
  readonly specs: readonly string[];
  readonly groups: readonly string[];
}

/**
 * A cycle as a text; undefined where there is none. There was none before the change of these apps, pods and groups: a new
 * one leads through one of these, or through an app of such a group.
 */
export function cycleIn(specs: SpecTables, groups: Groups, changed: ChangedNodes): string | undefined {
  const edges = edgesOf(specs, groups);
  const cycleFrom = (ids: readonly string[]): string[] | undefined =>
    walk(dependents(specs, groups, ids), edges, () => undefined);
  const isNew = cycleFrom([...changed.specs, ...membersOfChanged(specs, groups, changed)]) !== undefined;
  // It is named as it is met from the first app of the tree.
  const cycle = isNew ? cycleFrom(idsOf(specs)) : undefined;
  if (!cycle) return undefined;
  const [first = '', ...others] = cycle;
  return `${first} depends on ${[...others, first].join(', which depends on ')}`;
}

/** The apps and pods of changed groups that have dependencies. */
function membersOfChanged(specs: SpecTables, groups: Groups, changed: ChangedNodes): string[] {
  const dependent = new Set(changed.groups.filter((id) => isDependent(groups.get(id))));
  if (dependent.size === 0) return [];
  return idsOf(specs).filter((id) => ancestorsOf(id).some((path) => dependent.has(path)));
}

/**
 * Number of layers of dependencies below those of some apps that have dependencies, and below all that these lead to
 * (`DeploymentPlan.runSpecsGroupedByLongestPath`).
 */
export function layersOf(specs: SpecTables, groups: Groups, ids: readonly string[]): Map<string, number> {
  const depths = new Map<string, number>();
  const height = (node: string): number => (depths.get(node) ?? 0) + (node.endsWith('/*') ? 0 : 1);
  walk(dependents(specs, groups, ids), edgesOf(specs, groups), (node, needs) => {
    let depth = 0;
    for (const other of needs) depth = Math.max(depth, height(other));
    depths.set(node, depth);
  });
  return depths;
}
