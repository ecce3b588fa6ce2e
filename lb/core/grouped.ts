/**
 * One TLS front per host name: port 443 looks at the name the client asks for and passes the connection on, unopened, to
 * the front of that name, which has certificates and options of its own.
 *
 * Always true: sorted by host name; equal sets of certificates and options give equal text.
 */

import { cleaned } from './names';
import type { HttpsIn } from './options';
import type { Piece } from './template-table';
import { comesLast } from './vhost-pieces';
import type { VhostRule } from './vhosts';

export interface GroupedFront {
  readonly host: string;
  readonly name: string;
  readonly certificates: readonly string[];
  readonly bindOptions: readonly string[];
  readonly http2: boolean;
  readonly pieces: readonly Piece[];
  /** Pieces that come after the look-up in the map. */
  readonly lastPieces: readonly Piece[];
  /** True when its host names are looked up in the map. */
  readonly mapped: boolean;
}

/** Names of the load balancer's own sections: a host name of an app may be the same word. */
const OWN_NAMES = [
  'stats',
  'meseta_admin',
  'marathon_http_in',
  'marathon_https_in',
  'marathon_http_appid_in',
];

/** `backendNames` must not be used again. */
export function buildGroupedFronts(
  rules: readonly VhostRule[],
  { certificates, http2 }: HttpsIn,
  backendNames: ReadonlySet<string>,
): GroupedFront[] {
  const byHost = new Map<string, VhostRule[]>();
  for (const rule of rules)
    for (const host of new Set(rule.hosts)) byHost.set(host, [...(byHost.get(host) ?? []), rule]);
  const names = new Set([...backendNames, ...OWN_NAMES]);
  return [...byHost].sort(byName).map(([host, hostRules]) => {
    const requested = unique(hostRules.flatMap((rule) => rule.certificates));
    return {
      host,
      name: freeName(cleaned(host), names),
      certificates: requested.length > 0 ? requested : certificates,
      bindOptions: unique(hostRules.flatMap(({ bindOptions }) => bindOptions ?? [])),
      http2,
      pieces: hostRules.flatMap((rule) => (comesLast(rule) ? [] : piecesOf(rule, host))),
      lastPieces: hostRules.flatMap((rule) => (comesLast(rule) ? piecesOf(rule, host) : [])),
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

function piecesOf(rule: VhostRule, wanted: string): readonly Piece[] {
  const pieces = rule.httpsHosts.filter(({ host }) => host === wanted).flatMap((entry) => entry.pieces);
  return [...rule.httpsHead, ...pieces];
}
