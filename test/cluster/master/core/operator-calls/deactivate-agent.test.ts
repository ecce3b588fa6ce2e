import { agentCall, asks, OFFERED } from '../../operator-asks';

it('DEACTIVATE_AGENT takes the offers of the agent back', () => {
  const call = { type: 'DEACTIVATE_AGENT', deactivate_agent: agentCall('M-S0') } as const;
  expect(asks(OFFERED, call)).toEqual(['store the registry', 'answer 200', 'event web: RESCIND M-O0']);
});

it('DEACTIVATE_AGENT is refused for an agent that nobody knows', () => {
  const call = { type: 'DEACTIVATE_AGENT', deactivate_agent: agentCall('none') } as const;
  expect(asks(OFFERED, call)).toEqual(['answer 400 Unknown agent']);
});
