import type { HealthCheck } from '../../../../cluster/api/generated/mesos';
import { checked, scheduleCheck, startHealth } from '../../../../cluster/executor/core/health';
import { type ExecutorState, initExecutor } from '../../../../cluster/executor/core/state';
import type { Turn } from '../../../../cluster/executor/core/turn';
import { effectsOf } from '../../../effects-of';
import { TASK } from '../play-executor';

function running(check: Partial<HealthCheck> | undefined): ExecutorState {
  const times = { startedAt: 0, shutdownGraceMs: 3000, recoveryTimeoutMs: 10_000 };
  const state = initExecutor({ frameworkId: 'f', executorId: 't', seed: 1, ...times });
  const health_check = check && { type: 'TCP' as const, ...check };
  return Object.assign(state, {
    connected: true,
    process: 'running' as const,
    task: { ...TASK, health_check },
  });
}

/** The effects of the result of a check. */
const resultOf = (state: ExecutorState, ok: boolean, now: number) =>
  effectsOf(
    state,
    (turn: Turn) => checked(turn, { kind: 'health.checked', ok, detail: 'refused', at: now }),
    now,
  );

/** The updates and signals after each of several checks, a second apart. */
function healthOf(check: Partial<HealthCheck>, results: readonly boolean[], firstAt = 0): string[] {
  const state = running(check);
  effectsOf(state, startHealth);
  return results.map((ok, index) =>
    resultOf(state, ok, firstAt + index * 1000)
      .flatMap((effect) => {
        if (effect.kind === 'update') return [effect.status.healthy ? 'healthy' : 'unhealthy'];
        return effect.kind === 'signal' ? [effect.signal] : [];
      })
      .join(' '),
  );
}

test.each([
  ['no check', undefined, []],
  ['a check without a delay', {}, [15_000]],
  ['a check with a delay', { delay_seconds: 2 }, [2000]],
])('a task with %s is checked first after %j ms', (_name, check, times) => {
  const wakes = effectsOf(running(check), startHealth);
  expect(wakes.map((effect) => effect.kind === 'wake' && effect.at)).toEqual(times);
});

test.each([
  ['is without a check', undefined, {}, 0],
  ['is checked', {}, {}, 1],
  ['has not started', {}, { process: 'starting' as const }, 0],
  ['has ended', {}, { process: 'ended' as const }, 0],
  ['is being killed', {}, { killing: { by: 'kill' as const, until: 1, text: undefined } }, 0],
])('a task that %s gets %j more checks', (_name, check, change, count) => {
  const state = Object.assign(running(check), change);
  expect(effectsOf(state, scheduleCheck)).toHaveLength(count);
  // One check runs at a time.
  expect(effectsOf(state, scheduleCheck)).toEqual([]);
});

const [SOON, LATE] = [{ grace_period_seconds: 5 }, { grace_period_seconds: 0 }];

test.each<
  [checks: string, check: Partial<HealthCheck>, results: readonly boolean[], told: readonly string[]]
>([
  ['changes are told once', SOON, [true, true, true], ['healthy', '', '']],
  ['failures in the grace period do not count', SOON, [false, false, true], ['', '', 'healthy']],
  ['failures after it do', LATE, [false, false], ['unhealthy', 'unhealthy']],
  ['a success ends the grace period', SOON, [true, false], ['healthy', 'unhealthy']],
  ['three in a row kill', LATE, [false, false, false], ['unhealthy', 'unhealthy', 'unhealthy SIGTERM']],
  [
    'a success starts the count anew',
    LATE,
    [false, false, true, false],
    ['unhealthy', 'unhealthy', 'healthy', 'unhealthy'],
  ],
  ['the limit can be lower', { ...LATE, consecutive_failures: 1 }, [false], ['unhealthy SIGTERM']],
  ['zero is one', { ...LATE, consecutive_failures: 0 }, [false], ['unhealthy SIGTERM']],
])('%s', (_name, check, results, told) => {
  expect(healthOf(check, results)).toEqual(told);
});

test('the next check comes after the interval, and none after the end', () => {
  const state = running({ interval_seconds: 7 });
  expect(resultOf(state, true, 1000).at(-1)).toEqual({ kind: 'wake', timer: 'health', at: 8000 });
  state.process = 'ended';
  expect(resultOf(state, true, 8000)).toEqual([]);
});
