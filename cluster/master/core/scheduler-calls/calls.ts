/**
 * Schedulers' calls other than SUBSCRIBE: their refusals, and their transitions.
 *
 * In: scheduler.call      Out: answer, and what the call leads to
 */

import type * as scheduler from '../../../api/generated/scheduler';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import { count, countType, type Framework, type MasterState } from '../state/state';
import { type Field, fieldOf, principalError } from '../validate/call';
import { type CallContext, type Outcome, type ReceivedCall, type SchedulerCall, schedulerCall } from './list';

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

/** Counts a call that was refused for its form, if there is a metric for it. */
export function countInvalid(
  state: MasterState,
  { type = 'UNKNOWN' }: { readonly type?: scheduler.Call.Type | undefined },
): MasterEffect[] {
  const { invalidMetric } = schedulerCall(type);
  if (invalidMetric) count(state, `master/${invalidMetric}`);
  return [];
}

/** Carries out a call that has passed the refusals. */
export function performCall(state: MasterState, framework: Framework, received: ReceivedCall): Outcome {
  const type = received.call.type ?? 'UNKNOWN';
  return runCall(schedulerCall(type), { state, framework, ...received }, type);
}

function runCall<T extends scheduler.Call.Type>(
  row: SchedulerCall<T>,
  context: CallContext,
  type: scheduler.Call.Type,
): Outcome {
  const { state, call } = context;
  if (!row.run) return { status: 501, text: `Call ${type} is not supported`, effects: [] };
  if (row.metric) count(state, `master/messages_${row.metric}`);
  // Present where the call needs it: its form is checked.
  const outcome = row.run(context, fieldOf(row, call) as Field<T>);
  return 'status' in outcome ? outcome : { status: 202, effects: outcome };
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
