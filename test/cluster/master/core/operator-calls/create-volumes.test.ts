import { agentCall, asks, OFFERED, VOLUME } from '../../operator-asks';

const call = (agent: string) =>
  ({ type: 'CREATE_VOLUMES', create_volumes: { ...agentCall(agent), volumes: [VOLUME] } }) as const;

it('CREATE_VOLUMES is refused for an agent that nobody knows, and for what the agent has not', () => {
  expect(asks(OFFERED, call('none'))).toEqual(['answer 400 No agent found with specified ID']);
  expect(asks(OFFERED, call('M-S0'))[0]).toBe('answer 409  does not contain disk(web):64');
});
