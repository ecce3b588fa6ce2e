/**
 * Effects of the load balancer's state machine.
 *
 * Performed by `edge/supervisor.ts`, `edge/refresh-steps.ts`, `edge/drains.ts` and `edge/runtime-api.ts`.
 */

import type { CommonEffect } from '../../cluster/model/event';
import type { DrainEffect } from './drains/drains';
import type { ConfigSource } from './events';
import type { RefreshEffect } from './refresh/refresh';
import type { ReloadEffect } from './reload/reload-policy';
import type { RemovalEffect } from './removal/removed-servers';

export type LbEffect = CommonEffect | LifeEffect | RefreshEffect | ReloadEffect | DrainEffect | RemovalEffect;

/** Effects on the life of HAProxy. */
export type LifeEffect =
  /** Look for a HAProxy of this work folder; answered by `haproxy.found`. */
  | { readonly kind: 'find' }
  /** Take over the running HAProxy; answered by `haproxy.adopted` or `start.failed`. */
  | { readonly kind: 'adopt'; readonly pid: number }
  /** Read Marathon's apps once; answered by `apps.read` or `apps.unreachable`. */
  | { readonly kind: 'read' }
  /** Start HAProxy; answered by `haproxy.started`, `haproxy.refused` or `start.failed`. */
  | { readonly kind: 'start'; readonly source: ConfigSource }
  /** HAProxy runs: apps may be followed from now on. */
  | { readonly kind: 'ready' }
  /** The start cannot go on. */
  | { readonly kind: 'fail'; readonly why: string }
  /** Ask both sockets; answered by `sockets.probed`. */
  | { readonly kind: 'probe' }
  /** Recreate HAProxy's sockets by a reload; answered by `sockets.renewed`. */
  | { readonly kind: 'renew'; readonly runtime: boolean }
  /** Stop supervising HAProxy, which serves on, once a start under way is over; answered by `haproxy.released`. */
  | { readonly kind: 'detach' }
  /** End HAProxy and remove its files; answered by `haproxy.released`. */
  | { readonly kind: 'end' }
  /** Nothing is left to do. */
  | { readonly kind: 'stopped' };
