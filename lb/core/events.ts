/**
 * Events of the load balancer's state machine: from its edge about HAProxy, from the follower about Marathon, from its
 * operator.
 */

import type { Stamped, Unstamped, Woke } from '../../cluster/model/event';
import type { Millis } from '../../cluster/model/time';
import type { DrainEvents } from './drains/drains';
import type { RefreshBoot, RefreshEvents } from './refresh/refresh';
import type { PolicyEvents } from './refresh/steps';
import type { ReloadBoot } from './reload/reload-policy';
import type { RemovalEvents } from './removal/removed-servers';

/** Settings that stay the same for one run of the load balancer. */
export interface LbBoot extends ReloadBoot, RefreshBoot {
  /** A stop ends HAProxy, too; otherwise HAProxy serves on and the next start adopts it. */
  readonly endHaproxy: boolean;
  /** Longest wait for Marathon's apps before HAProxy is started without any, when nothing serves yet. */
  readonly readLimitMs: number;
  readonly startedAt: Millis;
  /** Tasks that an earlier run drained, with the times. */
  readonly drained: readonly (readonly [string, Millis])[];
}

/**
 * Result of looking for a HAProxy of this work folder. `none`: no living process of ours; `why` tells of what an earlier
 * run left. `previous`: a configuration of an earlier run is on disk.
 */
export type SearchResult =
  | { readonly kind: 'serving'; readonly pid: number }
  | { readonly kind: 'none'; readonly previous: boolean; readonly why: string };

/** Result of asking a socket. `gone`: nobody listens there; `silent`: no answer in time, as under a heavy load. */
export type ProbeResult = 'answers' | 'silent' | 'gone';

/** Configuration to start HAProxy with: the one on disk, one without apps, or one of the apps just read. */
export type ConfigSource = 'previous' | 'empty' | 'current';

/** Events about the life of HAProxy. */
export interface LifeEvents {
  /** The load balancer begins. */
  started: Record<never, never>;
  'haproxy.found': { readonly finding: SearchResult };
  'haproxy.adopted': { readonly pid: number };
  'haproxy.started': { readonly pid: number; readonly source: ConfigSource };
  /** HAProxy refuses to start with this configuration. */
  'haproxy.refused': { readonly source: ConfigSource; readonly why: string };
  'haproxy.ended': { readonly pid: number; readonly status: string };
  /** The load balancer's own listeners cannot be bound, its folder cannot be used, or the attempt failed. */
  'start.failed': { readonly why: string };
  /** Marathon's apps were read; HAProxy does not have them yet. */
  'apps.read': Record<never, never>;
  'apps.unreachable': { readonly why: string };
  /** HAProxy serves the apps as last read. */
  'apps.served': Record<never, never>;
  'sockets.probed': { readonly runtime: ProbeResult; readonly master: ProbeResult };
  /** The reload that recreates the sockets is over; `why` when it failed. */
  'sockets.renewed': { readonly why: string | undefined };
  /** `failed`: the start failed after HAProxy was there. */
  'stop.requested': { readonly failed: boolean };
  /** HAProxy has been detached or ended; `pid` is of the one that serves on. */
  'haproxy.released': { readonly pid: number | undefined };
  woke: Woke;
}

export interface LbEvents extends LifeEvents, RefreshEvents, PolicyEvents, DrainEvents, RemovalEvents {}

export type LbEvent = Stamped<LbEvents>;
export type EventOf<K extends keyof LbEvents> = Stamped<LbEvents, K>;
export type LbInput = Unstamped<LbEvents>;
