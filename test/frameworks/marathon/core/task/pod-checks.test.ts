import type { PodProbe } from '../../../../../frameworks/marathon/api/pod';
import { podCheck, podHealthCheck } from '../../../../../frameworks/marathon/core/task/pod-checks';
import { pod } from '../../pods';

const BRIDGE = pod({ networks: [{ mode: 'container/bridge', labels: {} }] });
const ENDPOINTS = [
  { name: 'http', hostPort: 31_000, containerPort: 80, protocol: ['tcp'], labels: {}, networkNames: [] },
];
const TIMING = { intervalSeconds: 2, timeoutSeconds: 3, delaySeconds: 4 };

function healthCheck(probe: PodProbe, definition = pod()) {
  const check = { ...TIMING, gracePeriodSeconds: 1, maxConsecutiveFailures: 5, ...probe };
  return podHealthCheck({ pod: definition, endpoints: ENDPOINTS }, check);
}

const WIRE = { delay_seconds: 4, interval_seconds: 2, timeout_seconds: 3 };
const HEALTH_WIRE = { ...WIRE, grace_period_seconds: 1, consecutive_failures: 5 };

test('health checks look at the port that the process listens on', () => {
  const http = { http: { endpoint: 'http', path: '/ok', scheme: 'HTTPS' as const } };
  expect(healthCheck(http)).toEqual({
    ...HEALTH_WIRE,
    type: 'HTTP',
    http: { port: 31_000, protocol: 'IPv4', scheme: 'https', path: '/ok' },
  });
  expect(healthCheck({ http: { endpoint: 'http', scheme: 'HTTP' } }, BRIDGE)?.http).toEqual({
    port: 80,
    protocol: 'IPv4',
    scheme: 'http',
  });
  expect(healthCheck({ tcp: { endpoint: 'http' } }, BRIDGE)).toEqual({
    ...HEALTH_WIRE,
    type: 'TCP',
    tcp: { port: 80, protocol: 'IPv4' },
  });
  expect(healthCheck({ tcp: { endpoint: 'none' } })).toBeUndefined();
});

test('a command is a line for the shell or a program with its arguments', () => {
  expect(healthCheck({ exec: { command: { shell: 'true' } } })).toEqual({
    ...HEALTH_WIRE,
    type: 'COMMAND',
    command: { shell: true, value: 'true' },
  });
  expect(healthCheck({ exec: { command: { argv: ['/bin/test', '-e', 'x'] } } })?.command).toEqual({
    shell: false,
    value: '/bin/test',
    arguments: ['/bin/test', '-e', 'x'],
  });
});

test('checks have no threshold of failures', () => {
  const check = (probe: PodProbe) => podCheck({ pod: pod(), endpoints: ENDPOINTS }, { ...TIMING, ...probe });
  expect(check({ http: { endpoint: 'http', path: '/', scheme: 'HTTP' } })).toEqual({
    ...WIRE,
    type: 'HTTP',
    http: { port: 31_000, path: '/' },
  });
  expect(check({ tcp: { endpoint: 'http' } })?.tcp).toEqual({ port: 31_000 });
  expect(check({ exec: { command: { shell: 'true' } } })?.command).toEqual({
    command: { shell: true, value: 'true' },
  });
  expect(check({ tcp: { endpoint: 'none' } })).toBeUndefined();
});
