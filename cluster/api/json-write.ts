/**
 * Writes messages as JSON by Mesos' own mapping (stout's jsonify).
 *
 * Names are those of the .proto, 64-bit integers bare digits, whole doubles have `.0`, and unset fields with
 * a declared default are printed with it.
 */

import type { MessageName, Messages } from './generated/messages';
import { type FieldPlan, type MessagePlan, planOf } from './plan';

type Plain = Readonly<Record<string, unknown>>;

/** The JSON text of a message. */
export function encodeJson<N extends MessageName>(name: N, value: Messages[N]): string {
  return writeMessage(planOf(name), value as unknown as Plain);
}

/** The JSON of a message nested in another, by full name such as `mesos.v1.Resource.ReservationInfo`. */
export function encodeNestedJson(fullName: string, value: object): string {
  return writeMessage(planOf(fullName), value as Plain);
}

/** The JSON of a message by its plan. */
export function encodePlanned(plan: MessagePlan, value: object): string {
  return writeMessage(plan, value as Plain);
}

function writeMessage(plan: MessagePlan, value: Plain): string {
  let text = '';
  for (const field of plan.fields) {
    const fieldValue = value[field.name] ?? field.shownDefault;
    if (fieldValue === undefined || fieldValue === null) continue;
    const written = writeField(field, fieldValue);
    if (written !== undefined) text += `${text === '' ? '' : ','}"${field.name}":${written}`;
  }
  return `{${text}}`;
}

function writeField(field: FieldPlan, value: unknown): string | undefined {
  if (field.map) {
    const entries = Object.entries(value as Plain);
    if (entries.length === 0) return undefined;
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${writeItem(field, item)}`).join(',')}}`;
  }
  if (!field.repeated) return writeItem(field, value);
  const items = value as readonly unknown[];
  return items.length === 0 ? undefined : `[${items.map((item) => writeItem(field, item)).join(',')}]`;
}

function writeItem(field: FieldPlan, value: unknown): string {
  switch (field.kind) {
    case 'message':
      return writeMessage(field.message as MessagePlan, value as Plain);
    case 'double':
    case 'float':
      return writeDouble(value as number);
    case 'int32':
    case 'uint32':
    case 'int64':
    case 'uint64':
      return String(value);
    default:
      return JSON.stringify(value);
  }
}

/** A double as Mesos prints it: `15.0`, `0.1`; numbers that JSON does not have are strings, as in stout. */
export function writeDouble(value: number): string {
  if (!Number.isFinite(value))
    return Number.isNaN(value) ? '"NaN"' : value > 0 ? '"Infinity"' : '"-Infinity"';
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
