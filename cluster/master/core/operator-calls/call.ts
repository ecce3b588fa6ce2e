/**
 * The row of an operator's call that changes something: all about it in one value, which its own file exports.
 *
 * Always true: the permission is compulsory; a change is answered when it is stored, not before.
 */

import type { Call } from '../../../api/generated/master';
import type { Permission } from '../authorize/operator';
import { change } from '../registrar/registrar';
import type { Continuation } from '../registry/changes';
import type { RegistryChange } from '../registry/record';
import type { EventOf } from '../state/events';
import type { MasterState } from '../state/state';
import { emit, type Turn } from '../state/turn';
import type { CallForm, Part, PartName } from '../validate/operator-call';

export type CallEvent = EventOf<'operator.call'>;

/** The continuation of a stored call. */
export type StoredCall = Extract<Continuation, { kind: 'operator.call' }>;

export interface Refusal {
  readonly status: number;
  readonly text: string;
}

export interface ChangingCall<T extends Call.Type> extends CallForm<T> {
  readonly part: PartName<T>;
  readonly permission: Permission<Part<T>>;
  /** The error in the call, answered 400. */
  readonly check?: (state: MasterState, part: Part<T>, event: CallEvent) => string | undefined;
  /** An error that the original finds only after it has authorized the sender; also answered 400. */
  readonly checkPermitted?: (state: MasterState, part: Part<T>, event: CallEvent) => string | undefined;
  /** Answers the call, or stores a change by `store`. */
  readonly run: (turn: Turn, part: Part<T>, event: CallEvent) => void;
  /** The refusal, instead of the answer 200, when the stored change has come too late. */
  readonly storedRefusal?: (state: MasterState, part: Part<T>) => Refusal | undefined;
  /** The consequences of the stored change, after the answer 200. */
  readonly stored?: (turn: Turn, part: Part<T>, next: StoredCall) => void;
}

/** Stores the change of a call. `machines` are keys that its `stored` needs and the registry will have forgotten. */
export function store(
  turn: Turn,
  { request, call }: CallEvent,
  wanted: RegistryChange,
  machines: readonly string[] = [],
): void {
  change(turn, { change: wanted, next: { kind: 'operator.call', request, call, machines } });
}

/** Answers a call with an error. */
export function refuse(
  turn: Turn,
  { request }: { readonly request: number },
  status: number,
  text: string,
): void {
  emit(turn, { kind: 'answer', request, status, text });
}
