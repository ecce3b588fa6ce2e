import type { CheckInfo, HealthCheck } from '../../../../../cluster/api/generated/mesos';
import { checkError, healthCheckError } from '../../../../../cluster/master/core/validate/checks';

const BAD_VARIABLE = { value: 'x', environment: { variables: [{ name: 'A' }] } };

test.each<[HealthCheck, string | undefined]>([
  [{}, "HealthCheck must specify 'type'"],
  [{ type: 'UNKNOWN' }, "'UNKNOWN' is not a valid health check type"],
  [{ type: 'COMMAND' }, "Expecting 'command' to be set for COMMAND health check"],
  [{ type: 'COMMAND', command: {} }, "Command health check must contain 'shell command'"],
  [{ type: 'COMMAND', command: { shell: false } }, "Command health check must contain 'executable path'"],
  [{ type: 'COMMAND', command: { value: 'true' } }, undefined],
  [
    { type: 'COMMAND', command: BAD_VARIABLE },
    "Health check's `CommandInfo` is invalid: Environment variable 'A' of type 'VALUE' must have a value set",
  ],
  [{ type: 'HTTP' }, "Expecting 'http' to be set for HTTP health check"],
  [{ type: 'HTTP', http: { port: 80, scheme: 'ftp' } }, "Unsupported HTTP health check scheme: 'ftp'"],
  [{ type: 'HTTP', http: { port: 80, path: 'x' } }, "The path 'x' of HTTP health check must start with '/'"],
  [{ type: 'HTTP', http: { port: 80, scheme: 'https', path: '/x' } }, undefined],
  [{ type: 'TCP' }, "Expecting 'tcp' to be set for TCP health check"],
  [
    { type: 'TCP', tcp: { port: 1 }, grace_period_seconds: -1 },
    "Expecting 'grace_period_seconds' to be non-negative",
  ],
  [
    { type: 'TCP', tcp: { port: 1 }, timeout_seconds: -1, delay_seconds: -1 },
    "Expecting 'delay_seconds' to be non-negative",
  ],
  [{ type: 'TCP', tcp: { port: 1 }, interval_seconds: 0 }, undefined],
])('the health check %j has the error %p', (check, error) => {
  expect(healthCheckError(check)).toBe(error);
});

test.each<[CheckInfo, string | undefined]>([
  [{}, "CheckInfo must specify 'type'"],
  [{ type: 'UNKNOWN' }, "'UNKNOWN' is not a valid check type"],
  [{ type: 'COMMAND' }, "Expecting 'command' to be set for COMMAND check"],
  [{ type: 'COMMAND', command: { command: {} } }, "Command check must contain 'shell command'"],
  [
    { type: 'COMMAND', command: { command: BAD_VARIABLE } },
    "Check's `CommandInfo` is invalid: Environment variable 'A' of type 'VALUE' must have a value set",
  ],
  [{ type: 'HTTP' }, "Expecting 'http' to be set for HTTP check"],
  [{ type: 'HTTP', http: { port: 80, path: 'x' } }, "The path 'x' of HTTP check must start with '/'"],
  [{ type: 'HTTP', http: { port: 80 } }, undefined],
  [{ type: 'TCP' }, "Expecting 'tcp' to be set for TCP check"],
  [
    { type: 'TCP', tcp: { port: 1 }, interval_seconds: -2 },
    "Expecting 'interval_seconds' to be non-negative",
  ],
])('the check %j has the error %p', (check, error) => {
  expect(checkError(check)).toBe(error);
});
