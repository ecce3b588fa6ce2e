/**
 * The registrar: stores changes of the registry in batches, and runs their continuations once they are stored.
 *
 * In: registry.stored, registry.failed      Out: store, resign, and the effects of continuations
 */

import { assert } from '../../../model/assert';
import type { Operation } from '../registry/changes';
import { applyChange } from '../registry/record';
import { writeRecord } from '../registry/stored-form';
import { emit, type Turn } from '../state/turn';

/** Queues a change. It is stored at once, or with all others that wait when a store is in flight. */
export function change(turn: Turn, operation: Operation): void {
  const { state } = turn;
  state.registry.queued.push(operation);
  if (!state.registry.inFlight) flush(turn);
}

/**
 * Handles a successful store: applies its changes in order, each followed by its continuation (`carryOn`), then sends
 * the next store if changes wait.
 */
export function stored(turn: Turn, ticket: number, carryOn: (operation: Operation) => void): void {
  const { state } = turn;
  const { inFlight } = state.registry;
  assert(
    inFlight?.ticket === ticket,
    `registry.stored has ticket ${ticket}, in flight is ${inFlight?.ticket ?? 'none'}`,
  );
  for (const operation of inFlight.operations) {
    applyChange(state.registry, operation.change);
    carryOn(operation);
  }
  state.registry.inFlight = undefined;
  if (state.registry.queued.length > 0) flush(turn);
}

/**
 * Handles a failed store. It may have been stored nevertheless, so this master no longer knows the registry and
 * resigns.
 */
export function failed(turn: Turn, reason: string): void {
  emit(turn, { kind: 'resign', reason: `the registry could not be stored: ${reason}` });
}

function flush(turn: Turn): void {
  const { state } = turn;
  const { registry } = state;
  const operations = registry.queued;
  registry.queued = [];
  for (const operation of operations) applyChange(registry.ahead, operation.change);
  const ticket = state.next.ticket++;
  registry.inFlight = { ticket, operations };
  emit(turn, { kind: 'store', registry: writeRecord(registry.ahead), ticket });
}
