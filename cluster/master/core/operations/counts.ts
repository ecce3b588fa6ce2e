/**
 * Metrics of operations by state and type (Mesos 1.11 Metrics::OperationStates). Terminal states are counters, the
 * other states gauges of the present. Launches are not counted here.
 */

import type * as mesos from '../../../api/generated/mesos';
import { count, type MasterState } from '../state/state';

export const COUNTED_TYPES = [
  'RESERVE',
  'UNRESERVE',
  'CREATE',
  'DESTROY',
  'GROW_VOLUME',
  'SHRINK_VOLUME',
  'CREATE_DISK',
  'DESTROY_DISK',
] as const satisfies readonly mesos.Offer.Operation.Type[];

export const COUNTED_STATES = [
  'OPERATION_PENDING',
  'OPERATION_RECOVERING',
  'OPERATION_UNREACHABLE',
  'OPERATION_FINISHED',
  'OPERATION_FAILED',
  'OPERATION_ERROR',
  'OPERATION_DROPPED',
  'OPERATION_GONE_BY_OPERATOR',
] as const satisfies readonly mesos.OperationState[];

/** The name of a state in metrics: `gone_by_operator`. */
export function shortState(state: mesos.OperationState): string {
  return state.replace('OPERATION_', '').toLowerCase();
}

/** Counts an operation in a state, or with -1 takes it out. */
export function countOperation(
  counted: MasterState,
  type: mesos.Offer.Operation.Type | undefined,
  state: mesos.OperationState,
  by: 1 | -1 = 1,
): void {
  const prefixes = ['master/operations/'];
  if (COUNTED_TYPES.some((countedType) => countedType === type))
    prefixes.push(`master/operations/${type?.toLowerCase()}/`);
  for (const prefix of prefixes) {
    count(counted, `${prefix}total`, by);
    if (COUNTED_STATES.some((countedState) => countedState === state))
      count(counted, `${prefix}${shortState(state)}`, by);
  }
}
