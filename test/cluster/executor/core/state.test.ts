import type { ExecutorInput } from '../../../../cluster/executor/core/events';
import { initExecutor } from '../../../../cluster/executor/core/state';
import { playExecutor, TASK } from '../play-executor';

type Player = ReturnType<typeof playExecutor>;

const kill: ExecutorInput = { kind: 'agent.kill', taskId: 't', killPolicy: undefined };
const launch: ExecutorInput = { kind: 'agent.launch', task: TASK };
const exited: ExecutorInput = { kind: 'process.exited', ending: { code: 0 } };

/** Events that bring an executor to a point in the life of its task. */
const LIVES = {
  'without a task': [],
  starting: [launch],
  'starting, to be killed': [launch, kill],
  running: [launch, { kind: 'process.started' }],
  'being killed': [launch, { kind: 'process.started' }, kill],
  ended: [launch, { kind: 'process.started' }, exited],
} satisfies Record<string, readonly ExecutorInput[]>;

/** Events by the name that the table has for them. */
const HAPPENINGS = {
  launch: { kind: 'agent.launch', task: { ...TASK, task_id: { value: 'u' } } },
  kill,
  'kill of another task': { kind: 'agent.kill', taskId: 'u', killPolicy: undefined },
  shutdown: { kind: 'agent.shutdown' },
  started: { kind: 'process.started' },
  'not started': { kind: 'process.failed', reason: 'no program' },
  'exit 0': exited,
  'exit 1': { kind: 'process.exited', ending: { code: 1 } },
  SIGTERM: { kind: 'process.exited', ending: { signal: 'SIGTERM' } },
  checked: { kind: 'health.checked', ok: true, detail: '' },
  disconnected: { kind: 'agent.disconnected', reason: 'gone' },
  'grace is over': { kind: 'woke', timer: 'grace' },
  'time to check': { kind: 'woke', timer: 'health' },
  'time is up': { kind: 'woke', timer: 'completion' },
  'time to leave': { kind: 'woke', timer: 'leave' },
} satisfies Record<string, ExecutorInput>;

type Life = keyof typeof LIVES;
type Happening = keyof typeof HAPPENINGS;

/** The process after an event, and the orders that the executor gives. */
const TABLE: Record<Life, Record<Happening, string>> = {
  'without a task': {
    launch: 'starting | TASK_STARTING | spawn',
    kill: 'none',
    'kill of another task': 'none',
    shutdown: 'none | exit',
    started: 'none',
    'not started': 'none',
    'exit 0': 'none',
    'exit 1': 'none',
    SIGTERM: 'none',
    checked: 'none',
    disconnected: 'none',
    'grace is over': 'none',
    'time to check': 'none',
    'time is up': 'none',
    'time to leave': 'none | exit',
  },
  starting: {
    launch: 'starting | TASK_FAILED: Attempted to run multiple tasks using a "command" executor',
    kill: 'starting',
    'kill of another task': 'starting',
    shutdown: 'starting',
    started: 'running | TASK_RUNNING',
    'not started': 'ended | SIGKILL | TASK_FAILED: no program',
    'exit 0': 'ended | SIGKILL | TASK_FINISHED: Command exited with status 0',
    'exit 1': 'ended | SIGKILL | TASK_FAILED: Command exited with status 1',
    SIGTERM: 'ended | SIGKILL | TASK_FAILED: Command terminated with signal Terminated',
    checked: 'starting',
    disconnected: 'starting',
    'grace is over': 'starting',
    'time to check': 'starting',
    'time is up': 'starting',
    'time to leave': 'starting | exit',
  },
  'starting, to be killed': {
    launch: 'starting | TASK_FAILED: Attempted to run multiple tasks using a "command" executor',
    kill: 'starting',
    'kill of another task': 'starting',
    shutdown: 'starting',
    started: 'running | TASK_RUNNING | SIGTERM',
    'not started': 'ended | SIGKILL | TASK_FAILED: no program',
    'exit 0': 'ended | SIGKILL | TASK_KILLED: Command exited with status 0',
    'exit 1': 'ended | SIGKILL | TASK_KILLED: Command exited with status 1',
    SIGTERM: 'ended | SIGKILL | TASK_KILLED: Command terminated with signal Terminated',
    checked: 'starting',
    disconnected: 'starting',
    'grace is over': 'starting',
    'time to check': 'starting',
    'time is up': 'starting',
    'time to leave': 'starting | exit',
  },
  running: {
    launch: 'running | TASK_FAILED: Attempted to run multiple tasks using a "command" executor',
    kill: 'running | SIGTERM',
    'kill of another task': 'running',
    shutdown: 'running | SIGTERM',
    started: 'running',
    'not started': 'ended | SIGKILL | TASK_FAILED: no program',
    'exit 0': 'ended | SIGKILL | TASK_FINISHED: Command exited with status 0',
    'exit 1': 'ended | SIGKILL | TASK_FAILED: Command exited with status 1',
    SIGTERM: 'ended | SIGKILL | TASK_FAILED: Command terminated with signal Terminated',
    checked: 'running',
    disconnected: 'running',
    'grace is over': 'running',
    'time to check': 'running',
    'time is up': 'running | SIGTERM',
    'time to leave': 'running | exit',
  },
  'being killed': {
    launch: 'running | TASK_FAILED: Attempted to run multiple tasks using a "command" executor',
    kill: 'running',
    'kill of another task': 'running',
    shutdown: 'running',
    started: 'running',
    'not started': 'ended | SIGKILL | TASK_FAILED: no program',
    'exit 0': 'ended | SIGKILL | TASK_KILLED: Command exited with status 0',
    'exit 1': 'ended | SIGKILL | TASK_KILLED: Command exited with status 1',
    SIGTERM: 'ended | SIGKILL | TASK_KILLED: Command terminated with signal Terminated',
    checked: 'running',
    disconnected: 'running',
    'grace is over': 'running',
    'time to check': 'running',
    'time is up': 'running',
    'time to leave': 'running | exit',
  },
  ended: {
    launch: 'ended | TASK_FAILED: Attempted to run multiple tasks using a "command" executor',
    kill: 'ended',
    'kill of another task': 'ended',
    shutdown: 'ended | exit',
    started: 'ended',
    'not started': 'ended',
    'exit 0': 'ended',
    'exit 1': 'ended',
    SIGTERM: 'ended',
    checked: 'ended',
    disconnected: 'ended',
    'grace is over': 'ended',
    'time to check': 'ended',
    'time is up': 'ended',
    'time to leave': 'ended | exit',
  },
};

const CELLS = Object.entries(TABLE).flatMap(([life, row]) =>
  Object.entries(row).map(([happening, outcome]) => ({ life, happening, outcome })),
);

function at(life: Life): Player {
  const player = playExecutor();
  player.subscribed();
  for (const event of LIVES[life]) player.post(event);
  player.take();
  return player;
}

test.each(CELLS)(
  'an executor whose task is $life gets "$happening": $outcome',
  ({ life, happening, outcome }) => {
    const player = at(life as Life);
    player.post(HAPPENINGS[happening as Happening]);
    expect([player.read(({ process }) => process), ...player.take()].join(' | ')).toBe(outcome);
  },
);

test('an executor begins without a connection, a task and updates', () => {
  const times = { startedAt: 0, shutdownGraceMs: 1, recoveryTimeoutMs: 1 };
  const state = initExecutor({ frameworkId: 'f', executorId: 't', seed: 1, ...times });
  expect(state).toMatchObject({ connected: false, task: undefined, process: 'none', killing: undefined });
  expect(state.unacknowledged.size).toBe(0);
});
