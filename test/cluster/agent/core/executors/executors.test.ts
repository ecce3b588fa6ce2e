import { AgentScript } from '../../interpreter';

/** Commands that bring an agent with one task to a point in the life of the task's executor. */
const LIVES = {
  unknown: [],
  registering: ['run web t'],
  running: ['run web t', 'subscribe web t tasks=t'],
  'running, cut off': ['run web t', 'subscribe web t tasks=t', 'closed t'],
  'terminating, told': ['run web t', 'subscribe web t tasks=t', 'shutdownExecutor web t'],
  'terminating, destroyed': ['run web t', 'kill web t'],
  terminated: ['run web t', 'subscribe web t tasks=t', 'update web t TASK_RUNNING', 'exit t'],
  completed: [
    'run web t',
    'subscribe web t tasks=t',
    'update web t TASK_FINISHED',
    'exit t',
    'acknowledge web t',
  ],
} as const;

type Life = keyof typeof LIVES;
type Happening = keyof (typeof TABLE)['unknown'];

/** The life after an event, and the orders that the agent gives. */
const TABLE = {
  unknown: {
    'run web t': 'registering | launch',
    'subscribe web t tasks=t': 'unknown | SHUTDOWN | close: the executor is not wanted',
    'update web t TASK_RUNNING': 'unknown | answer 400 Framework cannot be found',
    'update web t TASK_FINISHED': 'unknown | answer 400 Framework cannot be found',
    'message web t': 'unknown',
    'closed t': 'unknown',
    'fail t': 'unknown',
    'exit t': 'unknown',
    'kill web t': 'unknown | update TASK_LOST Cannot find executor',
    'shutdownExecutor web t': 'unknown',
    'shutdownFramework web': 'unknown',
    'woke executor t': 'unknown',
    'woke destroy t': 'unknown',
    'acknowledge web t': 'unknown',
    drain: 'unknown | draining',
    stop: 'unknown | stopped',
  },
  registering: {
    'run web t': 'registering | refused | update TASK_FAILED Task t is already here',
    'subscribe web t tasks=t': 'running, connected | SUBSCRIBED | LAUNCH',
    'update web t TASK_RUNNING': 'registering | answer 403 Executor is not subscribed',
    'update web t TASK_FINISHED': 'registering | answer 403 Executor is not subscribed',
    'message web t': 'registering',
    'closed t': 'registering',
    'fail t': 'terminated | update TASK_FAILED Failed to launch container: no space left',
    'exit t': 'terminated | update TASK_FAILED done',
    'kill web t': 'terminating | update TASK_KILLED Killed before delivery to the executor | destroy',
    'shutdownExecutor web t': 'terminating | destroy',
    'shutdownFramework web': 'terminating | destroy',
    'woke executor t': 'terminating | destroy',
    'woke destroy t': 'registering',
    'acknowledge web t': 'registering',
    drain: 'terminating | draining | update TASK_KILLED Killed before delivery to the executor | destroy',
    stop: 'terminating | destroy',
  },
  running: {
    'run web t':
      'running, connected | refused | update TASK_FAILED latest=TASK_STAGING Task t is already here',
    'subscribe web t tasks=t': 'running, connected | close: subscribed anew | SUBSCRIBED',
    'update web t TASK_RUNNING': 'running, connected | answer 202 | ACKNOWLEDGED | update TASK_RUNNING',
    'update web t TASK_FINISHED': 'running, connected | answer 202 | ACKNOWLEDGED | update TASK_FINISHED',
    'message web t': 'running, connected | MESSAGE',
    'closed t': 'running',
    'fail t':
      'terminated | update TASK_FAILED Failed to launch container: no space left | close: the executor has terminated',
    'exit t': 'terminated | update TASK_FAILED done | close: the executor has terminated',
    'kill web t': 'running, connected | KILL',
    'shutdownExecutor web t': 'terminating, connected | SHUTDOWN',
    'shutdownFramework web': 'terminating, connected | SHUTDOWN',
    'woke executor t': 'running, connected',
    'woke destroy t': 'running, connected',
    'acknowledge web t': 'running, connected',
    drain: 'running, connected | draining | KILL',
    stop: 'terminating, connected | SHUTDOWN',
  },
  'running, cut off': {
    'run web t': 'running | refused | update TASK_FAILED latest=TASK_STAGING Task t is already here',
    'subscribe web t tasks=t': 'running, connected | SUBSCRIBED',
    'update web t TASK_RUNNING': 'running | answer 202 | update TASK_RUNNING',
    'update web t TASK_FINISHED': 'running | answer 202 | update TASK_FINISHED',
    'message web t': 'running',
    'closed t': 'running',
    'fail t': 'terminated | update TASK_FAILED Failed to launch container: no space left',
    'exit t': 'terminated | update TASK_FAILED done',
    'kill web t': 'running',
    'shutdownExecutor web t': 'terminating | destroy',
    'shutdownFramework web': 'terminating | destroy',
    'woke executor t': 'running',
    'woke destroy t': 'running',
    'acknowledge web t': 'running',
    drain: 'running | draining',
    stop: 'terminating | destroy',
  },
  'terminating, told': {
    'run web t':
      'terminating, connected | refused | update TASK_FAILED latest=TASK_STAGING Task t is already here',
    'subscribe web t tasks=t': 'terminating, connected | SHUTDOWN | close: the executor is not wanted',
    'update web t TASK_RUNNING': 'terminating, connected | answer 202 | ACKNOWLEDGED | update TASK_RUNNING',
    'update web t TASK_FINISHED': 'terminating, connected | answer 202 | ACKNOWLEDGED | update TASK_FINISHED',
    'message web t': 'terminating, connected',
    'closed t': 'terminating',
    'fail t':
      'terminated | update TASK_FAILED Failed to launch container: no space left | close: the executor has terminated',
    'exit t': 'terminated | update TASK_FAILED done | close: the executor has terminated',
    'kill web t': 'terminating, connected',
    'shutdownExecutor web t': 'terminating, connected',
    'shutdownFramework web': 'terminating, connected',
    'woke executor t': 'terminating, connected',
    'woke destroy t': 'terminating, connected | destroy',
    'acknowledge web t': 'terminating, connected',
    drain: 'terminating, connected | draining',
    stop: 'terminating, connected',
  },
  'terminating, destroyed': {
    'run web t': 'terminating | refused',
    'subscribe web t tasks=t': 'terminating | SHUTDOWN | close: the executor is not wanted',
    'update web t TASK_RUNNING': 'terminating | answer 202',
    'update web t TASK_FINISHED': 'terminating | answer 202',
    'message web t': 'terminating',
    'closed t': 'terminating',
    'fail t': 'terminated',
    'exit t': 'terminated',
    'kill web t': 'terminating',
    'shutdownExecutor web t': 'terminating',
    'shutdownFramework web': 'terminating',
    'woke executor t': 'terminating',
    'woke destroy t': 'terminating | destroy',
    'acknowledge web t': 'terminating',
    drain: 'terminating | draining',
    stop: 'terminating',
  },
  terminated: {
    'run web t': 'terminated | refused',
    'subscribe web t tasks=t': 'terminated | SHUTDOWN | close: the executor is not wanted',
    'update web t TASK_RUNNING': 'terminated | answer 202',
    'update web t TASK_FINISHED': 'terminated | answer 202',
    'message web t': 'terminated',
    'closed t': 'terminated',
    'fail t': 'terminated',
    'exit t': 'terminated',
    'kill web t': 'terminated',
    'shutdownExecutor web t': 'terminated',
    'shutdownFramework web': 'completed',
    'woke executor t': 'terminated',
    'woke destroy t': 'terminated',
    'acknowledge web t': 'terminated | update TASK_FAILED done',
    drain: 'terminated | draining',
    stop: 'terminated | stopped',
  },
  completed: {
    'run web t': 'registering | launch',
    'subscribe web t tasks=t': 'completed | SHUTDOWN | close: the executor is not wanted',
    'update web t TASK_RUNNING': 'completed | answer 400 Framework cannot be found',
    'update web t TASK_FINISHED': 'completed | answer 400 Framework cannot be found',
    'message web t': 'completed',
    'closed t': 'completed',
    'fail t': 'completed',
    'exit t': 'completed',
    'kill web t': 'completed | update TASK_LOST Cannot find executor',
    'shutdownExecutor web t': 'completed',
    'shutdownFramework web': 'completed',
    'woke executor t': 'completed',
    'woke destroy t': 'completed',
    'acknowledge web t': 'completed',
    drain: 'completed | draining',
    stop: 'completed | stopped',
  },
} as const satisfies Record<Life, Record<string, string>>;

const CELLS = Object.entries(TABLE).flatMap(([life, row]) =>
  Object.entries(row).map(([happening, outcome]) => ({ life: life as Life, happening, outcome })),
);

test.each(CELLS)('an executor that is $life gets "$happening": $outcome', ({ life, happening, outcome }) => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', ...LIVES[life]);
  const orders = script.play(happening).filter(isOrder).map(shorten);
  expect([lifeOf(script), ...orders].join(' | ')).toBe(outcome);
});

test('the table has the same events for each life', () => {
  const happenings: readonly Happening[] = Object.keys(TABLE.unknown) as Happening[];
  for (const row of Object.values(TABLE)) expect(Object.keys(row)).toEqual(happenings);
});

/** False for what is only written down. */
const isOrder = (line: string): boolean => !line.startsWith('checkpoint ');

/** Orders without the words that are the same in every cell. */
function shorten(order: string): string {
  return order
    .replace(/^send master@m:5050: StatusUpdate t (TASK_\w+) latest=\1/, 'update $1')
    .replace(/^send master@m:5050: StatusUpdate t (TASK_\w+) /, 'update $1 ')
    .replace(/ REASON_\w+/, '')
    .replace('event executor-t: ', '')
    .replace('close executor-t: ', 'close: ')
    .replace(/^(launch|destroy) t.*/, '$1')
    .replace('warn: draining: every task is killed', 'draining')
    .replace('warn: a task cannot be launched', 'refused');
}

function lifeOf(script: AgentScript): string {
  return script.read((state) => {
    const executors = [...state.frameworks.values()].flatMap((framework) => [
      ...framework.executors.values(),
    ]);
    const [executor] = executors;
    if (executor) return executor.stream === undefined ? executor.state : `${executor.state}, connected`;
    return state.completedFrameworks.size > 0 ? 'completed' : 'unknown';
  });
}

describe('ended executors', () => {
  const run = (...tasks: readonly string[]): AgentScript => {
    const script = new AgentScript();
    script.play('detected', 'advance 1', 'registered', ...tasks.map((task) => `run web ${task}`));
    return script;
  };
  const finish = (script: AgentScript, task: string): void => {
    script.play(`subscribe web ${task}`, `update web ${task} TASK_FINISHED`, `acknowledge web ${task}`);
    script.play(`exit ${task}`);
  };

  it('are kept up to the limit of a framework, the oldest leave first', () => {
    const script = run('t1', 't2', 't3', 't4');
    for (const task of ['t1', 't2', 't3']) finish(script, task);
    const completed = script.read((state) =>
      state.frameworks.get('web')?.completedExecutors.map(({ id }) => id),
    );
    expect(completed).toEqual(['t2', 't3']);
  });

  it('take their framework with them to the completed ones, and come back with it at its next task', () => {
    const script = run('t1');
    finish(script, 't1');
    expect(script.read((state) => [...state.completedFrameworks.keys()])).toEqual(['web']);
    script.play('run web t2');
    const { completed, ended } = script.read((state) => ({
      completed: [...state.completedFrameworks.keys()],
      ended: state.frameworks.get('web')?.completedExecutors.map(({ id }) => id),
    }));
    expect({ completed, ended }).toEqual({ completed: [], ended: ['t1'] });
  });

  it('leave at most 50 completed frameworks', () => {
    const script = new AgentScript();
    script.play('detected', 'advance 1', 'registered');
    for (let index = 0; index < 52; index += 1) {
      const names = `f${index} t${index}`;
      script.play(
        `run ${names}`,
        `subscribe ${names}`,
        `update ${names} TASK_FINISHED`,
        `acknowledge ${names}`,
      );
      script.play(`exit t${index}`);
    }
    const frameworks = script.read((state) => [...state.completedFrameworks.keys()]);
    expect(frameworks).toHaveLength(50);
    expect(frameworks.slice(0, 2)).toEqual(['f2', 'f3']);
  });

  it('end a stop only when the last one is there', () => {
    const script = run('t1', 't2');
    script.play('subscribe web t1', 'subscribe web t2');
    expect(script.play('stop')).toEqual(['event executor-t1: SHUTDOWN', 'event executor-t2: SHUTDOWN']);
    expect(script.play('exit t1')).not.toContain('stopped');
    expect(script.play('exit t2')).toContain('stopped');
  });
});
