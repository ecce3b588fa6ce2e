import { emptyStatus, failureOf, isSameStatus } from '../../../../cluster/executor/core/check-status';

test.each([
  ['COMMAND', { type: 'COMMAND', command: {} }],
  ['HTTP', { type: 'HTTP', http: {} }],
  ['TCP', { type: 'TCP', tcp: {} }],
] as const)('the status of a %s check without a result has its type', (type, status) => {
  expect(emptyStatus({ type })).toEqual(status);
});

test.each([
  [{ command: { exit_code: 0 } }, undefined],
  [{ command: { exit_code: 3 } }, 'Command exited with status 3'],
  [{ http: { status_code: 199 } }, 'Unexpected HTTP response code: 199'],
  [{ http: { status_code: 200 } }, undefined],
  [{ http: { status_code: 399 } }, undefined],
  [{ http: { status_code: 400 } }, 'Unexpected HTTP response code: 400'],
  [{ tcp: { succeeded: true } }, undefined],
  [{ tcp: { succeeded: false } }, 'TCP connection failed'],
])('%j is unhealthy for the reason %s', (status, reason) => {
  expect(failureOf(status)).toBe(reason);
});

test('a status is the same when its result is', () => {
  const result = (exit_code?: number) => ({ type: 'COMMAND', command: { exit_code } }) as const;
  expect(isSameStatus(result(1), result(1))).toBe(true);
  expect(isSameStatus(result(1), result(2))).toBe(false);
  expect(isSameStatus(result(), result(0))).toBe(false);
  expect(isSameStatus({ http: { status_code: 200 } }, { http: { status_code: 201 } })).toBe(false);
  expect(isSameStatus({ tcp: { succeeded: true } }, { tcp: { succeeded: false } })).toBe(false);
});
