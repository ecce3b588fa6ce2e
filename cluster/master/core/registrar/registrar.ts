/**
 * Gets changes into the registry and carries on when they are there.
 *
 * In: registry.stored, registry.failed      Out: store, resign, and whatever follows from the changes
 */

import { assert } from '../../../model/assert';
import type { Operation } from '../registry/changes';
import { applyChange } from '../registry/record';
import { writeRecord } from '../registry/stored-form';
import type { MasterEffect } from '../state/effects';
import type { MasterState } from '../state/state';

/** Asks for a change; what follows from it happens when it is stored. */
export function change(state: MasterState, operation: Operation): MasterEffect[] {
  state.registry.queued.push(operation);
  return state.registry.inFlight ? [] : flush(state);
}

/**
 * The store of this ticket succeeded. Each of its changes becomes what is known, in order, and `carryOn` says
 * what follows from it; then the next store goes out when changes wait.
 */
export function stored(
  state: MasterState,
  ticket: number,
  carryOn: (operation: Operation) => MasterEffect[],
): MasterEffect[] {
  const { inFlight } = state.registry;
  assert(inFlight?.ticket === ticket, 'a store is answered that was not asked for');
  const effects = inFlight.operations.flatMap((operation) => {
    applyChange(state.registry, operation.change);
    return carryOn(operation);
  });
  state.registry.inFlight = undefined;
  return state.registry.queued.length > 0 ? [...effects, ...flush(state)] : effects;
}

/** A store that fails leaves us not knowing what is stored: another master must lead. */
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
