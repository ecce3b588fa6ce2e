/**
 * Builds one TLS frontend per host name, for `--group-https-by-vhost`. Port 443 looks at the server name (SNI) and passes
 * the connection on, still encrypted, to the frontend of that name, which has its own certificates and bind options.
 *
 * Always true: sorted by host name; equal sets of certificates and options give equal text.
 */

import { cleaned } from '../services/names';
import type { HttpsIn } from '../services/options';
import type { Snippet } from '../templates/template-table';
import { comesAfterMap } from './vhost-snippets';
import type { VhostRule } from './vhosts';

export interface GroupedVhost {
  readonly host: string;
  readonly name: string;
  readonly certificates: readonly string[];
  readonly bindOptions: readonly string[];
  readonly http2: boolean;
  readonly snippets: readonly Snippet[];
  /** Snippets that come after the lookup in the map. */
  readonly lastSnippets: readonly Snippet[];
  /** True when the host name is looked up in the map. */
  readonly mapped: boolean;
}

/** Names of the load balancer's own sections, which a host name of an app may equal. */
const RESERVED_NAMES = [
  'stats',
  'meseta_admin',
  'marathon_http_in',
  'marathon_https_in',
  'marathon_http_appid_in',
];

/** `backendNames` must not be used again. */
export function buildGroupedVhosts(
  rules: readonly VhostRule[],
  { certificates, http2 }: HttpsIn,
  backendNames: ReadonlySet<string>,
): GroupedVhost[] {
  const byHost = new Map<string, VhostRule[]>();
  for (const rule of rules)
    for (const host of new Set(rule.hosts)) byHost.set(host, [...(byHost.get(host) ?? []), rule]);
  const names = new Set([...backendNames, ...RESERVED_NAMES]);
  return [...byHost].sort(byName).map(([host, hostRules]) => {
    const requested = unique(hostRules.flatMap((rule) => rule.certificates));
    return {
      host,
      name: freeName(cleaned(host), names),
      certificates: requested.length > 0 ? requested : certificates,
      bindOptions: unique(hostRules.flatMap(({ bindOptions }) => bindOptions ?? [])),
      http2,
      snippets: hostRules.flatMap((rule) => (comesAfterMap(rule) ? [] : snippetsOf(rule, host))),
      lastSnippets: hostRules.flatMap((rule) => (comesAfterMap(rule) ? snippetsOf(rule, host) : [])),
      mapped: hostRules.some(({ httpsMapped }) => httpsMapped),
    };
  });
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

function freeName(wanted: string, names: Set<string>): string {
  if (names.has(wanted)) return freeName(`${wanted}_vhost`, names);
  names.add(wanted);
  return wanted;
}

function snippetsOf(rule: VhostRule, wanted: string): readonly Snippet[] {
  const snippets = rule.httpsHosts.filter(({ host }) => host === wanted).flatMap((entry) => entry.snippets);
  return [...rule.httpsHead, ...snippets];
}
