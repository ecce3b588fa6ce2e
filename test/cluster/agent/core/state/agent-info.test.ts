import { pidOf, slaveInfo } from '../../../../../cluster/agent/core/state/agent-info';
import { initAgent } from '../../../../../cluster/agent/core/state/state';
import { AGENT_BOOT } from '../../interpreter';

test('an agent is known by its address, and by its id once it has one', () => {
  const state = initAgent(AGENT_BOOT);
  expect(pidOf(state)).toBe('slave(1)@10.0.0.2:5051');
  expect(slaveInfo(state)).toMatchObject({ hostname: 'agent.test', port: 5051, id: undefined });
  state.agentId = 'S0';
  expect(slaveInfo(state).id).toEqual({ value: 'S0' });
});
