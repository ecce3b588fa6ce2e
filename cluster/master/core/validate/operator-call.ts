/**
 * Errors in an operator's call by itself, without the state (Mesos 1.11 validation::master::call::validate).
 */

import type { Call } from '../../../api/generated/master';

/** The part of a call of this type: it has the name of the type, in small letters. */
export type PartName<T extends Call.Type> = Lowercase<T> & keyof Call;
export type Part<T extends Call.Type> = NonNullable<Call[PartName<T>]>;

/** The part's name, or undefined for calls without one, and what must be right in it. */
export interface CallForm<T extends Call.Type> {
  readonly part: PartName<T> | undefined;
  /**
   * The error in the member by itself. It is checked for the v1 API only; the older endpoints check it after they have
   * found the agent, so the order of errors differs.
   */
  readonly form?: ((part: Part<T>) => string | undefined) | undefined;
}

const PREFIX = 'Failed to validate master::Call: ';

export const NO_TYPE = `${PREFIX}Expecting 'type' to be present`;

/** The error of a call that lacks its part. */
export function missingPart(name: string): string {
  return `${PREFIX}Expecting '${name}' to be present`;
}

/** The part of a call by its row; undefined if the call lacks it. */
export function partOf<T extends Call.Type>({ part }: CallForm<T>, call: Call): Part<T> | undefined {
  return part === undefined ? undefined : (call[part] as Part<T> | undefined);
}

/** The error in a call of the v1 API, or undefined. */
export function callError<T extends Call.Type>(row: CallForm<T>, call: Call): string | undefined {
  if (row.part === undefined) return undefined;
  const part = partOf(row, call);
  if (part === undefined) return missingPart(row.part);
  const wrong = row.form?.(part);
  return wrong === undefined ? undefined : PREFIX + wrong;
}
