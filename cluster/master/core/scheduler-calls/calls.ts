/**
 * Schedulers' calls other than SUBSCRIBE: their refusals, and their transitions.
 *
 * In: scheduler.call      Out: answer, and what the call leads to
 */

import type * as scheduler from '../../../api/generated/scheduler';
import { lookUp } from '../../../model/ids';
import type { EventOf } from '../state/events';
import { count, countType, type Framework } from '../state/state';
import { emit, type Turn } from '../state/turn';
import { type Field, fieldOf, principalError } from '../validate/call';
import { type CallAnswer, type CallContext, type SchedulerCall, schedulerCall } from './list';

/** Answers a call: 202 with an empty body when it is accepted. Refusals have the order of Mesos. */
export function call(turn: Turn, event: EventOf<'scheduler.call'>): void {
  const { state } = turn;
  const { request, call: received } = event;
  const framework = lookUp(state.frameworks, received.framework_id?.value);
  if (framework) countCall(framework, received);
  const refusal = refusalOf(framework, event);
  if (refusal || !framework) {
    return emit(turn, {
      kind: 'answer',
      request,
      ...(refusal ?? { status: 400, text: 'Framework cannot be found' }),
    });
  }
  performCall(turn, { ...event, framework }, (answer) => emit(turn, { kind: 'answer', request, ...answer }));
}

/** Counts a call of a framework, carried out or not. */
export function countCall(framework: Framework, { type = 'UNKNOWN' }: scheduler.Call): void {
  countType(framework, 'calls', type);
}

/** Counts a call that was refused for its form, if there is a metric for it. */
export function countInvalid(
  turn: Turn,
  { type = 'UNKNOWN' }: { readonly type?: scheduler.Call.Type | undefined },
): void {
  const { state } = turn;
  const { invalidMetric } = schedulerCall(type);
  if (invalidMetric) count(state, `master/${invalidMetric}`);
}

/** Answers a call that has passed the refusals by `tell`, and carries it out. */
export function performCall(turn: Turn, context: CallContext, tell: (answer: CallAnswer) => void): void {
  const type = context.call.type ?? 'UNKNOWN';
  const row = schedulerCall(type);
  if (row.run) runCall(turn, row, context, tell);
  else tell({ status: 501, text: `Call ${type} is not supported` });
}

function runCall<T extends scheduler.Call.Type>(
  turn: Turn,
  row: SchedulerCall<T>,
  context: CallContext,
  tell: (answer: CallAnswer) => void,
): void {
  const { state } = turn;
  if (row.metric) count(state, `master/messages_${row.metric}`);
  // Present where the call needs it: its form is checked.
  const field = fieldOf(row, context.call) as Field<T>;
  const answer = row.answer?.(state, context, field) ?? { status: 202 };
  tell(answer);
  if (answer.status < 400) row.run?.(turn, context, field);
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
