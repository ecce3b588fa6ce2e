import type { HealthCheck } from '../../../../cluster/api/generated/mesos';
import { playExecutor, TASK } from '../play-executor';

function healthy(check: HealthCheck) {
  const player = playExecutor();
  player.start({ ...TASK, health_check: check });
  return player;
}

test('the defaults are those of the original', () => {
  const { clock, take, post } = healthy({ type: 'TCP', tcp: { port: 1 } });
  const fail = (): void =>
    post({ kind: 'task.checked', taskId: 't', checker: 'health', result: { error: 'no' } });
  clock.advance(14_999);
  expect(take()).toEqual([]);
  clock.advance(1);
  expect(take()).toEqual(['health t: 127.0.0.1:1 within 20s']);
  for (const _failure of [1, 2]) {
    fail();
    expect(take()).toEqual(['t TASK_RUNNING healthy=false TASK_HEALTH_CHECK_STATUS_UPDATED: no']);
    clock.advance(10_000);
    expect(take()).toContain('health t: 127.0.0.1:1 within 20s');
  }
  fail();
  expect(take()).toContain('SIGTERM t');
});

test.each([
  [0, 0],
  [0, 1],
])('with a grace period of %i and %i failures allowed the first failure kills', (grace, failures) => {
  const { clock, take, post } = healthy({
    type: 'COMMAND',
    command: { value: 'x' },
    delay_seconds: 0,
    grace_period_seconds: grace,
    consecutive_failures: failures,
    timeout_seconds: 0,
  });
  clock.advance(0);
  expect(take()).toEqual(['health t: x']);
  post({ kind: 'task.checked', taskId: 't', checker: 'health', result: { error: 'no' } });
  expect(take()).toContain('SIGTERM t');
});

test('a health check without a type is that of its command', () => {
  const { clock, take } = healthy({ command: { value: 'x' }, delay_seconds: 0 });
  clock.advance(0);
  expect(take()).toEqual(['health t: x within 20s']);
});

test('the end of the grace period still counts to it', () => {
  const { clock, take, post } = healthy({
    type: 'TCP',
    tcp: { port: 1 },
    delay_seconds: 10,
    grace_period_seconds: 10,
  });
  clock.advance(10_000);
  take();
  post({ kind: 'task.checked', taskId: 't', checker: 'health', result: { error: 'no' } });
  expect(take()).toEqual([]);
});
