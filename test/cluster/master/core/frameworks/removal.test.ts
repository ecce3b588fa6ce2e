import { MasterScript } from '../../interpreter';

const BASE = ['start', 'agent a', 'framework web failover=60', 'advance 1', 'accept web O0 t1'];

test.each([
  { lines: ['disconnect web', 'advance 59'], place: 'registered' },
  { lines: ['disconnect web', 'advance 61'], place: 'completed' },
  { lines: ['disconnect web', 'advance 30', 'reframework web', 'advance 60'], place: 'registered' },
  {
    lines: ['disconnect web', 'advance 30', 'reframework web failover=60', 'disconnect web', 'advance 59'],
    place: 'registered',
  },
  { lines: ['teardown web'], place: 'completed' },
])('after $lines the framework is $place', ({ lines, place }) => {
  const script = new MasterScript();
  script.play(...BASE, ...lines);
  const { frameworks, completed } = script.state;
  expect([frameworks.size, completed.size]).toEqual(place === 'registered' ? [1, 0] : [0, 1]);
});

test('the end of a framework ends its tasks, its offers and its executors', () => {
  const script = new MasterScript();
  script.play(...BASE, 'advance 10', 'teardown web');
  const { state } = script;
  const [ended] = state.completed.values();
  expect(ended?.completedTasks.map((task) => [task.id, task.state])).toEqual([['t1', 'TASK_KILLED']]);
  expect([state.offers.size, state.allocator.frameworks.size, state.agents.get('M-S0')?.tasks.size]).toEqual([
    0, 0, 0,
  ]);
  expect(script.play('free')).toEqual(['M-S0 cpus:4; mem:4096']);
});

test('a framework that has ended cannot come back', () => {
  const script = new MasterScript();
  script.play(...BASE, 'teardown web');
  expect(script.play('reframework web').join()).toContain('ERROR');
});

test('completed frameworks are bounded, the oldest leave first', () => {
  const script = new MasterScript();
  script.play('settings maxCompletedFrameworks=2', 'start');
  for (const name of ['a', 'b', 'c']) script.play(`framework ${name}`, `teardown ${name}`);
  expect([...script.state.completed.values()].map(({ info }) => info.name)).toEqual(['b', 'c']);
});
