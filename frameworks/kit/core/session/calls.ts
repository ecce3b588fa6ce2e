/** Calls to the master: those that follow from stored changes, and those that can be lost without harm. */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type * as scheduler from '../../../../cluster/api/generated/scheduler';
import { type AnnouncingTurn, announce } from '../turn/outbox';
import type { CallEffect } from './effects';

/** The subscription at the master. */
export interface Session {
  frameworkId?: string | undefined;
  connected: boolean;
  master?: string | undefined;
  region?: string | undefined;
  /** The roles of the framework, where it has more than the one of its settings. */
  roles?: readonly string[] | undefined;
}

/** A turn that sends calls. */
export interface CallingTurn extends AnnouncingTurn<CallEffect> {
  readonly state: AnnouncingTurn<CallEffect>['state'] & { readonly session: Readonly<Session> };
}

/** A call that follows from stored changes. Dropped without a connection: reconciliation makes up for it. */
export function callDurable(turn: CallingTurn, call: scheduler.Call): void {
  if (turn.state.session.connected) announce(turn, { kind: 'call', call: addressed(turn, call) });
}

/** A call that can be repeated or lost without harm. */
export function callNow(turn: CallingTurn, call: scheduler.Call): void {
  if (turn.state.session.connected) turn.effects.push({ kind: 'call', call: addressed(turn, call) });
}

function addressed({ state }: CallingTurn, call: scheduler.Call): scheduler.Call {
  const id = state.session.frameworkId;
  return id === undefined ? call : { framework_id: { value: id }, ...call };
}

/** Acknowledges an update once the changes that it brought about are stored. Those of reconciliation need none. */
export function acknowledge(turn: CallingTurn, { uuid, agent_id, task_id }: mesos.TaskStatus): void {
  if (uuid === undefined || !agent_id) return;
  callDurable(turn, { type: 'ACKNOWLEDGE', acknowledge: { agent_id, task_id, uuid } });
}

/** Declines an offer; the master does not make it again for so long. */
export function decline(turn: CallingTurn, { id }: mesos.Offer, refuseSeconds: number): void {
  callNow(turn, {
    type: 'DECLINE',
    decline: { offer_ids: [id], filters: { refuse_seconds: refuseSeconds } },
  });
}

/** Uses an offer for operations once what they are for is stored. What is left of it is offered again at once. */
export function accept(
  turn: CallingTurn,
  { id }: mesos.Offer,
  operations: readonly mesos.Offer.Operation[],
): void {
  callDurable(turn, acceptCall(id, operations));
}

export function launchCall(offerId: mesos.OfferID, tasks: readonly mesos.TaskInfo[]): scheduler.Call {
  return acceptCall(offerId, [launchOperation(tasks)]);
}

export function launchOperation(tasks: readonly mesos.TaskInfo[]): mesos.Offer.Operation {
  return { type: 'LAUNCH', launch: { task_infos: [...tasks] } };
}

function acceptCall(offerId: mesos.OfferID, operations: readonly mesos.Offer.Operation[]): scheduler.Call {
  return {
    type: 'ACCEPT',
    accept: { offer_ids: [offerId], operations: [...operations], filters: { refuse_seconds: 0 } },
  };
}

/** The ids of the tasks that a call would have launched. */
export function launchedTasks({ type, accept }: scheduler.Call): string[] {
  if (type !== 'ACCEPT') return [];
  return (accept?.operations ?? []).flatMap(tasksOfOperation).map(({ task_id }) => task_id.value);
}

/** The tasks that an operation launches, on their own or as a group. */
export function tasksOfOperation({ launch: tasks, launch_group }: mesos.Offer.Operation): mesos.TaskInfo[] {
  return [...(tasks?.task_infos ?? []), ...(launch_group?.task_group.tasks ?? [])];
}
