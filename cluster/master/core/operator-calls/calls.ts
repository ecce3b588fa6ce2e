/**
 * Operators' calls that change something: the order of their checks, and their answers once the change is stored.
 *
 * In: operator.call, and its continuation      Out: answer, store, and the effects of the call
 * Always true: the checks have the original's order: missing members and errors (400), then permissions (403), then
 * conflicts with the state.
 */

import type { Call } from '../../../api/generated/master';
import { isPermitted } from '../authorize/operator';
import { emit, type Turn } from '../state/turn';
import { missingPart, partOf } from '../validate/operator-call';
import { type CallEvent, type ChangingCall, refuse, type StoredCall } from './call';
import { changingCall } from './list';

/** Carries out a call; one that is in no row of list.ts is answered 501. */
export function operatorCall(turn: Turn, event: CallEvent): void {
  const row = changingCall(event.call.type);
  if (row) carryOut(turn, row, event);
  else refuse(turn, event, 501, '501 Not Implemented.');
}

/** Checks a call by its row, and runs it. */
export function carryOut<T extends Call.Type>(turn: Turn, row: ChangingCall<T>, event: CallEvent): void {
  const { state } = turn;
  // A change before the registry is read would be stored over its contents.
  if (state.electedAt === undefined) return refuse(turn, event, 503, 'Master has not finished recovery');
  const part = partOf(row, event.call);
  if (part === undefined) return refuse(turn, event, 400, missingPart(row.part));
  const wrong = row.check?.(state, part, event);
  if (wrong) return refuse(turn, event, 400, wrong);
  const { permission } = row;
  if (!isPermitted(state, event.principal, { permission, part }))
    return refuse(turn, event, 403, '403 Forbidden.');
  const late = row.checkPermitted?.(state, part, event);
  if (late) return refuse(turn, event, 400, late);
  row.run(turn, part, event);
}

/** Continues a call whose change is stored. */
export function operatorCallStored(turn: Turn, next: StoredCall): void {
  const row = changingCall(next.call.type);
  if (row) answerStored(turn, row, next);
}

/** Answers a call whose change is stored, and does what follows from it. */
export function answerStored<T extends Call.Type>(turn: Turn, row: ChangingCall<T>, next: StoredCall): void {
  const part = partOf(row, next.call);
  const refusal = part === undefined ? undefined : row.storedRefusal?.(turn.state, part);
  if (refusal) return refuse(turn, next, refusal.status, refusal.text);
  emit(turn, { kind: 'answer', request: next.request, status: 200 });
  if (part !== undefined) row.stored?.(turn, part, next);
}
