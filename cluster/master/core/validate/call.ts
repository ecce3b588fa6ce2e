/**
 * Errors in a scheduler's call before it is processed (Mesos 1.11 src/master/validation.cpp,
 * scheduler::call).
 */

import type * as scheduler from '../../../api/generated/scheduler';
import { idText } from '../../../model/ids';
import { isUuidBase64 } from '../../../model/uuid';

/** The member of a call of this type: it has the name of the type, in small letters. */
export type FieldName<T extends scheduler.Call.Type> = Lowercase<T> & keyof scheduler.Call;
export type Field<T extends scheduler.Call.Type> = NonNullable<scheduler.Call[FieldName<T>]>;

/** The member that a call must have, and the checks of the call. */
export interface SchedulerCallForm<T extends scheduler.Call.Type> {
  /** Undefined when the call has no member, or may come without it. */
  readonly field: FieldName<T> | undefined;
  /** The error in a call that has its member. */
  readonly check?:
    | ((field: Field<T>, call: scheduler.Call, sender?: string) => string | undefined)
    | undefined;
}

/** The member of a call by its row; undefined if it has none. */
export function fieldOf<T extends scheduler.Call.Type>(
  { field }: SchedulerCallForm<T>,
  call: scheduler.Call,
): Field<T> | undefined {
  return field === undefined ? undefined : (call[field] as Field<T> | undefined);
}

/** The first error in a call of this form, or undefined. Only SUBSCRIBE comes without the id of a framework. */
export function formError<T extends scheduler.Call.Type>(
  form: SchedulerCallForm<T>,
  call: scheduler.Call,
  sender?: string,
): string | undefined {
  if (call.type !== 'SUBSCRIBE' && call.framework_id === undefined)
    return "Expecting 'framework_id' to be present";
  if (form.field === undefined) return undefined;
  const field = fieldOf(form, call);
  return field === undefined ? `Expecting '${form.field}' to be present` : form.check?.(field, call, sender);
}

/** The error for a sender whose principal is not the framework's. */
export function principalError(sender: string, principal: string | undefined): string {
  return `Authenticated principal '${sender}' does not match principal '${principal ?? ''}' set in \`FrameworkInfo\``;
}

/** The error in a SUBSCRIBE: two ids, or a framework of another principal. */
export function subscribeError(
  { framework_info: { id, principal } }: scheduler.Call.Subscribe,
  call: scheduler.Call,
  sender?: string,
): string | undefined {
  if (idText(id) !== idText(call.framework_id))
    return "'framework_id' differs from 'subscribe.framework_info.id'";
  const isOther = sender !== undefined && principal !== undefined && sender !== principal;
  return isOther ? principalError(sender, principal) : undefined;
}

/** The error in a uuid in base64, or undefined. */
export function uuidError(uuid: string | undefined): string | undefined {
  return isUuidBase64(uuid) ? undefined : 'Not a valid UUID';
}
