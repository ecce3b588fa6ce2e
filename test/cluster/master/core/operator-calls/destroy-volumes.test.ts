import { agentCall, asks, OFFERED, VOLUME } from '../../operator-asks';

const call = (agent: string) =>
  ({ type: 'DESTROY_VOLUMES', destroy_volumes: { ...agentCall(agent), volumes: [VOLUME] } }) as const;

it('DESTROY_VOLUMES is refused for an agent that nobody knows, and for what the agent has not', () => {
  expect(asks(OFFERED, call('none'))).toEqual(['answer 400 No agent found with specified ID']);
  expect(asks(OFFERED, call('M-S0'))[0]).toBe(
    'answer 400 Invalid DESTROY operation: Persistent volumes not found',
  );
});
