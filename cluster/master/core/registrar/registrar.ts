/**
 * The registrar: stores changes of the registry in batches, and runs their continuations once they are stored.
 *
 * In: registry.stored, registry.failed      Out: store, resign, and the effects of continuations
 */

import { assert } from '../../../model/assert';
import type { Operation } from '../registry/changes';
import { applyChange } from '../registry/record';
import { writeRecord } from '../registry/stored-form';
import type { MasterEffect } from '../state/effects';
import type { MasterState } from '../state/state';

/** Queues a change. It is stored at once, or with all others that wait when a store is in flight. */
export function change(state: MasterState, operation: Operation): MasterEffect[] {
  state.registry.queued.push(operation);
  return state.registry.inFlight ? [] : flush(state);
}

/**
 * Handles a successful store: applies its changes in order, each followed by its continuation (`carryOn`), then sends
 * the next store if changes wait.
 */
export function stored(
  state: MasterState,
  ticket: number,
  carryOn: (operation: Operation) => MasterEffect[],
): MasterEffect[] {
  const { inFlight } = state.registry;
  assert(
    inFlight?.ticket === ticket,
    `registry.stored has ticket ${ticket}, in flight is ${inFlight?.ticket ?? 'none'}`,
  );
  const effects = inFlight.operations.flatMap((operation) => {
    applyChange(state.registry, operation.change);
    return carryOn(operation);
  });
  state.registry.inFlight = undefined;
  return state.registry.queued.length > 0 ? [...effects, ...flush(state)] : effects;
}

/**
 * Handles a failed store. It may have been stored nevertheless, so this master no longer knows the registry and
 * resigns.
 */
export function failed(reason: string): MasterEffect[] {
  return [{ kind: 'resign', reason: `the registry could not be stored: ${reason}` }];
}

function flush(state: MasterState): MasterEffect[] {
  const { registry } = state;
  const operations = registry.queued;
  registry.queued = [];
  for (const operation of operations) applyChange(registry.ahead, operation.change);
  const ticket = state.next.ticket++;
  registry.inFlight = { ticket, operations };
  return [{ kind: 'store', registry: writeRecord(registry.ahead), ticket }];
}
