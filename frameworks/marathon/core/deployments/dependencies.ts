/**
 * Dependencies between apps: the order of a deployment, and the cycles that have none.
 *
 * Always true: the walk keeps its own stack, so that long chains of apps need no deep recursion; a group that others depend
 * on is one node of the graph, so that two groups of many apps have no edge for each pair.
 */

import type { Group } from '../../api/app';
import { ancestorsOf, isBelow } from '../state/paths';
import type { RunSpec } from '../state/run-spec';

type Apps = ReadonlyMap<string, RunSpec>;
type Groups = ReadonlyMap<string, Group>;

/** The nodes that a node depends on: apps by their ids, and all apps of a group as its id with `/*`. */
type Edges = (node: string) => readonly string[];

function edgesOf(apps: Apps, groups: Groups): Edges {
  const nodeOf = (path: string): string => (apps.has(path) ? path : `${path === '/' ? '' : path}/*`);
  return (node) => {
    if (node.endsWith('/*')) return membersOf(apps, node.slice(0, -2) || '/');
    const inherited = ancestorsOf(node).flatMap((path) => groups.get(path)?.dependencies ?? []);
    return [...(apps.get(node)?.dependencies ?? []), ...inherited].map(nodeOf);
  };
}

function membersOf(apps: Apps, group: string): string[] {
  return [...apps.keys()].filter((id) => isBelow(id, group));
}

/** The apps that depend on something: most depend on nothing, and are not walked from. */
function dependents(apps: Apps, groups: Groups): string[] {
  const dependentGroups = [...groups.values()].filter(({ dependencies }) => dependencies.length > 0);
  return [...apps.values()]
    .filter(
      ({ id, dependencies }) =>
        dependencies.length > 0 || dependentGroups.some((group) => isBelow(id, group.id)),
    )
    .map(({ id }) => id);
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

/** A cycle as a text; undefined where there is none. */
export function cycleIn(apps: Apps, groups: Groups): string | undefined {
  const cycle = walk(dependents(apps, groups), edgesOf(apps, groups), () => undefined);
  if (!cycle) return undefined;
  const [first = '', ...others] = cycle;
  return `${first} depends on ${[...others, first].join(', which depends on ')}`;
}

/** Number of layers of dependencies below each app that has some or is one (`DeploymentPlan.runSpecsGroupedByLongestPath`). */
export function layersOf(apps: Apps, groups: Groups): Map<string, number> {
  const depths = new Map<string, number>();
  const height = (node: string): number => (depths.get(node) ?? 0) + (node.endsWith('/*') ? 0 : 1);
  walk(dependents(apps, groups), edgesOf(apps, groups), (node, needs) => {
    let depth = 0;
    for (const other of needs) depth = Math.max(depth, height(other));
    depths.set(node, depth);
  });
  return depths;
}
