/**
 * The status of a check, as TaskStatus.check_status has it (Mesos 1.11 src/checks/checker.cpp).
 */

import type * as mesos from '../../api/generated/mesos';

/** The status of a check without a result: of its type, and with nothing else. */
export function emptyStatus({ type }: mesos.CheckInfo): mesos.CheckStatusInfo {
  switch (type) {
    case 'COMMAND':
      return { type, command: {} };
    case 'HTTP':
      return { type, http: {} };
    case 'TCP':
      return { type, tcp: {} };
    default:
      return { type };
  }
}

export function isSameStatus(left: mesos.CheckStatusInfo, right: mesos.CheckStatusInfo): boolean {
  return (
    left.type === right.type &&
    left.command?.exit_code === right.command?.exit_code &&
    left.http?.status_code === right.http?.status_code &&
    left.tcp?.succeeded === right.tcp?.succeeded
  );
}

/** The reason why a task with this status is not healthy (src/checks/health_checker.cpp); undefined when it is. */
export function failureOf({ command, http, tcp }: mesos.CheckStatusInfo): string | undefined {
  if (command) return command.exit_code === 0 ? undefined : `Command exited with status ${command.exit_code}`;
  if (http) {
    const status = http.status_code ?? 0;
    return status >= 200 && status < 400 ? undefined : `Unexpected HTTP response code: ${status}`;
  }
  return tcp?.succeeded ? undefined : 'TCP connection failed';
}
