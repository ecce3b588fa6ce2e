/**
 * The events that a reader of the stream sees: those about apps and groups that they may view.
 *
 * Always true: an event whose subject is not known is for readers without limits only.
 */

import type { Rights } from '../../kit/edge/access/authorizer';
import type { BusEvent, EventType } from '../api/events';
import type { MarathonState } from '../core/state/state';
import { groupResource, seesId } from './rest/rights';

/** Events about Marathon itself. */
const OPEN: ReadonlySet<EventType> = new Set<EventType>([
  'scheduler_registered_event',
  'scheduler_reregistered_event',
  'scheduler_disconnected_event',
  'event_stream_attached',
  'event_stream_detached',
  'subscribe_event',
  'unsubscribe_event',
  'health_storm_event',
  'health_storm_ended_event',
]);

/** The members that events name their subjects by. */
interface Subjects {
  readonly appId?: string;
  readonly runSpecId?: string;
  readonly appDefinition?: { readonly id: string };
  readonly groupId?: string;
  readonly plan?: { readonly steps: readonly { readonly actions: readonly Action[] }[] };
}

interface Action {
  readonly app?: string;
  readonly pod?: string;
}

export function seesEvent(rights: Rights, state: MarathonState, event: BusEvent): boolean {
  const { appId, runSpecId, appDefinition, groupId, plan } = event as Subjects;
  const id = appId ?? runSpecId ?? appDefinition?.id;
  if (id !== undefined) return seesId(rights, state, id);
  if (groupId !== undefined) return seesGroupChange(rights, event.eventType, groupId);
  if (plan === undefined) return OPEN.has(event.eventType);
  const actions = plan.steps.flatMap((step) => step.actions);
  return actions.some(({ app, pod }) => seesId(rights, state, app ?? pod ?? ''));
}

/** A change that succeeded has the id of the root wherever an app or group below it is new; a failed one has a reason. */
function seesGroupChange(rights: Rights, type: EventType, id: string): boolean {
  return (id === '/' && type === 'group_change_success') || rights.may('view', groupResource(id));
}
