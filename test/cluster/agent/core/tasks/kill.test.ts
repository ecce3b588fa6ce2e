import { AgentScript } from '../../interpreter';

const registered = (): AgentScript => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered');
  return script;
};

/** All that the agent does at the end of its life, by phase. */
const LEAVES = {
  stop: {
    idle: ['stopped'],
    busy: ['event executor-t: SHUTDOWN'],
    stopping: [],
  },
  unregister: {
    idle: ['send master@m:5050: UnregisterSlave', 'stopped'],
    busy: ['send master@m:5050: UnregisterSlave', 'event executor-t: SHUTDOWN'],
    stopping: [],
  },
  shutdown: {
    idle: ['stopped'],
    busy: ['event executor-t: SHUTDOWN'],
    stopping: [],
  },
} as const;

const BEFORE = {
  idle: [],
  busy: ['run web t', 'subscribe web t'],
  stopping: ['run web t', 'subscribe web t', 'stop'],
};

const CASES = Object.entries(LEAVES).flatMap(([order, row]) =>
  Object.entries(row).map(([phase, out]) => ({ order, phase: phase as keyof typeof BEFORE, out })),
);

test.each(CASES)('$order of an agent that is $phase: $out', ({ order, phase, out }) => {
  const script = registered();
  script.play(...BEFORE[phase]);
  expect(script.play(order)).toEqual(out);
  expect(script.read((state) => state.phase)).toBe('stopping');
});

test('an agent that leaves without a master has nobody to tell', () => {
  const script = new AgentScript();
  expect(script.play('unregister')).toEqual(['stopped']);
});

test.each([
  ['run web u', 'TASK_LOST'],
  ['run web u aware=1', 'TASK_DROPPED'],
])('after "%s" a kill of an unknown task tells %s', (line, state) => {
  const script = registered();
  script.play(line);
  expect(script.play('kill web unknown').join()).toContain(`unknown ${state}`);
});

test('a kill of a task whose end is not acknowledged says nothing twice', () => {
  const script = registered();
  script.play('run web u', 'kill web t');
  expect(script.play('kill web t')).toEqual([]);
});

test('a kill for a framework that is not here is answered: its launch may have been lost', () => {
  expect(registered().play('kill web t').join()).toContain('t TASK_LOST');
});

test('the end of one framework leaves the updates of others alone', () => {
  const script = registered();
  for (const name of ['web', 'db']) {
    script.play(`run ${name} ${name}1`, `subscribe ${name} ${name}1`, `update ${name} ${name}1 TASK_RUNNING`);
  }
  script.play('shutdownFramework web');
  expect(script.read(({ streams }) => [...streams.keys()])).toEqual(['db db1']);
});

test('a shut down executor gets its grace, and is destroyed after it', () => {
  const script = registered();
  script.play('run web t', 'subscribe web t', 'shutdownExecutor web t');
  expect(script.play('advance 4')).toEqual([]);
  expect(script.play('advance 1')).toEqual(['destroy t']);
});

test('a dismissed agent remembers why, and if it had been admitted', () => {
  const admitted = registered();
  admitted.play('shutdown');
  expect(admitted.read(({ dismissed }) => dismissed)).toEqual({ message: 'bye', admitted: true });
  const refused = new AgentScript();
  refused.play('detected', 'shutdown');
  expect(refused.read(({ dismissed }) => dismissed)).toEqual({ message: 'bye', admitted: false });
});
