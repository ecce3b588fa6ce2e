import { activityChanged } from '../../../../../cluster/master/core/operator-calls/activity';
import type { Agent } from '../../../../../cluster/master/core/state/state';
import { OFFERED, playing } from '../../operator-asks';

it('an agent follows the registry: deactivated without offers, active without a drain', () => {
  const { state } = playing(OFFERED);
  const agent = state.agents.get('M-S0') as Agent;
  state.registry.deactivated.add(agent.id);
  activityChanged(state, agent, 0);
  expect([agent.deactivated, state.offers.size]).toEqual([true, 0]);
  agent.drainStartedAt = 1;
  state.registry.deactivated.delete(agent.id);
  activityChanged(state, agent, 0);
  expect([agent.deactivated, agent.drainStartedAt]).toEqual([false, undefined]);
});
