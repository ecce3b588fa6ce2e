/** The effects and events of a session with the master, as every framework has them. */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type * as scheduler from '../../../../cluster/api/generated/scheduler';

/** The FrameworkInfo to subscribe with from now on. The first one starts the session. */
export interface FrameworkEffect {
  readonly kind: 'framework';
  readonly info: mesos.FrameworkInfo;
}

/** A call to the master. */
export interface CallEffect {
  readonly kind: 'call';
  readonly call: scheduler.Call;
}

export interface SessionEvents {
  'scheduler.subscribed': {
    frameworkId: string;
    master?: string | undefined;
    masterRegion?: string | undefined;
  };
  'scheduler.disconnected': { reason: string };
  'scheduler.offers': { offers: readonly mesos.Offer[] };
  'scheduler.rescind': { offerId: string };
  'scheduler.update': { status: mesos.TaskStatus };
  'scheduler.failure': { agentId?: string | undefined; executorId?: string | undefined };
  'scheduler.message': { agentId: string; executorId: string; data: string };
  'scheduler.error': { message: string };
  /** The master refused a call, or it could not be sent. */
  'scheduler.refused': { call: scheduler.Call; reason: string };
}
