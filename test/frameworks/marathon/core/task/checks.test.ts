import { isLeaderCheck, mesosHealthCheck } from '../../../../../frameworks/marathon/core/task/checks';
import { taskPorts } from '../../../../../frameworks/marathon/core/task/ports';
import { app } from '../../fake-cluster';

function checkOf(...healthChecks: readonly object[]) {
  const definition = app({ portDefinitions: [{ port: 0 }, { port: 0 }], healthChecks });
  return mesosHealthCheck(definition, taskPorts(definition, [31_000, 31_001]));
}

test.each([
  ['HTTP', true],
  ['HTTPS', true],
  ['TCP', true],
  ['COMMAND', false],
  ['MESOS_HTTP', false],
  ['MESOS_HTTPS', false],
  ['MESOS_TCP', false],
])('Marathon itself makes a check by %s: %s', (protocol, isOurs) => {
  const command = protocol === 'COMMAND' ? { command: { value: 'true' } } : { portIndex: 0 };
  const [check] = app({
    portDefinitions: [{ port: 0 }],
    healthChecks: [{ protocol, ...command }],
  }).healthChecks;
  expect(check && isLeaderCheck(check)).toBe(isOurs);
});

test.each<[check: object, sent: object | undefined]>([
  [{ protocol: 'HTTP' }, undefined],
  [
    { protocol: 'COMMAND', command: { value: 'true' } },
    { type: 'COMMAND', command: { shell: true, value: 'true' } },
  ],
  [
    { protocol: 'MESOS_TCP', portIndex: 1 },
    { type: 'TCP', tcp: { port: 31_001 } },
  ],
  [
    { protocol: 'MESOS_TCP', port: 9 },
    { type: 'TCP', tcp: { port: 9 } },
  ],
  [
    { protocol: 'MESOS_HTTP', portIndex: 0, path: '/up' },
    { type: 'HTTP', http: { port: 31_000, scheme: 'http', path: '/up' } },
  ],
  [
    { protocol: 'MESOS_HTTPS', portIndex: 0 },
    { type: 'HTTP', http: { scheme: 'https', path: '/' } },
  ],
])('the check %j is for Mesos %j', (check, sent) => {
  if (sent === undefined) expect(checkOf(check)).toBeUndefined();
  else expect(checkOf(check)).toMatchObject(sent);
});

test('times go along, and only the first check that Mesos can make', () => {
  const timing = {
    delaySeconds: 1,
    intervalSeconds: 2,
    timeoutSeconds: 3,
    gracePeriodSeconds: 4,
    maxConsecutiveFailures: 5,
  };
  const first = { protocol: 'MESOS_TCP', portIndex: 0, ...timing };
  expect(checkOf({ protocol: 'TCP' }, first, { protocol: 'MESOS_TCP', portIndex: 1 })).toMatchObject({
    delay_seconds: 1,
    interval_seconds: 2,
    timeout_seconds: 3,
    grace_period_seconds: 4,
    consecutive_failures: 5,
    tcp: { port: 31_000 },
  });
});
