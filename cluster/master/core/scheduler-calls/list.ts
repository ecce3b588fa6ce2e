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
import type { EventOf } from '../state/events';
import type { Framework, MasterState } from '../state/state';
import type { Turn } from '../state/turn';
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

export interface CallAnswer {
  readonly status: number;
  readonly text?: string;
}

/** A call of a framework that is connected and may make it. */
export interface CallContext extends ReceivedCall {
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
  /** The answer to a call that is not answered 202. A refused call is not run. */
  readonly answer?: (state: MasterState, context: CallContext, field: Field<T>) => CallAnswer;
  /** Carries out a call, after its answer; undefined for calls that are answered 501. */
  readonly run: ((turn: Turn, context: CallContext, field: Field<T>) => void) | undefined;
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
    run: (turn, { framework }) => endFramework(turn, framework),
  },
  ACCEPT: {
    field: 'accept',
    metric: undefined,
    forDrivers: true,
    run: (turn, { framework }, field) => accept(turn, framework, field),
  },
  DECLINE: {
    field: 'decline',
    metric: 'decline_offers',
    forDrivers: true,
    run: (turn, { framework }, field) => decline(turn, framework, field),
  },
  ACCEPT_INVERSE_OFFERS: {
    field: 'accept_inverse_offers',
    metric: undefined,
    forDrivers: true,
    run: (turn, { framework }, field) => answerInverseOffers(turn, framework, answerOf('ACCEPT', field)),
  },
  DECLINE_INVERSE_OFFERS: {
    field: 'decline_inverse_offers',
    metric: undefined,
    forDrivers: true,
    run: (turn, { framework }, field) => answerInverseOffers(turn, framework, answerOf('DECLINE', field)),
  },
  REVIVE: {
    field: undefined,
    metric: 'revive_offers',
    forDrivers: true,
    run: (turn, { framework, call }) => {
      clearInverseRefusals(turn.state, framework.id);
      revive(turn, framework, call.revive?.roles);
      askSoon(turn);
    },
  },
  SUPPRESS: {
    field: undefined,
    metric: 'suppress_offers',
    forDrivers: true,
    run: (turn, { framework, call }) => suppress(turn, framework, call.suppress?.roles),
  },
  KILL: {
    field: 'kill',
    metric: 'kill_task',
    forDrivers: true,
    run: (turn, { framework }, field) => kill(turn, framework, field),
  },
  SHUTDOWN: {
    field: 'shutdown',
    metric: undefined,
    forDrivers: true,
    run: (turn, { framework }, field) => shutdownExecutor(turn, framework, field),
  },
  ACKNOWLEDGE: {
    field: 'acknowledge',
    check: ({ uuid }) => uuidError(uuid),
    metric: 'status_update_acknowledgement',
    invalidMetric: 'invalid_status_update_acknowledgements',
    forDrivers: true,
    run: (turn, { framework }, field) => {
      acknowledge(turn, framework, field);
      checkDrained(turn, field.agent_id.value);
    },
  },
  ACKNOWLEDGE_OPERATION_STATUS: {
    field: 'acknowledge_operation_status',
    check: ({ uuid, agent_id }) =>
      uuidError(uuid) ?? (agent_id ? undefined : "Expecting 'agent_id' to be present"),
    metric: undefined,
    invalidMetric: 'invalid_operation_status_update_acknowledgements',
    forDrivers: false,
    run: (turn, { framework }, field) => acknowledgeOperation(turn, framework, field),
  },
  RECONCILE: {
    field: 'reconcile',
    metric: 'reconcile_tasks',
    forDrivers: true,
    run: (turn, { framework }, field) => reconcile(turn, framework, field),
  },
  RECONCILE_OPERATIONS: {
    field: 'reconcile_operations',
    metric: 'reconcile_operations',
    forDrivers: false,
    run: (turn, { framework }, field) => reconcileOperations(turn, framework, field),
  },
  MESSAGE: {
    field: 'message',
    metric: 'framework_to_executor',
    invalidMetric: 'invalid_framework_to_executor_messages',
    forDrivers: true,
    run: (turn, { framework }, field) => toExecutor(turn, framework, field),
  },
  REQUEST: { field: 'request', metric: 'resource_request', forDrivers: true, run: () => undefined },
  UPDATE_FRAMEWORK: {
    field: 'update_framework',
    check: ({ framework_info }, { framework_id }) =>
      framework_info.id?.value === framework_id?.value
        ? undefined
        : "'framework_id' differs from 'update_framework.framework_info.id'",
    metric: undefined,
    forDrivers: true,
    answer: updateAnswer,
    run: (turn, { framework, patterns }, update) => updateFramework(turn, framework, { update, patterns }),
  },
};

function updateAnswer(
  state: MasterState,
  { framework, patterns }: CallContext,
  field: scheduler.Call.UpdateFramework,
): CallAnswer {
  const error = updateError(state, framework, field, patterns);
  if (error) return { status: 400, text: error };
  const refused = registrationRefusal(state, field.framework_info);
  return refused ? { status: 403, text: refused } : { status: 200 };
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
