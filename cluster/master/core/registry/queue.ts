/**
 * Gets changes into the registry and carries on when they are there.
 *
 * In: registry.stored, registry.failed      Out: store, resign, and whatever follows from the changes
 */

import { assert } from '../../../model/assert';
import type { MasterEffect } from '../effects';
import type { MasterState } from '../state';
import { applyChange, type Operation, writeRegistry } from './state';

/** Asks for a change; what follows from it happens when it is stored. */
export function change(state: MasterState, operation: Operation): MasterEffect[] {
  state.registry.queued.push(operation);
  return state.registry.inFlight ? [] : flush(state);
}

/** The store of this ticket succeeded: what it was for, in order, and the next store when changes wait. */
export function stored(
  state: MasterState,
  ticket: number,
): { done: readonly Operation[]; effects: MasterEffect[] } {
  const { inFlight } = state.registry;
  assert(inFlight?.ticket === ticket, 'a store is answered that was not asked for');
  state.registry.inFlight = undefined;
  return { done: inFlight.operations, effects: state.registry.queued.length > 0 ? flush(state) : [] };
}

/** A store that fails leaves us not knowing what is stored: another master must lead. */
export function failed(reason: string): MasterEffect[] {
  return [{ kind: 'resign', reason: `the registry could not be stored: ${reason}` }];
}

function flush(state: MasterState): MasterEffect[] {
  const operations = state.registry.queued;
  state.registry.queued = [];
  for (const operation of operations) applyChange(state.registry, operation.change);
  const ticket = state.next.ticket++;
  state.registry.inFlight = { ticket, operations };
  return [{ kind: 'store', registry: writeRegistry(state.registry), ticket }];
}
