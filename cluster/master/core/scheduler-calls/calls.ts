/**
 * Schedulers' calls other than SUBSCRIBE: their refusals, and their transitions.
 *
 * In: scheduler.call      Out: answer, and what the call leads to
 */

import type * as scheduler from '../../../api/generated/scheduler';
import type { Millis } from '../../../model/time';
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
import { count, countType, type Framework, type MasterState } from '../state/state';
import { kill } from '../tasks/kill';
import { reconcile } from '../tasks/reconcile';
import { acknowledge } from '../tasks/status-updates';
import { principalError } from '../validate/call';

type Transition = (
  state: MasterState,
  framework: Framework,
  call: scheduler.Call,
  now: Millis,
) => MasterEffect[];

/** Transitions by type. A type without a row is answered 501; UPDATE_FRAMEWORK has its own answers (`update`). */
const CALLS: Partial<Record<scheduler.Call.Type, Transition>> = {
  TEARDOWN: (state, framework, _call, now) => endFramework(state, framework, now),
  ACCEPT: (state, framework, call, now) => (call.accept ? accept(state, framework, call.accept, now) : []),
  DECLINE: (state, framework, call, now) =>
    call.decline ? decline(state, framework, call.decline, now) : [],
  REVIVE: (state, framework, call, now) => {
    clearInverseRefusals(state, framework.id);
    return [...revive(state, framework, call.revive?.roles, now), ...askSoon(state, now)];
  },
  SUPPRESS: (state, framework, call) => suppress(state, framework, call.suppress?.roles),
  KILL: (state, framework, call, now) => (call.kill ? kill(state, framework, call.kill, now) : []),
  ACKNOWLEDGE: (state, framework, call, now) =>
    call.acknowledge
      ? [
          ...acknowledge(state, framework, call.acknowledge),
          ...checkDrained(state, call.acknowledge.agent_id.value, now),
        ]
      : [],
  RECONCILE: (state, framework, call, now) => reconcile(state, framework, call.reconcile, now),
  SHUTDOWN: (state, framework, call) =>
    call.shutdown ? shutdownExecutor(state, framework, call.shutdown) : [],
  MESSAGE: (state, framework, call) => (call.message ? toExecutor(state, framework, call.message) : []),
  RECONCILE_OPERATIONS: (state, framework, call) =>
    call.reconcile_operations ? reconcileOperations(state, framework, call.reconcile_operations) : [],
  ACCEPT_INVERSE_OFFERS: (state, framework, { accept_inverse_offers: part }, now) =>
    part ? answerInverseOffers(state, framework, answerOf('ACCEPT', part), now) : [],
  DECLINE_INVERSE_OFFERS: (state, framework, { decline_inverse_offers: part }, now) =>
    part ? answerInverseOffers(state, framework, answerOf('DECLINE', part), now) : [],
  ACKNOWLEDGE_OPERATION_STATUS: (state, framework, { acknowledge_operation_status: part }, now) =>
    part ? acknowledgeOperation(state, framework, part, now) : [],
  REQUEST: () => [],
};

/** Names of calls in Mesos' metrics `master/messages_...`. */
const METRICS: Partial<Record<scheduler.Call.Type, string>> = {
  TEARDOWN: 'unregister_framework',
  DECLINE: 'decline_offers',
  REVIVE: 'revive_offers',
  SUPPRESS: 'suppress_offers',
  KILL: 'kill_task',
  ACKNOWLEDGE: 'status_update_acknowledgement',
  RECONCILE: 'reconcile_tasks',
  REQUEST: 'resource_request',
  MESSAGE: 'framework_to_executor',
  RECONCILE_OPERATIONS: 'reconcile_operations',
};

/** Answers a call: 202 with an empty body when it is accepted. Refusals have the order of Mesos. */
export function call(state: MasterState, event: EventOf<'scheduler.call'>): MasterEffect[] {
  const { request, call: received } = event;
  const framework = state.frameworks.get(received.framework_id?.value ?? '');
  if (framework) countCall(framework, received);
  const refusal = refusalOf(framework, event);
  if (refusal || !framework) {
    return [{ kind: 'answer', request, ...(refusal ?? { status: 400, text: 'Framework cannot be found' }) }];
  }
  const { effects, ...answer } = performCall(state, framework, event);
  return [{ kind: 'answer', request, ...answer }, ...effects];
}

/** Counts a call of a framework, carried out or not. */
export function countCall(framework: Framework, { type = 'UNKNOWN' }: scheduler.Call): void {
  countType(framework, 'calls', type);
}

/** Metrics of calls that are not valid (Mesos 1.11 Metrics::incrementInvalidSchedulerCalls). */
const INVALID: Partial<Record<scheduler.Call.Type, string>> = {
  ACKNOWLEDGE: 'invalid_status_update_acknowledgements',
  ACKNOWLEDGE_OPERATION_STATUS: 'invalid_operation_status_update_acknowledgements',
  MESSAGE: 'invalid_framework_to_executor_messages',
};

/** Counts a call that was refused for its form, if there is a metric for it. */
export function countInvalid(
  state: MasterState,
  { type = 'UNKNOWN' }: { readonly type?: scheduler.Call.Type | undefined },
): MasterEffect[] {
  const metric = INVALID[type];
  if (metric) count(state, `master/${metric}`);
  return [];
}

type ReceivedCall = Pick<EventOf<'scheduler.call'>, 'call' | 'patterns' | 'at'>;

/** The answer to a call, and the effects of carrying it out. */
export interface Outcome {
  readonly status: number;
  readonly text?: string;
  readonly effects: MasterEffect[];
}

/** Carries out a call that has passed the refusals. */
export function performCall(state: MasterState, framework: Framework, received: ReceivedCall): Outcome {
  const { call, at: receivedAt } = received;
  const type = call.type ?? 'UNKNOWN';
  if (call.type === 'UPDATE_FRAMEWORK' && call.update_framework) {
    return update(state, framework, call.update_framework, received);
  }
  const transition = CALLS[type];
  if (!transition) return { status: 501, text: `Call ${type} is not supported`, effects: [] };
  const metric = METRICS[type];
  if (metric) count(state, `master/messages_${metric}`);
  return { status: 202, effects: transition(state, framework, call, receivedAt) };
}

function update(
  state: MasterState,
  framework: Framework,
  call: scheduler.Call.UpdateFramework,
  { patterns, at: receivedAt }: ReceivedCall,
): Outcome {
  const error = updateError(state, framework, call, patterns);
  if (error) return { status: 400, text: error, effects: [] };
  const refused = registrationRefusal(state, call.framework_info);
  if (refused) return { status: 403, text: refused, effects: [] };
  return { status: 200, effects: updateFramework(state, framework, { update: call, patterns }, receivedAt) };
}

/** The refusal of a call before it is carried out, in the order of Mesos 1.11 Master::Http::scheduler. */
function refusalOf(
  framework: Framework | undefined,
  { stream, call: received, principal }: EventOf<'scheduler.call'>,
): { status: number; text: string } | undefined {
  if (!framework) return { status: 400, text: 'Framework cannot be found' };
  if (principal?.value !== undefined && principal.value !== framework.info.principal) {
    return { status: 400, text: principalError(principal.value, framework.info.principal) };
  }
  if (framework.stream === undefined) return { status: 403, text: 'Framework is not subscribed' };
  if (framework.pid !== undefined) return { status: 403, text: 'Framework is not connected via HTTP' };
  if (stream === undefined) {
    return { status: 400, text: "All non-subscribe calls should include the 'Mesos-Stream-Id' header" };
  }
  if (stream === framework.stream) return undefined;
  const text =
    `The stream ID '${stream}' included in this request didn't match the stream ID currently associated ` +
    `with framework ID ${received.framework_id?.value}`;
  return { status: 400, text };
}
