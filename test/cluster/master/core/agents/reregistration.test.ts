import { MasterScript } from '../../interpreter';

const BASE = ['start', 'agent a', 'framework web', 'advance 1', 'accept web O0 t1'];

test.each([
  ['what the registry has', 'reagent a M-S0 tasks=web/t1 frameworks=web', false],
  ['more resources', 'reagent a M-S0 cpus=8 tasks=web/t1 frameworks=web', true],
])('an agent that returns with %s: the registry is written first: %s', (_name, line, stored) => {
  const script = new MasterScript();
  script.play(...BASE, 'exited a');
  const out = script.play(line);
  expect(out.includes('store the registry')).toBe(stored);
  expect(out.some((order) => order.includes('SlaveReregistered'))).toBe(true);
});

test('a second reregistration while the first is being stored is not answered twice', () => {
  const script = new MasterScript();
  script.play(...BASE, 'dead a', 'advance 90', 'hold', 'reagent a M-S0');
  expect(script.play('reagent a M-S0')).toEqual([]);
  expect(script.play('stored').filter((line) => line.includes('SlaveReregistered'))).toHaveLength(1);
});

test('tasks that the agent does not report are named to it', () => {
  const script = new MasterScript();
  script.play(...BASE, 'exited a');
  expect(script.play('reagent a M-S0')).toContain(
    'send slave(1)@a:5051: SlaveReregistered M-S0 missing=[t1]',
  );
});

test.each([
  ['the master', 'restart'],
  ['a partition', 'dead a|advance 90|unmute a'],
])('tasks that the agent reports are taken over after %s', (_name, lines) => {
  const script = new MasterScript();
  script.play(...BASE, ...lines.split('|'), 'reframework web', 'reagent a M-S0 tasks=web/t1 frameworks=web');
  const tasks = [...script.state.frameworks.values()].flatMap((framework) => [...framework.tasks.keys()]);
  expect(tasks).toEqual(['t1']);
});
