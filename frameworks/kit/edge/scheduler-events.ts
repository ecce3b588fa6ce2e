/**
 * The events of a framework's core for the notices of the scheduler session.
 */

import type * as mesos from '../../../cluster/api/generated/mesos';
import type * as scheduler from '../../../cluster/api/generated/scheduler';
import type { SchedulerNotice } from '../../scheduler/core/session';

/** An event of the session, as the cores of frameworks have it. */
export type SchedulerEvent =
  | {
      readonly kind: 'scheduler.subscribed';
      readonly frameworkId: string;
      readonly master?: string | undefined;
      readonly masterRegion?: string | undefined;
    }
  | { readonly kind: 'scheduler.disconnected'; readonly reason: string }
  | { readonly kind: 'scheduler.offers'; readonly offers: readonly mesos.Offer[] }
  | { readonly kind: 'scheduler.rescind'; readonly offerId: string }
  | { readonly kind: 'scheduler.update'; readonly status: mesos.TaskStatus }
  | {
      readonly kind: 'scheduler.failure';
      readonly agentId?: string | undefined;
      readonly executorId?: string | undefined;
    }
  | {
      readonly kind: 'scheduler.message';
      readonly agentId: string;
      readonly executorId: string;
      readonly data: string;
    }
  | { readonly kind: 'scheduler.error'; readonly message: string };

/** The event for a notice; undefined for notices that no framework needs. */
export function eventOfNotice(notice: SchedulerNotice): SchedulerEvent | undefined {
  switch (notice.kind) {
    case 'subscribed':
      return {
        kind: 'scheduler.subscribed',
        frameworkId: notice.subscribed.framework_id.value,
        master: notice.url,
        masterRegion: notice.subscribed.master_info?.domain?.fault_domain?.region.name,
      };
    case 'disconnected':
      return { kind: 'scheduler.disconnected', reason: notice.reason };
    case 'event':
      return eventOf(notice.event);
  }
}

function eventOf(event: scheduler.Event): SchedulerEvent | undefined {
  switch (event.type) {
    case 'OFFERS':
      return { kind: 'scheduler.offers', offers: event.offers?.offers ?? [] };
    case 'RESCIND':
      return event.rescind && { kind: 'scheduler.rescind', offerId: event.rescind.offer_id.value };
    case 'UPDATE':
      return event.update && { kind: 'scheduler.update', status: event.update.status };
    case 'FAILURE':
      return {
        kind: 'scheduler.failure',
        agentId: event.failure?.agent_id?.value,
        executorId: event.failure?.executor_id?.value,
      };
    case 'MESSAGE':
      return (
        event.message && {
          kind: 'scheduler.message',
          agentId: event.message.agent_id.value,
          executorId: event.message.executor_id.value,
          data: event.message.data,
        }
      );
    case 'ERROR':
      return { kind: 'scheduler.error', message: event.error?.message ?? '' };
    default:
      return undefined;
  }
}
