/**
 * The checks of a TaskInfo, which Mesos performs. Marathon's own checks are in health/health.ts.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import { effectivePort, type TaskPort } from '../../../kit/core/task/ports';
import type { App, HealthCheck } from '../../api/app';

/** True when Marathon itself probes, instead of the agent. */
export function isLeaderCheck({ protocol }: HealthCheck): boolean {
  return protocol === 'HTTP' || protocol === 'HTTPS' || protocol === 'TCP';
}

/** The health check of a TaskInfo: Mesos takes one per task, so the first is sent. */
export function mesosHealthCheck(app: App, ports: readonly TaskPort[]): mesos.HealthCheck | undefined {
  const check = app.healthChecks.find((candidate) => !isLeaderCheck(candidate));
  if (!check) return undefined;
  const timing = {
    delay_seconds: check.delaySeconds,
    interval_seconds: check.intervalSeconds,
    timeout_seconds: check.timeoutSeconds,
    consecutive_failures: check.maxConsecutiveFailures,
    grace_period_seconds: check.gracePeriodSeconds,
  };
  if (check.protocol === 'COMMAND') {
    return { ...timing, type: 'COMMAND', command: { shell: true, value: check.command?.value ?? '' } };
  }
  const port = portOf(check, ports);
  const protocol = check.ipProtocol;
  if (check.protocol === 'MESOS_TCP') return { ...timing, type: 'TCP', tcp: { port, protocol } };
  const scheme = check.protocol === 'MESOS_HTTPS' ? 'https' : 'http';
  return { ...timing, type: 'HTTP', http: { port, protocol, scheme, path: check.path ?? '/' } };
}

/** The general check. Its result is shown and has no other effect. */
export function mesosCheck(app: App, ports: readonly TaskPort[]): mesos.CheckInfo | undefined {
  const { check } = app;
  if (!check) return undefined;
  const timing = {
    delay_seconds: check.delaySeconds,
    interval_seconds: check.intervalSeconds,
    timeout_seconds: check.timeoutSeconds,
  };
  if (check.http) {
    return {
      ...timing,
      type: 'HTTP',
      http: { port: portOf(check.http, ports), path: check.http.path ?? '/' },
    };
  }
  if (check.tcp) return { ...timing, type: 'TCP', tcp: { port: portOf(check.tcp, ports) } };
  const value = check.exec?.command.shell ?? '';
  return { ...timing, type: 'COMMAND', command: { command: { shell: true, value } } };
}

function portOf(
  check: { readonly port?: number | undefined; readonly portIndex?: number | undefined },
  ports: readonly TaskPort[],
): number {
  if (check.port !== undefined) return check.port;
  const port = ports[check.portIndex ?? 0];
  return (port && effectivePort(port)) ?? 0;
}
