/** Errors in checks and health checks, in Mesos' words (Mesos 1.11 src/common/validation.cpp). */

import type * as mesos from '../../../api/generated/mesos';
import { commandInfoError } from '../../../model/command-errors';
import { inside } from '../../../model/resource-errors';

/** The first error in a health check, or undefined. */
export function healthCheckError(check: mesos.HealthCheck): string | undefined {
  if (check.type === undefined) return "HealthCheck must specify 'type'";
  return healthKindError(check) ?? timesError(check, TIMES);
}

function healthKindError({ type, command, http, tcp }: mesos.HealthCheck): string | undefined {
  switch (type) {
    case 'COMMAND':
      if (!command) return "Expecting 'command' to be set for COMMAND health check";
      return (
        valueError(command, 'Command health check') ??
        inside("Health check's `CommandInfo` is invalid", commandInfoError(command))
      );
    case 'HTTP':
      if (!http) return "Expecting 'http' to be set for HTTP health check";
      if (http.scheme !== undefined && http.scheme !== 'http' && http.scheme !== 'https')
        return `Unsupported HTTP health check scheme: '${http.scheme}'`;
      return pathError(http.path, 'HTTP health check');
    case 'TCP':
      return tcp ? undefined : "Expecting 'tcp' to be set for TCP health check";
    default:
      return `'${type}' is not a valid health check type`;
  }
}

/** The first error in a check, or undefined. */
export function checkError(check: mesos.CheckInfo): string | undefined {
  if (check.type === undefined) return "CheckInfo must specify 'type'";
  return (
    checkKindError(check) ??
    timesError(
      check,
      TIMES.filter((name) => name !== 'grace_period_seconds'),
    )
  );
}

function checkKindError({ type, command, http, tcp }: mesos.CheckInfo): string | undefined {
  switch (type) {
    case 'COMMAND':
      if (!command) return "Expecting 'command' to be set for COMMAND check";
      return (
        valueError(command.command, 'Command check') ??
        inside("Check's `CommandInfo` is invalid", commandInfoError(command.command))
      );
    case 'HTTP':
      return http ? pathError(http.path, 'HTTP check') : "Expecting 'http' to be set for HTTP check";
    case 'TCP':
      return tcp ? undefined : "Expecting 'tcp' to be set for TCP check";
    default:
      return `'${type}' is not a valid check type`;
  }
}

function valueError({ value, shell }: mesos.CommandInfo, what: string): string | undefined {
  if (value !== undefined) return undefined;
  return `${what} must contain ${(shell ?? true) ? "'shell command'" : "'executable path'"}`;
}

function pathError(path: string | undefined, what: string): string | undefined {
  if (path === undefined || path.startsWith('/')) return undefined;
  return `The path '${path}' of ${what} must start with '/'`;
}

const TIMES = ['delay_seconds', 'grace_period_seconds', 'interval_seconds', 'timeout_seconds'] as const;

function timesError(
  check: Partial<Record<(typeof TIMES)[number], number | undefined>>,
  names: readonly (typeof TIMES)[number][],
): string | undefined {
  const negative = names.find((name) => (check[name] ?? 0) < 0);
  return negative && `Expecting '${negative}' to be non-negative`;
}
