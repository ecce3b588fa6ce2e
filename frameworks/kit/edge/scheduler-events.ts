/**
 * The events of a framework's core for the notices of the scheduler session.
 */

import type * as scheduler from '../../../cluster/api/generated/scheduler';
import type { Unstamped } from '../../../cluster/model/event';
import type { SchedulerNotice } from '../../scheduler/core/session';
import type { SessionEvents } from '../core/session/effects';

/** An event of the session, as the cores of frameworks have it. */
export type SessionEvent = Unstamped<SessionEvents>;

/** The event for a notice; undefined for notices that no framework needs. */
export function eventOfNotice(notice: SchedulerNotice): SessionEvent | undefined {
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

function eventOf(event: scheduler.Event): SessionEvent | undefined {
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
