/** The checks of a pod's containers, which Mesos performs: health checks, and checks whose result is only shown. */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type { Pod, PodCheck, PodCommand, PodHealthCheck } from '../../api/pod';
import { listeningPort, type PlacedEndpoint } from './pod-endpoints';

interface CheckedContainer {
  readonly pod: Pod;
  /** Those of the container. */
  readonly endpoints: readonly PlacedEndpoint[];
}

/** Undefined for the check of an endpoint without a port. */
export function podHealthCheck(
  container: CheckedContainer,
  check: PodHealthCheck,
): mesos.HealthCheck | undefined {
  const timing = {
    ...timingOf(check),
    consecutive_failures: check.maxConsecutiveFailures,
    grace_period_seconds: check.gracePeriodSeconds,
  };
  const { http, tcp, exec } = check;
  if (exec) return { ...timing, type: 'COMMAND', command: programOf(exec.command) };
  const port = portOf(container, http?.endpoint ?? tcp?.endpoint ?? '');
  if (port === undefined) return undefined;
  if (!http) return { ...timing, type: 'TCP', tcp: { port, protocol: 'IPv4' } };
  const scheme = http.scheme === 'HTTPS' ? 'https' : 'http';
  return { ...timing, type: 'HTTP', http: { ...pathOf(http), port, protocol: 'IPv4', scheme } };
}

export function podCheck(container: CheckedContainer, check: PodCheck): mesos.CheckInfo | undefined {
  const timing = timingOf(check);
  const { http, tcp, exec } = check;
  if (exec) return { ...timing, type: 'COMMAND', command: { command: programOf(exec.command) } };
  const port = portOf(container, http?.endpoint ?? tcp?.endpoint ?? '');
  if (port === undefined) return undefined;
  if (!http) return { ...timing, type: 'TCP', tcp: { port } };
  return { ...timing, type: 'HTTP', http: { ...pathOf(http), port } };
}

function timingOf({ delaySeconds, intervalSeconds, timeoutSeconds }: PodCheck): {
  delay_seconds: number;
  interval_seconds: number;
  timeout_seconds: number;
} {
  return {
    delay_seconds: delaySeconds,
    interval_seconds: intervalSeconds,
    timeout_seconds: timeoutSeconds,
  };
}

function portOf({ pod, endpoints }: CheckedContainer, name: string): number | undefined {
  const endpoint = endpoints.find((candidate) => candidate.name === name);
  return endpoint && listeningPort(pod, endpoint);
}

function pathOf({ path }: { readonly path?: string | undefined }): { path?: string } {
  return path === undefined ? {} : { path };
}

/** A line for the shell, or an argument list whose first is the program. */
function programOf(command: PodCommand): mesos.CommandInfo {
  if ('shell' in command) return { shell: true, value: command.shell };
  const [value = ''] = command.argv;
  return { shell: false, value, arguments: [...command.argv] };
}
