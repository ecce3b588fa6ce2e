import type { HealthCheck } from '../../../../cluster/api/generated/mesos';
import { executorMachine } from '../../../../cluster/executor/core/step';
import { playExecutor as play, TASK } from '../play-executor';

test('a launch is STARTING, then RUNNING once the process is there', () => {
  const { post, take, subscribed } = play();
  subscribed();
  post({ kind: 'agent.launch', task: TASK });
  expect(take()).toEqual(['TASK_STARTING', 'spawn']);
  post({ kind: 'process.started' });
  expect(take()).toEqual(['TASK_RUNNING']);
});

test.each([
  [{ code: 0 }, 'TASK_FINISHED: Command exited with status 0'],
  [{ code: 2 }, 'TASK_FAILED: Command exited with status 2'],
  [{ signal: 'SIGSEGV' }, 'TASK_FAILED: Command terminated with signal Segmentation fault'],
])(
  'an ending %j is told as %s, the rest of its processes is ended, and the executor leaves when that is known',
  (ending, line) => {
    const { post, take, start, acknowledge } = play();
    start();
    post({ kind: 'process.exited', ending });
    expect(take()).toEqual(['SIGKILL', line]);
    acknowledge();
    expect(take()).toEqual(['exit']);
  },
);

test('a command that cannot be started fails the task', () => {
  const { post, take, subscribed } = play();
  subscribed();
  post({ kind: 'agent.launch', task: TASK });
  post({ kind: 'process.failed', reason: 'no such program' });
  expect(take()).toEqual(['TASK_STARTING', 'spawn', 'SIGKILL', 'TASK_FAILED: no such program']);
});

test('a kill sends SIGTERM and, after the grace of 3 seconds, SIGKILL; a later kill can only shorten that', () => {
  const { clock, post, take, start } = play({ capabilities: [{ type: 'TASK_KILLING_STATE' }] });
  start();
  post({ kind: 'agent.kill', taskId: 't', killPolicy: { grace_period: { nanoseconds: 60e9 } } });
  expect(take()).toEqual(['TASK_KILLING', 'SIGTERM']);
  post({ kind: 'agent.kill', taskId: 't', killPolicy: { grace_period: { nanoseconds: 90e9 } } });
  post({ kind: 'agent.kill', taskId: 't', killPolicy: undefined });
  clock.advance(2999);
  expect(take().filter((line) => line === 'SIGKILL')).toEqual([]);
  clock.advance(1);
  expect(take()).toContain('SIGKILL');
  post({ kind: 'process.exited', ending: { signal: 'SIGKILL' } });
  expect(take()).toEqual(['SIGKILL', 'TASK_KILLED: Command terminated with signal Killed']);
});

test('a task that exits with 0 after a kill is KILLED, and one told to shut down without a task just leaves', () => {
  const { post, take, start } = play();
  start();
  post({ kind: 'agent.kill', taskId: 'other', killPolicy: undefined });
  expect(take()).toEqual([]);
  post({ kind: 'agent.kill', taskId: 't', killPolicy: undefined });
  post({ kind: 'process.exited', ending: { code: 0 } });
  expect(take()).toEqual(['SIGTERM', 'SIGKILL', 'TASK_KILLED: Command exited with status 0']);
  const idle = play();
  idle.subscribed();
  idle.post({ kind: 'agent.shutdown' });
  expect(idle.take()).toEqual(['exit']);
});

test('a second task is refused', () => {
  const { post, take, start } = play();
  start();
  post({ kind: 'agent.launch', task: { ...TASK, task_id: { value: 'u' } } });
  expect(take()).toEqual(['TASK_FAILED: Attempted to run multiple tasks using a "command" executor']);
});

test('unacknowledged updates are sent again, go along with a new subscription, and a lost agent ends the task', () => {
  const { clock, post, take, subscribed } = play();
  subscribed();
  post({ kind: 'agent.launch', task: TASK });
  take();
  clock.advance(5000);
  expect(take()).toEqual(['TASK_STARTING']);
  post({ kind: 'agent.disconnected', reason: 'gone' });
  clock.advance(500);
  expect(take()).toEqual(['subscribe with 1']);
  clock.advance(10_000);
  post({ kind: 'agent.disconnected', reason: 'still gone' });
  expect(take()).toEqual(['SIGKILL', 'exit']);
});

test('max_completion_time ends the task as FAILED', () => {
  const { clock, post, take, start } = play();
  start({ ...TASK, max_completion_time: { nanoseconds: 7e9 } });
  clock.advance(7000);
  expect(take()).toEqual(['SIGTERM']);
  post({ kind: 'process.exited', ending: { signal: 'SIGTERM' } });
  expect(take()).toEqual(['SIGKILL', 'TASK_FAILED: Command terminated with signal Terminated']);
});

describe('health checks', () => {
  const check: HealthCheck = {
    type: 'TCP',
    tcp: { port: 1 },
    delay_seconds: 1,
    interval_seconds: 2,
    grace_period_seconds: 5,
    consecutive_failures: 2,
  };

  function healthy() {
    const played = play();
    played.start({ ...TASK, health_check: check });
    const result = (ok: boolean): string[] => {
      played.post({ kind: 'health.checked', ok, detail: 'refused' });
      return played.take();
    };
    return { ...played, result };
  }

  it('is done after the delay and then at its interval, and told when it changes', () => {
    const { clock, take, result } = healthy();
    clock.advance(1000);
    expect(take()).toEqual(['check']);
    expect(result(true)).toEqual(['TASK_RUNNING healthy=true']);
    clock.advance(2000);
    expect(take()).toEqual(['check']);
    expect(result(true)).toEqual([]);
  });

  it('ignores failures in its grace, tells those after, and kills at the limit', () => {
    const { clock, take, result, post } = healthy();
    clock.advance(1000);
    expect(result(false)).toEqual(['check']);
    clock.advance(5000);
    take();
    expect(result(false)).toEqual(['TASK_RUNNING healthy=false: refused']);
    clock.advance(2000);
    take();
    expect(result(false)).toEqual(['TASK_RUNNING healthy=false: refused', 'SIGTERM']);
    post({ kind: 'process.exited', ending: { signal: 'SIGTERM' } });
    expect(take()).toEqual([
      'SIGKILL',
      'TASK_KILLED healthy=false: Task health check failed 2 times in a row: refused',
    ]);
  });
});

test('a timer that nobody declares is a broken assumption', () => {
  const boot = { frameworkId: 'f', executorId: 't', seed: 1, startedAt: 0 };
  const state = executorMachine.init({ ...boot, shutdownGraceMs: 3000, recoveryTimeoutMs: 10_000 });
  const woken = () => executorMachine.step(state, { kind: 'woke', at: 0, timer: 'unheard of' });
  expect(woken).toThrow('there is no timer unheard');
});
