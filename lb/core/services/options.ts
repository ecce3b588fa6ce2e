/** Options of the core, and the facts of the machine and the network that the edge finds. */

import type { TemplateLabelRules } from '../labels/overrides';
import type { Digests } from './names';
import type { PortRange } from './service-ports';

/** An address and a port to listen on. The address is an IP address or `*`. */
export interface Bind {
  readonly address: string;
  readonly port: number;
}

export interface ModelOptions {
  readonly groups: readonly string[];
  /** A port is served only when its ENABLED label is true. */
  readonly strict: boolean;
  /** Tasks that Marathon's health checks do not see alive are left out. */
  readonly healthCheck: boolean;
  /** The address of service ports unless BIND_ADDR says otherwise. */
  readonly serviceAddress: string;
  readonly httpIn: Bind | undefined;
  readonly httpsIn: HttpsIn | undefined;
  readonly appIdIn: Bind;
  readonly stats: Bind;
  /** The load balancer's own HTTP API, to which the statistics port forwards some paths. */
  readonly admin: Bind;
  readonly process: ProcessOptions;
  readonly digests: Digests;
  /** The folder of the map files when host names and app ids are looked up in maps; undefined: rules only. */
  readonly mapFolder: string | undefined;
  /** One TLS frontend per host name, with certificates and options of its own. */
  readonly groupHttps: boolean;
  /** Among rules of equal weight the longer paths come first. */
  readonly longestPathFirst: boolean;
  readonly portRange: PortRange | undefined;
  readonly templateLabels: TemplateLabelRules;
  /** Names of the templates that the operator replaced for all apps. */
  readonly replacedTemplates?: ReadonlySet<string>;
  /** The app with this id (without its first slash) is the load balancer itself. */
  readonly ownName: string | undefined;
}

export interface HttpsIn extends Bind {
  readonly certificates: readonly string[];
  readonly http2: boolean;
}

/** Settings of the HAProxy process itself. */
export interface ProcessOptions {
  readonly socket: string;
  readonly connectionsMax: number;
  /** HAProxy's `hard-stop-after`: time of an old worker to finish its connections after a reload. */
  readonly drainSeconds: number;
  /** True when this HAProxy was built with the Prometheus exporter. */
  readonly prometheus: boolean;
  /** Names that `Host` may have at the statistics, as a regular expression; undefined for any. */
  readonly hostPattern: string | undefined;
  /**
   * Turns off verification in HAProxy's own HTTP client, which nothing here uses (2.6 and newer). Else HAProxy reads all
   * certificate authorities of the machine at each start, check and reload, which takes most of their time.
   */
  readonly noClient: boolean;
  /** HAProxy's server-state file, which carries the servers' state over a reload. */
  readonly stateFile: string;
  /** Targets of log lines, such as `/dev/log local0`; none: no log. */
  readonly logs: readonly string[];
  readonly logFormat: string | undefined;
  /** The `option` lines of the defaults. */
  readonly options: readonly string[];
}

/** Facts of the machine and the network that a model is built with, found by the edge. */
export interface BuildContext {
  /** Host name to IP address. A host that is missing could not be resolved. */
  readonly addresses: ReadonlyMap<string, string>;
  /** The last known health by task id, for tasks without a current result. */
  readonly aliveByTask: ReadonlyMap<string, boolean>;
  /** Addresses (`address:port`) that cannot be bound, and why. */
  readonly unbindable: ReadonlyMap<string, string>;
  /** Parts that HAProxy refused and that are left out, by `refusalKey`, with the reasons. */
  readonly refused: ReadonlyMap<string, string>;
  /** Template labels that HAProxy refused and that are not used, by `templateLabelKey` or app id, with the reasons. */
  readonly refusedTemplates?: ReadonlyMap<string, string>;
  /** Ids of tasks that are drained over the API. */
  readonly drained?: ReadonlySet<string>;
  /** Ids of apps whose position decides which service ports are chosen, in Marathon's order. */
  readonly portOrder?: readonly string[];
  /** Server weights by app, set over the API. */
  readonly weights?: ReadonlyMap<string, number>;
}

/** A context without any facts, to be extended. */
export const emptyContext: BuildContext = {
  addresses: new Map(),
  aliveByTask: new Map(),
  unbindable: new Map(),
  refused: new Map(),
};

/** Prints `address:port`, an IPv6 address in brackets. */
export function printBind({ address, port }: Bind): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** True when an address stands for all addresses of the machine. */
export function isWildcard({ address }: Bind): boolean {
  return address === '*' || address === '0.0.0.0' || address === '::';
}

/** True when two processes cannot both listen on these addresses. */
export function bindsCollide(left: Bind, right: Bind): boolean {
  return (
    left.port === right.port && (left.address === right.address || isWildcard(left) || isWildcard(right))
  );
}

/**
 * True when two addresses are one and the same. One HAProxy listens on `*` and on a single address of a
 * port beside it: connections to that address go to the latter.
 */
export function isSameBind(left: Bind, right: Bind): boolean {
  const address = (bind: Bind): string => (bind.address === '0.0.0.0' ? '*' : bind.address);
  return left.port === right.port && address(left) === address(right);
}
