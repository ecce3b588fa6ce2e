/** Operation feedback: status updates of operations for frameworks that gave them an id (Mesos 1.11 Master::drop). */

import type * as mesos from '../../../api/generated/mesos';
import { idText } from '../../../model/ids';
import { sendEvent } from '../scheduler-events/send-event';
import type { MasterEffect } from '../state/effects';
import type { Framework } from '../state/state';
import { emit, type Turn } from '../state/turn';
import { countOperation } from './counts';

/** Drops an operation: logs why, and sends OPERATION_ERROR if it has an id. */
export function operationFailed(
  turn: Turn,
  framework: Framework,
  operation: mesos.Offer.Operation,
  message: string,
): void {
  const { state } = turn;
  countOperation(state, operation.type, 'OPERATION_ERROR');
  const note = dropNote(framework, operation, message);
  if (!operation.id || framework.pid !== undefined) return emit(turn, note);
  const status = { operation_id: operation.id, state: 'OPERATION_ERROR', message } as const;
  emit(turn, note);
  sendOperationUpdate(turn, framework, status);
}

function dropNote(framework: Framework, operation: mesos.Offer.Operation, why: string): MasterEffect {
  const fields = { framework: framework.id, operation: idText(operation.id), why };
  return { kind: 'note', level: 'warn', text: `dropped operation ${operation.type ?? 'UNKNOWN'}`, fields };
}

/**
 * Drops an operation with an id of a driver: drivers have no feedback. The error aborts the driver, as in the
 * original.
 */
export function refuseFeedback(turn: Turn, framework: Framework, operation: mesos.Offer.Operation): void {
  const why =
    "The 'id' field was set in an offer operation, but operation feedback is not supported for the SchedulerDriver API";
  const message = `${why}; please use the HTTP scheduler API for this feature`;
  const note = dropNote(framework, operation, why);
  emit(turn, note);
  sendEvent(turn, framework, { type: 'ERROR', error: { message } });
}

/** Sends a status of an operation to its framework, if that is connected. */
export function sendOperationUpdate(turn: Turn, framework: Framework, status: mesos.OperationStatus): void {
  sendEvent(turn, framework, {
    type: 'UPDATE_OPERATION_STATUS',
    update_operation_status: { status },
  });
}
