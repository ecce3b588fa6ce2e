/**
 * Errors in a scheduler's call before it is processed (Mesos 1.11 src/master/validation.cpp,
 * scheduler::call).
 */

import type * as scheduler from '../../../api/generated/scheduler';
import { isUuidBase64 } from '../../../model/uuid';

/** The member that a call must have, by its type. */
const NEEDED: Partial<Record<scheduler.Call.Type, keyof scheduler.Call>> = {
  SUBSCRIBE: 'subscribe',
  ACCEPT: 'accept',
  DECLINE: 'decline',
  ACCEPT_INVERSE_OFFERS: 'accept_inverse_offers',
  DECLINE_INVERSE_OFFERS: 'decline_inverse_offers',
  KILL: 'kill',
  SHUTDOWN: 'shutdown',
  ACKNOWLEDGE: 'acknowledge',
  RECONCILE: 'reconcile',
  MESSAGE: 'message',
  REQUEST: 'request',
  ACKNOWLEDGE_OPERATION_STATUS: 'acknowledge_operation_status',
  RECONCILE_OPERATIONS: 'reconcile_operations',
  UPDATE_FRAMEWORK: 'update_framework',
};

/** The error for a sender whose principal is not the framework's. */
export function principalError(sender: string, principal: string | undefined): string {
  return `Authenticated principal '${sender}' does not match principal '${principal ?? ''}' set in \`FrameworkInfo\``;
}

/** The first error in a call, or undefined. */
export function callError(call: scheduler.Call, sender?: string): string | undefined {
  if (call.type === undefined) return "Expecting 'type' to be present";
  const field = NEEDED[call.type];
  const missing = field !== undefined && call[field] === undefined && `Expecting '${field}' to be present`;
  if (call.type === 'SUBSCRIBE') return missing || subscribeError(call, sender);
  if (call.framework_id === undefined) return "Expecting 'framework_id' to be present";
  return missing || partError(call);
}

function partError({
  type,
  framework_id,
  acknowledge,
  acknowledge_operation_status: operation,
  update_framework: update,
}: scheduler.Call): string | undefined {
  if (type === 'ACKNOWLEDGE') return uuidError(acknowledge?.uuid);
  if (type === 'ACKNOWLEDGE_OPERATION_STATUS') {
    return (
      uuidError(operation?.uuid) ?? (operation?.agent_id ? undefined : "Expecting 'agent_id' to be present")
    );
  }
  const differs = type === 'UPDATE_FRAMEWORK' && update?.framework_info.id?.value !== framework_id?.value;
  return differs ? "'framework_id' differs from 'update_framework.framework_info.id'" : undefined;
}

function subscribeError(call: scheduler.Call, sender: string | undefined): string | undefined {
  const { id, principal } = call.subscribe?.framework_info ?? {};
  if ((id?.value ?? '') !== (call.framework_id?.value ?? ''))
    return "'framework_id' differs from 'subscribe.framework_info.id'";
  const isOther = sender !== undefined && principal !== undefined && sender !== principal;
  return isOther ? principalError(sender, principal) : undefined;
}

/** The error in a uuid in base64, or undefined. */
export function uuidError(uuid: string | undefined): string | undefined {
  return isUuidBase64(uuid) ? undefined : 'Not a valid UUID';
}
