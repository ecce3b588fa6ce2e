/**
 * Every scheduler's call, each with all that the master knows of it: its member, checks, metrics and transition. The
 * compiler demands a row for each `Call.Type`.
 */

import type * as scheduler from '../../../api/generated/scheduler';
import { accept } from '../accept/accept';
import { registrationRefusal } from '../authorize/framework';
import { checkDrained } from '../drain/drained';
import { shutdownExecutor, toExecutor } from '../frameworks/messages';
import { endFramework } from '../frameworks/removal';
import { updateError, updateFramework } from '../frameworks/update';
import { decline } from '../offers/decline';
import { answerInverseOffers, answerOf, askSoon, clearInverseRefusals } from '../offers/inverse-offers';
import { revive, suppress } from '../offers/revive';
import { reconcileOperations } from '../operations/reconcile';
import { acknowledgeOperation } from '../operations/updates';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import type { Framework, MasterState } from '../state/state';
import { kill } from '../tasks/kill';
import { reconcile } from '../tasks/reconcile';
import { acknowledge } from '../tasks/status-updates';
import {
  type Field,
  type FieldName,
  formError,
  type SchedulerCallForm,
  subscribeError,
  uuidError,
} from '../validate/call';

export type ReceivedCall = Pick<EventOf<'scheduler.call'>, 'call' | 'patterns' | 'at'>;

/** The answer to a call, and its effects. */
export interface Outcome {
  readonly status: number;
  readonly text?: string;
  readonly effects: MasterEffect[];
}

/** A call of a framework that is connected and may make it. */
export interface CallContext extends ReceivedCall {
  readonly state: MasterState;
  readonly framework: Framework;
}

export interface SchedulerCall<T extends scheduler.Call.Type> extends SchedulerCallForm<T> {
  readonly field: FieldName<T> | undefined;
  /** The name of the call in Mesos' metrics `master/messages_...`; undefined for calls without one. */
  readonly metric: string | undefined;
  /** The metric `master/...` of calls that are not valid (Mesos 1.11 Metrics::incrementInvalidSchedulerCalls). */
  readonly invalidMetric?: string;
  /** True for calls that drivers have, too. */
  readonly forDrivers: boolean;
  /** The effects of a call that is answered 202, or its own answer; undefined for calls that are answered 501. */
  readonly run: ((context: CallContext, field: Field<T>) => MasterEffect[] | Outcome) | undefined;
}

const CALLS: { readonly [T in scheduler.Call.Type]: SchedulerCall<T> } = {
  UNKNOWN: { field: undefined, metric: undefined, forDrivers: true, run: undefined },
  // A SUBSCRIBE comes as an event of its own, with a stream or a pid.
  SUBSCRIBE: {
    field: 'subscribe',
    check: subscribeError,
    metric: undefined,
    forDrivers: true,
    run: undefined,
  },
  TEARDOWN: {
    field: undefined,
    metric: 'unregister_framework',
    forDrivers: true,
    run: ({ state, framework, at }) => endFramework(state, framework, at),
  },
  ACCEPT: {
    field: 'accept',
    metric: undefined,
    forDrivers: true,
    run: ({ state, framework, at }, field) => accept(state, framework, field, at),
  },
  DECLINE: {
    field: 'decline',
    metric: 'decline_offers',
    forDrivers: true,
    run: ({ state, framework, at }, field) => decline(state, framework, field, at),
  },
  ACCEPT_INVERSE_OFFERS: {
    field: 'accept_inverse_offers',
    metric: undefined,
    forDrivers: true,
    run: ({ state, framework, at }, field) =>
      answerInverseOffers(state, framework, answerOf('ACCEPT', field), at),
  },
  DECLINE_INVERSE_OFFERS: {
    field: 'decline_inverse_offers',
    metric: undefined,
    forDrivers: true,
    run: ({ state, framework, at }, field) =>
      answerInverseOffers(state, framework, answerOf('DECLINE', field), at),
  },
  REVIVE: {
    field: undefined,
    metric: 'revive_offers',
    forDrivers: true,
    run: ({ state, framework, call, at }) => {
      clearInverseRefusals(state, framework.id);
      return [...revive(state, framework, call.revive?.roles, at), ...askSoon(state, at)];
    },
  },
  SUPPRESS: {
    field: undefined,
    metric: 'suppress_offers',
    forDrivers: true,
    run: ({ state, framework, call }) => suppress(state, framework, call.suppress?.roles),
  },
  KILL: {
    field: 'kill',
    metric: 'kill_task',
    forDrivers: true,
    run: ({ state, framework, at }, field) => kill(state, framework, field, at),
  },
  SHUTDOWN: {
    field: 'shutdown',
    metric: undefined,
    forDrivers: true,
    run: ({ state, framework }, field) => shutdownExecutor(state, framework, field),
  },
  ACKNOWLEDGE: {
    field: 'acknowledge',
    check: ({ uuid }) => uuidError(uuid),
    metric: 'status_update_acknowledgement',
    invalidMetric: 'invalid_status_update_acknowledgements',
    forDrivers: true,
    run: ({ state, framework, at }, field) => [
      ...acknowledge(state, framework, field),
      ...checkDrained(state, field.agent_id.value, at),
    ],
  },
  ACKNOWLEDGE_OPERATION_STATUS: {
    field: 'acknowledge_operation_status',
    check: ({ uuid, agent_id }) =>
      uuidError(uuid) ?? (agent_id ? undefined : "Expecting 'agent_id' to be present"),
    metric: undefined,
    invalidMetric: 'invalid_operation_status_update_acknowledgements',
    forDrivers: false,
    run: ({ state, framework, at }, field) => acknowledgeOperation(state, framework, field, at),
  },
  RECONCILE: {
    field: 'reconcile',
    metric: 'reconcile_tasks',
    forDrivers: true,
    run: ({ state, framework, at }, field) => reconcile(state, framework, field, at),
  },
  RECONCILE_OPERATIONS: {
    field: 'reconcile_operations',
    metric: 'reconcile_operations',
    forDrivers: false,
    run: ({ state, framework }, field) => reconcileOperations(state, framework, field),
  },
  MESSAGE: {
    field: 'message',
    metric: 'framework_to_executor',
    invalidMetric: 'invalid_framework_to_executor_messages',
    forDrivers: true,
    run: ({ state, framework }, field) => toExecutor(state, framework, field),
  },
  REQUEST: { field: 'request', metric: 'resource_request', forDrivers: true, run: () => [] },
  UPDATE_FRAMEWORK: {
    field: 'update_framework',
    check: ({ framework_info }, { framework_id }) =>
      framework_info.id?.value === framework_id?.value
        ? undefined
        : "'framework_id' differs from 'update_framework.framework_info.id'",
    metric: undefined,
    forDrivers: true,
    run: update,
  },
};

function update(
  { state, framework, patterns, at }: CallContext,
  field: scheduler.Call.UpdateFramework,
): Outcome {
  const error = updateError(state, framework, field, patterns);
  if (error) return { status: 400, text: error, effects: [] };
  const refused = registrationRefusal(state, field.framework_info);
  if (refused) return { status: 403, text: refused, effects: [] };
  return { status: 200, effects: updateFramework(state, framework, { update: field, patterns }, at) };
}

/** The row of a call. */
export function schedulerCall<T extends scheduler.Call.Type>(type: T): SchedulerCall<T> {
  return CALLS[type];
}

/** The first error in a call, or undefined. */
export function callError(call: scheduler.Call, sender?: string): string | undefined {
  return call.type === undefined
    ? "Expecting 'type' to be present"
    : formError(schedulerCall(call.type), call, sender);
}
