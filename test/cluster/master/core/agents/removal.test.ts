import { MasterScript } from '../../interpreter';

const BASE = ['start', 'agent a', 'agent b', 'framework web', 'framework db', 'advance 1', 'follow'];

/** The ways for an agent to leave, and the counter of each. */
test.each([
  ['unregister a M-S0', 'slave_removals/reason_unregistered'],
  ['dead a|advance 90', 'slave_removals/reason_unhealthy'],
  ['markGone M-S0', undefined],
])('after "%s" nothing of the agent is left, and everybody hears of it', (lines, counter) => {
  const script = new MasterScript();
  script.play(...BASE);
  const out = script.play(...lines.split('|'));
  const { state } = script;
  expect(out.filter((line) => line.includes('FAILURE M-S0'))).toHaveLength(2);
  expect(out.some((line) => line.includes('AGENT_REMOVED'))).toBe(true);
  expect([state.agents.has('M-S0'), state.allocator.agents.has('M-S0'), state.agentIdByPid.size]).toEqual([
    false,
    false,
    1,
  ]);
  expect([...state.offers.values()].filter(({ agentId }) => agentId === 'M-S0')).toEqual([]);
  if (counter !== undefined) expect(state.counters.get(`master/${counter}`)).toBe(1);
});

test('only the agent itself unregisters', () => {
  const script = new MasterScript();
  script.play(...BASE);
  expect(script.play('unregister b M-S0', 'unregister a M-S9')).toEqual([]);
  expect(script.state.agents.size).toBe(2);
});
