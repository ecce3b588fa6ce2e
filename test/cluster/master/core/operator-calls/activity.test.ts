import { activityChanged } from '../../../../../cluster/master/core/operator-calls/activity';
import type { Agent } from '../../../../../cluster/master/core/state/state';
import type { Turn } from '../../../../../cluster/master/core/state/turn';
import { effectsOf } from '../../../../effects-of';
import { OFFERED, playing } from '../../operator-asks';

it('an agent follows the registry: deactivated without offers, active without a drain', () => {
  const { state } = playing(OFFERED);
  const agent = state.agents.get('M-S0') as Agent;
  state.registry.deactivated.add(agent.id);
  effectsOf(state, (turn: Turn) => activityChanged(turn, agent));
  expect([agent.deactivated, state.offers.size]).toEqual([true, 0]);
  agent.drainStartedAt = 1;
  state.registry.deactivated.delete(agent.id);
  effectsOf(state, (turn: Turn) => activityChanged(turn, agent));
  expect([agent.deactivated, agent.drainStartedAt]).toEqual([false, undefined]);
});
