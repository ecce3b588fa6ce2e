import { MasterScript } from '../../interpreter';

const TASK = ['start', 'agent a', 'framework web caps=PARTITION_AWARE', 'advance 1', 'accept web O0 t1'];

/** Commands that bring an agent, M-S0 at `a`, with a task to a point in its life. */
const LIVES = {
  unknown: ['start'],
  arriving: ['start', 'hold', 'agent a'],
  registered: TASK,
  disconnected: [...TASK, 'exited a'],
  leaving: [...TASK, 'hold', 'unregister a M-S0'],
  removed: [...TASK, 'unregister a M-S0'],
  unreachable: [...TASK, 'dead a', 'advance 90'],
  gone: [...TASK, 'markGone M-S0'],
  recovered: [...TASK, 'restart'],
} as const;

type Life = keyof typeof LIVES;

const HAPPENINGS = [
  'agent a',
  'reagent a M-S0 tasks=web/t1 frameworks=web',
  'reagent b M-S0 tasks=web/t1 frameworks=web',
  'reagent a M-S0',
  'exited a',
  'pong a',
  'unregister a M-S0',
  'markGone M-S0',
  'advance 600',
] as const;

/** The place of the agent after an event, and the answer of the master. */
const TABLE = {
  unknown: {
    'agent a': 'registered at a | store | link a | send a: SlaveRegistered M-S0',
    'reagent a M-S0 tasks=web/t1 frameworks=web': 'registered at a | store | link a | welcome a',
    'reagent b M-S0 tasks=web/t1 frameworks=web': 'registered at b | store | link b | welcome b',
    'reagent a M-S0': 'registered at a | store | link a | welcome a',
    'exited a': 'unknown',
    'pong a': 'unknown',
    'unregister a M-S0': 'unknown',
    'markGone M-S0': "unknown | answer 404 Agent 'M-S0' not found",
    'advance 600': 'unknown',
  },
  arriving: {
    'agent a': 'arriving',
    'reagent a M-S0 tasks=web/t1 frameworks=web': 'arriving',
    'reagent b M-S0 tasks=web/t1 frameworks=web': 'arriving',
    'reagent a M-S0': 'arriving',
    'exited a': 'arriving',
    'pong a': 'arriving',
    'unregister a M-S0': 'arriving',
    'markGone M-S0': "arriving | answer 404 Agent 'M-S0' not found",
    'advance 600': 'arriving',
  },
  registered: {
    'agent a': 'registered at a | send a: SlaveRegistered M-S0',
    'reagent a M-S0 tasks=web/t1 frameworks=web':
      'registered at a | link a | welcome a | send a: UpdateFramework',
    'reagent b M-S0 tasks=web/t1 frameworks=web': 'registered at a | send b: Shutdown',
    'reagent a M-S0': 'registered at a | link a | welcome a, without t1',
    'exited a': 'disconnected',
    'pong a': 'registered at a',
    'unregister a M-S0': 'unknown | store | UPDATE t1 TASK_LOST | FAILURE M-S0',
    'markGone M-S0':
      'gone | store | answer 200 | send a: Shutdown | UPDATE t1 TASK_GONE_BY_OPERATOR | FAILURE M-S0',
    'advance 600': 'registered at a',
  },
  disconnected: {
    'agent a':
      'unknown | store | UPDATE t1 TASK_LOST | FAILURE M-S0 | store | link a | send a: SlaveRegistered M-S1',
    'reagent a M-S0 tasks=web/t1 frameworks=web':
      'registered at a | link a | welcome a | send a: UpdateFramework',
    'reagent b M-S0 tasks=web/t1 frameworks=web': 'disconnected | send b: Shutdown',
    'reagent a M-S0': 'registered at a | link a | welcome a, without t1',
    'exited a': 'disconnected',
    'pong a': 'disconnected',
    'unregister a M-S0': 'unknown | store | UPDATE t1 TASK_LOST | FAILURE M-S0',
    'markGone M-S0':
      'gone | store | answer 200 | send a: Shutdown | UPDATE t1 TASK_GONE_BY_OPERATOR | FAILURE M-S0',
    'advance 600': 'unreachable | store | UPDATE t1 TASK_UNREACHABLE | FAILURE M-S0',
  },
  leaving: {
    'agent a': 'leaving to be removed | send a: SlaveRegistered M-S0',
    'reagent a M-S0 tasks=web/t1 frameworks=web': 'leaving to be removed',
    'reagent b M-S0 tasks=web/t1 frameworks=web': 'leaving to be removed',
    'reagent a M-S0': 'leaving to be removed',
    'exited a': 'leaving to be removed',
    'pong a': 'leaving to be removed',
    'unregister a M-S0': 'leaving to be removed',
    'markGone M-S0': "leaving to be removed | answer 503 Agent 'M-S0' is being transitioned to removed",
    'advance 600': 'leaving to be removed',
  },
  removed: {
    'agent a': 'unknown | store | link a | send a: SlaveRegistered M-S1',
    'reagent a M-S0 tasks=web/t1 frameworks=web':
      'registered at a | store | UPDATE t1 TASK_RUNNING | link a | welcome a | send a: UpdateFramework',
    'reagent b M-S0 tasks=web/t1 frameworks=web':
      'registered at b | store | UPDATE t1 TASK_RUNNING | link b | welcome b | send b: UpdateFramework',
    'reagent a M-S0': 'registered at a | store | link a | welcome a',
    'exited a': 'unknown',
    'pong a': 'unknown',
    'unregister a M-S0': 'unknown',
    'markGone M-S0': "unknown | answer 404 Agent 'M-S0' not found",
    'advance 600': 'unknown',
  },
  unreachable: {
    'agent a': 'unreachable | store | link a | send a: SlaveRegistered M-S1',
    'reagent a M-S0 tasks=web/t1 frameworks=web':
      'registered at a | store | UPDATE t1 TASK_RUNNING | link a | welcome a | send a: UpdateFramework',
    'reagent b M-S0 tasks=web/t1 frameworks=web':
      'registered at b | store | UPDATE t1 TASK_RUNNING | link b | welcome b | send b: UpdateFramework',
    'reagent a M-S0': 'registered at a | store | link a | welcome a',
    'exited a': 'unreachable',
    'pong a': 'unreachable',
    'unregister a M-S0': 'unreachable',
    'markGone M-S0': 'gone | store | answer 200 | UPDATE t1 TASK_GONE_BY_OPERATOR',
    'advance 600': 'unreachable',
  },
  gone: {
    'agent a': 'gone | store | link a | send a: SlaveRegistered M-S1',
    'reagent a M-S0 tasks=web/t1 frameworks=web': 'gone | send a: Shutdown',
    'reagent b M-S0 tasks=web/t1 frameworks=web': 'gone | send b: Shutdown',
    'reagent a M-S0': 'gone | send a: Shutdown',
    'exited a': 'gone',
    'pong a': 'gone',
    'unregister a M-S0': 'gone',
    'markGone M-S0': 'gone | answer 200',
    'advance 600': 'gone',
  },
  recovered: {
    'agent a': 'recovered | store | link a | send a: SlaveRegistered M2-S0',
    'reagent a M-S0 tasks=web/t1 frameworks=web': 'registered at a | link a | welcome a',
    'reagent b M-S0 tasks=web/t1 frameworks=web': 'registered at b | store | link b | welcome b',
    'reagent a M-S0': 'registered at a | link a | welcome a',
    'exited a': 'recovered',
    'pong a': 'recovered',
    'unregister a M-S0': 'recovered',
    'markGone M-S0': 'gone | store | answer 200',
    'advance 600': 'unreachable | store',
  },
} as const satisfies Record<Life, Record<(typeof HAPPENINGS)[number], string>>;

const CELLS = Object.entries(TABLE).flatMap(([life, row]) =>
  Object.entries(row).map(([happening, outcome]) => ({ life: life as Life, happening, outcome })),
);

test.each(CELLS)('an agent that is $life gets "$happening": $outcome', ({ life, happening, outcome }) => {
  const script = new MasterScript();
  script.play(...LIVES[life]);
  const orders = script.play(happening).filter((line) => !/OFFERS|PingSlave/.test(line));
  expect([placeOf(script), ...orders.map(shorten)].join(' | ')).toBe(outcome);
});

function placeOf({ state }: MasterScript): string {
  const agent = state.agents.get('M-S0');
  if (state.leaving.has('M-S0')) return `leaving to be ${state.leaving.get('M-S0')}`;
  if (agent)
    return agent.connected ? `registered at ${agent.pid.replace(/.*@(\w).*/, '$1')}` : 'disconnected';
  if (state.registry.gone.has('M-S0')) return 'gone';
  if (state.registry.unreachable.has('M-S0')) return 'unreachable';
  if (state.recovered.has('M-S0')) return 'recovered';
  return state.registry.arriving.size > 0 ? 'arriving' : 'unknown';
}

/** Orders without the words that are the same in every cell. */
function shorten(order: string): string {
  return order
    .replace(/slave\(1\)@(\w):5051/, '$1')
    .replace(/(UPDATE t1 TASK_\w+) .*/, '$1')
    .replace(/Shutdown .*/, 'Shutdown')
    .replace('store the registry', 'store')
    .replace(/send (\w): SlaveReregistered M-S0 missing=\[(\w*)\]/, (_all, place: string, task: string) =>
      task === '' ? `welcome ${place}` : `welcome ${place}, without ${task}`,
    )
    .replace('event web: ', '');
}
