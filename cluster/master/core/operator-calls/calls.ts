/**
 * Operators' calls that change something: the order of their checks, and their answers once the change is stored.
 *
 * In: operator.call, and its continuation      Out: answer, store, and the effects of the call
 * Always true: the checks have the original's order: missing members and errors (400), then permissions (403), then
 * conflicts with the state.
 */

import type { Call } from '../../../api/generated/master';
import type { Millis } from '../../../model/time';
import { isPermitted } from '../authorize/operator';
import type { MasterEffect } from '../state/effects';
import type { MasterState } from '../state/state';
import { missingPart, partOf } from '../validate/operator-call';
import { type CallEvent, type ChangingCall, refuse, type StoredCall } from './call';
import { changingCall } from './list';

/** Carries out a call; one that is in no row of list.ts is answered 501. */
export function operatorCall(state: MasterState, event: CallEvent): MasterEffect[] {
  const row = changingCall(event.call.type);
  return row ? carryOut(state, row, event) : refuse(event, 501, '501 Not Implemented.');
}

/** Checks a call by its row, and runs it. */
export function carryOut<T extends Call.Type>(
  state: MasterState,
  row: ChangingCall<T>,
  event: CallEvent,
): MasterEffect[] {
  // A change before the registry is read would be stored over its contents.
  if (state.electedAt === undefined) return refuse(event, 503, 'Master has not finished recovery');
  const part = partOf(row, event.call);
  if (part === undefined) return refuse(event, 400, missingPart(row.part));
  const wrong = row.check?.(state, part, event);
  if (wrong) return refuse(event, 400, wrong);
  const { permission } = row;
  if (!isPermitted(state, event.principal, { permission, part })) return refuse(event, 403, '403 Forbidden.');
  const late = row.checkPermitted?.(state, part, event);
  if (late) return refuse(event, 400, late);
  return row.run(state, part, event);
}

/** Continues a call whose change is stored. */
export function operatorCallStored(state: MasterState, next: StoredCall, now: Millis): MasterEffect[] {
  const row = changingCall(next.call.type);
  return row ? answerStored(state, row, { next, now }) : [];
}

/** Answers a call whose change is stored, and does what follows from it. */
export function answerStored<T extends Call.Type>(
  state: MasterState,
  row: ChangingCall<T>,
  { next, now }: { readonly next: StoredCall; readonly now: Millis },
): MasterEffect[] {
  const part = partOf(row, next.call);
  const effects = part === undefined ? [] : (row.stored?.(state, part, { now, next }) ?? []);
  if ('status' in effects) return refuse(next, effects.status, effects.text);
  return [{ kind: 'answer', request: next.request, status: 200 }, ...effects];
}
