import type { ExecutorInput } from '../../../../cluster/executor/core/events';
import { executorMachine } from '../../../../cluster/executor/core/step';
import { BOOT, type Player, playExecutor, TASK, taskOf } from '../play-executor';

const kill: ExecutorInput = { kind: 'agent.kill', taskId: 't', killPolicy: undefined };
const launch: ExecutorInput = { kind: 'agent.launch', task: TASK };
const started: ExecutorInput = { kind: 'task.started', taskId: 't' };
const exit = (end: { code: number } | { signal: string }): ExecutorInput => ({
  kind: 'task.exited',
  taskId: 't',
  end: { status: end },
});

/** Events that bring an executor to a point in the life of its task. */
const LIVES = {
  'without a task': [],
  starting: [launch],
  'starting, to be killed': [launch, kill],
  running: [launch, started],
  'being killed': [launch, started, kill],
  ended: [launch, started, exit({ code: 0 })],
} satisfies Record<string, readonly ExecutorInput[]>;

/** Events by the name that the table has for them. */
const HAPPENINGS = {
  launch: { kind: 'agent.launch', task: taskOf('u') },
  kill,
  'kill of another task': { kind: 'agent.kill', taskId: 'u', killPolicy: undefined },
  shutdown: { kind: 'agent.shutdown' },
  started,
  'not started': { kind: 'task.failed', taskId: 't', reason: 'no program' },
  'exit 0': exit({ code: 0 }),
  'exit 1': exit({ code: 1 }),
  SIGTERM: exit({ signal: 'SIGTERM' }),
  checked: { kind: 'task.checked', taskId: 't', checker: 'health', result: { error: 'no' } },
  disconnected: { kind: 'agent.disconnected', reason: 'gone' },
  'grace is over': { kind: 'woke', timer: 'grace t' },
  'time to check': { kind: 'woke', timer: 'health t' },
  'time is up': { kind: 'woke', timer: 'completion t' },
  'time to leave': { kind: 'woke', timer: 'leave' },
} satisfies Record<string, ExecutorInput>;

type Life = keyof typeof LIVES;
type Happening = keyof typeof HAPPENINGS;

const SECOND = 'u TASK_FAILED: Attempted to run multiple tasks using a "command" executor';
const NO_PROGRAM = 't TASK_FAILED CONTAINER_LAUNCH_FAILED: no program';
const EXIT_0 = 'Command exited with status 0';
const EXIT_1 = 'Command exited with status 1';
const TERMINATED = 'Command terminated with signal Terminated';

/** The task after an event, and the orders that the executor gives. */
const TABLE: Record<Life, Record<Happening, string>> = {
  'without a task': {
    launch: 'none | u TASK_STARTING | run u as root',
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
    launch: `starting | ${SECOND}`,
    kill: 'starting',
    'kill of another task': 'starting',
    shutdown: 'starting',
    started: 'running | t TASK_RUNNING',
    'not started': `none | ${NO_PROGRAM}`,
    'exit 0': `none | t TASK_FINISHED: ${EXIT_0}`,
    'exit 1': `none | t TASK_FAILED: ${EXIT_1}`,
    SIGTERM: `none | t TASK_FAILED: ${TERMINATED}`,
    checked: 'starting',
    disconnected: 'starting',
    'grace is over': 'starting',
    'time to check': 'starting',
    'time is up': 'starting',
    'time to leave': 'starting',
  },
  'starting, to be killed': {
    launch: `starting | ${SECOND}`,
    kill: 'starting',
    'kill of another task': 'starting',
    shutdown: 'starting',
    started: 'running | t TASK_RUNNING | SIGTERM t',
    'not started': `none | ${NO_PROGRAM}`,
    'exit 0': `none | t TASK_KILLED: ${EXIT_0}`,
    'exit 1': `none | t TASK_KILLED: ${EXIT_1}`,
    SIGTERM: `none | t TASK_KILLED: ${TERMINATED}`,
    checked: 'starting',
    disconnected: 'starting',
    'grace is over': 'starting',
    'time to check': 'starting',
    'time is up': 'starting',
    'time to leave': 'starting',
  },
  running: {
    launch: `running | ${SECOND}`,
    kill: 'running | SIGTERM t',
    'kill of another task': 'running',
    shutdown: 'running | SIGTERM t',
    started: 'running',
    'not started': `none | ${NO_PROGRAM}`,
    'exit 0': `none | t TASK_FINISHED: ${EXIT_0}`,
    'exit 1': `none | t TASK_FAILED: ${EXIT_1}`,
    SIGTERM: `none | t TASK_FAILED: ${TERMINATED}`,
    checked: 'running',
    disconnected: 'running',
    'grace is over': 'running',
    'time to check': 'running',
    'time is up': 'running | SIGTERM t',
    'time to leave': 'running',
  },
  'being killed': {
    launch: `running | ${SECOND}`,
    kill: 'running',
    'kill of another task': 'running',
    shutdown: 'running',
    started: 'running',
    'not started': `none | ${NO_PROGRAM}`,
    'exit 0': `none | t TASK_KILLED: ${EXIT_0}`,
    'exit 1': `none | t TASK_KILLED: ${EXIT_1}`,
    SIGTERM: `none | t TASK_KILLED: ${TERMINATED}`,
    checked: 'running',
    disconnected: 'running',
    'grace is over': 'running',
    'time to check': 'running',
    'time is up': 'running',
    'time to leave': 'running',
  },
  ended: {
    launch: `none | ${SECOND}`,
    kill: 'none',
    'kill of another task': 'none',
    shutdown: 'none',
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
};

const CELLS = Object.entries(TABLE).flatMap(([life, row]) =>
  Object.entries(row).map(([happening, outcome]) => ({ life, happening, outcome })),
);

function executorIn(life: Life): Player {
  const player = playExecutor();
  player.subscribed();
  for (const event of LIVES[life]) player.post(event);
  player.take();
  return player;
}

test.each(CELLS)(
  'an executor whose task is $life gets "$happening": $outcome',
  ({ life, happening, outcome }) => {
    const player = executorIn(life as Life);
    player.post(HAPPENINGS[happening as Happening]);
    const process = player.read(({ tasks }) => tasks.get('t')?.process ?? 'none');
    expect([process, ...player.take()].join(' | ')).toBe(outcome);
  },
);

test('a timer that nobody declares is a broken assumption', () => {
  const state = executorMachine.init(BOOT);
  const woken = () => executorMachine.step(state, { kind: 'woke', at: 0, timer: 'unheard of' });
  expect(woken).toThrow('there is no timer unheard');
});
