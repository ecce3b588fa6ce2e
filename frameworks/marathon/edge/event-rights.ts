/**
 * The events that a reader of the stream sees: those about apps, pods and groups that they may view.
 *
 * Always true: an event whose subject is not known is for readers of the whole tree only; plans have the actions that the
 * reader sees.
 */

import type { Rights } from '../../kit/edge/access/authorizer';
import type { BusEvent, EventType } from '../api/events';
import type { MarathonState } from '../core/state/state';
import { groupResource, seesId, seesPodId, seesTree } from './rest/rights';

/** Events about Marathon itself. */
const OPEN: ReadonlySet<EventType> = new Set<EventType>([
  'scheduler_registered_event',
  'scheduler_reregistered_event',
  'scheduler_disconnected_event',
  'event_stream_attached',
  'event_stream_detached',
  'health_storm_event',
  'health_storm_ended_event',
]);

/** The members that events name their subjects by. */
interface Subjects {
  readonly appId?: string;
  readonly runSpecId?: string;
  readonly appDefinition?: { readonly id: string };
  readonly groupId?: string;
  readonly plan?: Plan;
  readonly currentStep?: Step;
}

interface Plan {
  readonly steps: readonly Step[];
}

interface Step {
  readonly actions: readonly Action[];
}

interface Action {
  readonly app?: string;
  readonly pod?: string;
}

/** A reader of events, and the pod that the event is about where it does not name it. */
export interface EventReader {
  readonly rights: Rights;
  readonly state: MarathonState;
  readonly pod?: string | undefined;
}

/** The event as the reader sees it; undefined for one that they do not see. */
export function shownEvent(reader: EventReader, event: BusEvent): BusEvent | undefined {
  const { plan } = event as Subjects;
  if (plan !== undefined) return withVisiblePlan(reader, event, plan);
  return seesEvent(reader, event) ? event : undefined;
}

function seesEvent({ rights, state, pod }: EventReader, event: BusEvent): boolean {
  const { appId, runSpecId, appDefinition, groupId } = event as Subjects;
  const id = appId ?? runSpecId ?? appDefinition?.id;
  if (id !== undefined) return seesId(rights, state, id);
  if (pod !== undefined) return seesPodId(rights, state, pod);
  if (groupId !== undefined) return seesGroupChange(rights, event.eventType, groupId);
  return OPEN.has(event.eventType) || seesTree(rights);
}

/** A change that succeeded has the id of the root wherever an app or group below it is new; a failed one has a reason. */
function seesGroupChange(rights: Rights, type: EventType, id: string): boolean {
  return (id === '/' && type === 'group_change_success') || rights.may('view', groupResource(id));
}

/** The reason of a failure may be about any app of the plan: readers of all of them see it. */
function withVisiblePlan(reader: EventReader, event: BusEvent, plan: Plan): BusEvent | undefined {
  const sees = ({ app, pod = '' }: Action): boolean =>
    app === undefined
      ? seesPodId(reader.rights, reader.state, pod)
      : seesId(reader.rights, reader.state, app);
  const actions = plan.steps.flatMap((step) => step.actions);
  if (actions.length === 0) return seesTree(reader.rights) ? event : undefined;
  if (actions.every(sees)) return event;
  if (!actions.some(sees)) return undefined;
  const visible = (step: Step): Step => ({ ...step, actions: step.actions.filter(sees) });
  const { reason: _reason, ...others } = event;
  const { currentStep } = event as Subjects;
  return {
    ...others,
    plan: { ...plan, steps: plan.steps.map(visible) },
    ...(currentStep && { currentStep: visible(currentStep) }),
  };
}
