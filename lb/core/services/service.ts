/**
 * The types of a service and its servers: a port of an app as the load balancer serves it.
 */

import type { HealthCheck } from '../apps/apps';
import type { PortLabels } from '../labels/labels';
import type { Overrides } from '../labels/overrides';
import type { Bind } from './options';

export type Mode = 'http' | 'tcp';

export interface Server {
  readonly name: string;
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly id: number;
  readonly cookie: string;
  readonly taskId: string;
  /** The app of the task, which differs from the service's app in a deployment group, and its version. */
  readonly app: string;
  readonly version: string;
  /** The port of the health check; undefined for the server's own port. */
  readonly checkPort: number | undefined;
  readonly weight: number | undefined;
  /** The server gets no new requests. */
  readonly draining: boolean;
}

export interface Service {
  /** Another one after each change of the service; `UNVERSIONED` for a changed copy. */
  readonly version: number;
  readonly app: string;
  readonly name: string;
  readonly index: number;
  readonly bind: Bind;
  readonly mode: Mode;
  readonly labels: PortLabels;
  readonly overrides: Overrides;
  readonly check: HealthCheck | undefined;
  readonly servers: readonly Server[];
  /** True when the service has its own listener, at `bind`. */
  readonly listens: boolean;
  /** True when the shared frontends route the host names. */
  readonly routesHosts: boolean;
  /** The service as its app requested it, when this one has another name or no listener because of a conflict. */
  readonly requested?: Service;
}
