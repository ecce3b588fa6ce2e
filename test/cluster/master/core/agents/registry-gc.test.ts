import { MasterScript } from '../../interpreter';

const lost = (settings: string): MasterScript => {
  const script = new MasterScript();
  script.play(
    `settings registryGcIntervalMs=100000 ${settings}`,
    'start',
    'agent a',
    'agent b',
    'dead a',
    'dead b',
  );
  script.play('advance 90');
  return script;
};

test.each([
  { settings: 'registryMaxAgentCount=2', left: ['M-S0', 'M-S1'] },
  { settings: 'registryMaxAgentCount=1', left: ['M-S1'] },
  { settings: 'registryMaxAgentCount=0', left: [] },
  { settings: 'registryMaxAgentAgeMs=5000', left: [] },
  { settings: 'registryMaxAgentAgeMs=500000', left: ['M-S0', 'M-S1'] },
])('with $settings the unreachable agents that are kept are $left', ({ settings, left }) => {
  const script = lost(settings);
  script.play('advance 20');
  expect([...script.state.registry.unreachable.keys()]).toEqual(left);
});

test('nothing is stored while there is nothing to forget', () => {
  expect(lost('registryMaxAgentCount=9').play('advance 20')).not.toContain('store the registry');
});
