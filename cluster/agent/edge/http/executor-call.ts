/**
 * The error in a call of the v1 executor API, in the words of the original (Mesos 1.11 src/common/validation.cpp,
 * validateExecutorCall).
 */

import type { Call } from '../../../api/generated/executor';
import type { CheckStatusInfo } from '../../../api/generated/mesos';
import { isUuidBase64 } from '../../../model/uuid';

export function executorCallError(call: Call): string | undefined {
  if (call.type === undefined) return "Expecting 'type' to be present";
  if (call.type === 'SUBSCRIBE' && !call.subscribe) return "Expecting 'subscribe' to be present";
  if (call.type === 'MESSAGE' && !call.message) return "Expecting 'message' to be present";
  return call.type === 'UPDATE' ? updateError(call) : undefined;
}

function updateError({ executor_id, framework_id, update }: Call): string | undefined {
  if (!update) return "Expecting 'update' to be present";
  const { status } = update;
  const reporter = status.executor_id?.value;
  const sender = `Received Call from executor ${executor_id.value} of framework ${framework_id.value}`;
  if (status.uuid === undefined) return "Expecting 'uuid' to be present";
  if (!isUuidBase64(status.uuid)) return 'Not a valid UUID';
  if (reporter !== undefined && reporter !== executor_id.value)
    return `ExecutorID in Call: ${executor_id.value} does not match ExecutorID in TaskStatus: ${reporter}`;
  if (status.source !== 'SOURCE_EXECUTOR')
    return `${sender} with invalid source, expecting 'SOURCE_EXECUTOR'`;
  if (status.state === 'TASK_STAGING')
    return `${sender.replace('Call', 'TASK_STAGING')} which is not allowed`;
  return status.check_status && checkStatusError(status.check_status);
}

/** A check status has the part of its type alone. */
function checkStatusError(status: CheckStatusInfo): string | undefined {
  if (status.type === undefined) return "CheckStatusInfo must specify 'type'";
  const needed = ({ COMMAND: 'command', HTTP: 'http', TCP: 'tcp', UNKNOWN: undefined } as const)[status.type];
  if (needed === undefined) return `'${status.type}' is not a valid check's status type`;
  const isThere = status[needed] !== undefined;
  if (!isThere) return `Expecting '${needed}' to be set for ${status.type} check's status`;
  return undefined;
}
