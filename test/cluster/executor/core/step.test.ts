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
/** Where the task is in each life. */
const UNMOVED = ['none', 'starting', 'starting', 'running', 'running', 'none'];

/** The end of a task by itself; one that is to be killed has been killed. */
function endsAs(state: string, message: string): readonly string[] {
  const itself = `none | t ${state}: ${message}`;
  const killed = `none | t TASK_KILLED: ${message}`;
  return ['none', itself, killed, itself, killed, 'none'];
}

/**
 * The task after an event, and the orders that the executor gives, a column for each life. A cell that has only where the task
 * is says that nothing is ordered.
 */
const COLUMNS: readonly Life[] = Object.keys(LIVES) as Life[];
const TABLE: Record<Happening, readonly string[]> = {
  launch: [
    'none | u TASK_STARTING | run u as root',
    ...['starting', 'starting', 'running', 'running', 'none'].map((process) => `${process} | ${SECOND}`),
  ],
  kill: ['none', 'starting', 'starting', 'running | SIGTERM t', 'running', 'none'],
  'kill of another task': UNMOVED,
  shutdown: ['none | exit', 'starting', 'starting', 'running | SIGTERM t', 'running', 'none'],
  started: [
    'none',
    'running | t TASK_RUNNING',
    'running | t TASK_RUNNING | SIGTERM t',
    ...['running', 'running', 'none'],
  ],
  'not started': ['none', ...Array(4).fill(`none | ${NO_PROGRAM}`), 'none'],
  'exit 0': endsAs('TASK_FINISHED', EXIT_0),
  'exit 1': endsAs('TASK_FAILED', EXIT_1),
  SIGTERM: endsAs('TASK_FAILED', TERMINATED),
  checked: UNMOVED,
  disconnected: UNMOVED,
  'grace is over': UNMOVED,
  'time to check': UNMOVED,
  'time is up': ['none', 'starting', 'starting', 'running | SIGTERM t', 'running', 'none'],
  'time to leave': ['none | exit', 'starting', 'starting', 'running', 'running', 'none | exit'],
};

const CELLS = Object.entries(TABLE).flatMap(([happening, row]) =>
  COLUMNS.map((life, column) => ({ life, happening, outcome: row[column] ?? 'no cell' })),
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
    const player = executorIn(life);
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
