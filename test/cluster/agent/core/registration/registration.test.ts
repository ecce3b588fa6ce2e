import { AgentScript } from '../../interpreter';

/** Commands that bring the agent to a phase. */
const PHASES = {
  masterless: [],
  asking: ['detected', 'advance 1'],
  running: ['detected', 'advance 1', 'registered'],
  stopping: ['detected', 'advance 1', 'registered', 'run web t', 'subscribe web t', 'stop'],
} as const;

type Phase = keyof typeof PHASES;

/** The phase after an event, and the orders that the agent gives. */
const TABLE = {
  masterless: {
    detected: 'disconnected | link master | send master: RegisterSlave',
    'detected nobody': 'disconnected',
    registered: 'disconnected',
    reregistered: 'disconnected',
    ping: 'disconnected | send master: PongSlave',
    'ping disconnected': 'disconnected | send master: PongSlave',
    gone: 'disconnected',
    'woke register': 'disconnected',
    'woke silence': 'disconnected',
  },
  asking: {
    detected: 'disconnected | link master | send master: RegisterSlave',
    'detected nobody': 'disconnected',
    registered: 'running | checkpoint agent S0',
    reregistered: 'running',
    ping: 'disconnected | send master: PongSlave',
    'ping disconnected': 'disconnected | send master: PongSlave',
    gone: 'disconnected',
    'woke register': 'disconnected | link master | send master: RegisterSlave',
    'woke silence': 'disconnected',
  },
  running: {
    detected: 'disconnected | link master | send master: ReregisterSlave',
    'detected nobody': 'disconnected',
    registered: 'running',
    reregistered: 'running',
    ping: 'running | send master: PongSlave',
    'ping disconnected': 'disconnected | send master: PongSlave | link master | send master: ReregisterSlave',
    gone: 'disconnected | warn: the master is gone; registering again | link master | send master: ReregisterSlave',
    'woke register': 'running',
    'woke silence':
      'disconnected | warn: no ping from the master; registering again | link master | send master: ReregisterSlave',
  },
  stopping: {
    detected: 'stopping',
    'detected nobody': 'stopping',
    registered: 'stopping',
    reregistered: 'stopping',
    ping: 'stopping | send master: PongSlave',
    'ping disconnected': 'stopping | send master: PongSlave',
    gone: 'stopping',
    'woke register': 'stopping',
    'woke silence': 'stopping',
  },
} as const satisfies Record<Phase, Record<string, string>>;

const CELLS = Object.entries(TABLE).flatMap(([phase, row]) =>
  Object.entries(row).map(([happening, outcome]) => ({ phase: phase as Phase, happening, outcome })),
);

test.each(CELLS)('an agent that is $phase gets "$happening": $outcome', ({ phase, happening, outcome }) => {
  const script = new AgentScript();
  script.play(...PHASES[phase]);
  const orders = script
    .play(happening, 'advance 0')
    .map((line) => line.replace('master@m:5050', 'master').replace(' S0 tasks=[]', ''));
  expect([script.read((state) => state.phase), ...orders].join(' | ')).toBe(outcome);
});

describe('a request for registration', () => {
  it('is repeated with doubling pauses until there is an answer, and warns at the fourth', () => {
    const script = new AgentScript();
    script.play('detected');
    const requests: number[] = [];
    const warnings: number[] = [];
    for (let second = 1; second <= 300; second += 1) {
      for (const line of script.play('advance 1')) {
        if (line.includes('RegisterSlave')) requests.push(second);
        if (line.startsWith('warn')) warnings.push(requests.length + 1);
      }
    }
    // The pauses are drawn by chance below 2, 4, 8, 16, 32 and then 60 seconds.
    expect(requests.length).toBeGreaterThan(8);
    for (const [index, second] of requests.slice(1).entries())
      expect(second - (requests[index] ?? 0)).toBeLessThanOrEqual(Math.min(60, 2 ** (index + 1)) + 1);
    expect(warnings.slice(0, 2)).toEqual([4, 7]);
  });

  it('tells a known master of every task, ended ones included, but not of frameworks that end', () => {
    const script = new AgentScript();
    script.play(
      'detected',
      'advance 1',
      'registered',
      'run web t',
      'subscribe web t',
      'run db u',
      'subscribe db u',
    );
    script.play('update web t TASK_RUNNING', 'shutdownFramework db', 'gone');
    expect(script.play('advance 1')).toContain(
      'send master@m:5050: ReregisterSlave S0 tasks=[t/TASK_RUNNING]',
    );
  });
});

test.each([
  ['a task that runs', 't', []],
  ['a task of a framework that is unknown', 'lost', ['StatusUpdate lost TASK_LOST']],
])('a master that misses %s hears %j', (_name, task, out) => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', 'run web t', 'subscribe web t', 'gone', 'advance 1');
  const lines = script.play(`reregistered S0 ${task}`);
  expect(lines.map((line) => /StatusUpdate \w+ \w+/.exec(line)?.[0] ?? line)).toEqual(out);
});

test('a new id is checkpointed once', () => {
  const script = new AgentScript();
  script.play('detected', 'advance 1');
  expect(script.play('registered S7')).toContain('checkpoint agent S7');
  expect(script.play('registered S7')).toEqual([]);
});

test('an agent that hears no ping for 75 seconds registers again', () => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered');
  expect(script.play('advance 74')).toEqual([]);
  expect(script.play('advance 1').join()).toContain('no ping from the master');
});
