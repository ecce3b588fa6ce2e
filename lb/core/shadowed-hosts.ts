/**
 * Host names that several services ask for: of the rules of one host name only the first that fits a request counts.
 */

import type { PathTest } from './label-values';
import { comesAfterMap, type VhostSnippets } from './vhost-snippets';

interface HostRule extends VhostSnippets {
  readonly app: string;
  readonly backend: string;
  readonly weight: number;
  readonly hosts: readonly string[];
  readonly path: PathTest | undefined;
}

export interface Shadowed {
  readonly rule: HostRule;
  readonly host: string;
  /** The rule that takes all requests for that host name which `rule` would get. */
  readonly by: HostRule;
}

/** Rules, in the order of the front, whose requests for a host name all go to an earlier one. */
export function findShadowed(rules: readonly HostRule[]): Shadowed[] {
  const shared = sharedHosts(rules);
  if (shared.size === 0) return [];
  const earlier = new Map<string, HostRule[]>();
  const shadowed: Shadowed[] = [];
  for (const rule of inOrder(rules)) {
    const hosts = [...new Set(rule.hosts)].filter((host) => shared.has(host));
    if (hosts.length === 0 || hasOwnTexts(rule)) continue;
    for (const host of hosts) {
      const before = earlier.get(host) ?? [];
      const by = before.find((other) => covers(other.path, rule.path));
      if (by) shadowed.push({ rule, host, by });
      else earlier.set(host, [...before, rule]);
    }
  }
  return shadowed;
}

/** Host names of more than one rule: there are few. */
function sharedHosts(rules: readonly HostRule[]): ReadonlySet<string> {
  const owners = new Map<string, HostRule>();
  const shared = new Set<string>();
  for (const rule of rules)
    for (const host of rule.hosts) {
      const owner = owners.get(host);
      if (owner === undefined) owners.set(host, rule);
      else if (owner !== rule) shared.add(host);
    }
  return shared;
}

/** Host names in a map come after the rules of no less than the usual weight. */
function inOrder(rules: readonly HostRule[]): HostRule[] {
  const turn = (rule: HostRule): number => (rule.httpMapped ? 1 : comesAfterMap(rule) ? 2 : 0);
  return rules.some(({ httpMapped }) => httpMapped)
    ? [...rules].sort((a, b) => turn(a) - turn(b))
    : [...rules];
}

/** True for a rule with a text of the app's own, whose effect is not known. */
function hasOwnTexts({ http, httpsHosts }: HostRule): boolean {
  return [...http, ...httpsHosts.flatMap(({ snippets }) => snippets)].some(
    ({ override }) => override !== undefined,
  );
}

function covers(first: PathTest | undefined, second: PathTest | undefined): boolean {
  if (first === undefined) return true;
  if (second === undefined || first.method !== undefined || second.method !== undefined) return false;
  if (second.ignoreCase && !first.ignoreCase) return false;
  const fold = (path: string): string => (first.ignoreCase ? path.toLowerCase() : path);
  return second.paths.every((path) => first.paths.some((start) => fold(path).startsWith(fold(start))));
}
