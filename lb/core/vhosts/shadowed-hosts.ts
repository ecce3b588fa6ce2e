/**
 * Finds host names of a service that never lead to it, because an earlier rule matches all their requests.
 */

import type { PathTest } from '../labels/label-values';
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
  /** The earlier rule that matches all requests of `rule` for that host name. */
  readonly by: HostRule;
}

/** Rules whose requests for a host name all match an earlier rule of the frontend. */
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

/** Host names that more than one rule has. */
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

/** Sorts rules as the frontend tests them: host names in a map come after rules of weight 0 and more. */
function inOrder(rules: readonly HostRule[]): HostRule[] {
  const turn = (rule: HostRule): number => (rule.httpMapped ? 1 : comesAfterMap(rule) ? 2 : 0);
  return rules.some(({ httpMapped }) => httpMapped)
    ? [...rules].sort((a, b) => turn(a) - turn(b))
    : [...rules];
}

/** True for a rule with a template label, whose effect is not known. */
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
