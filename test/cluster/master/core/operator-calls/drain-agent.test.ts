import { agentCall, asks, OFFERED, SCHEDULED } from '../../operator-asks';

const DRAIN = { type: 'DRAIN_AGENT', drain_agent: agentCall('M-S0') } as const;

it('DRAIN_AGENT is refused under maintenance, while the agent is marked gone, and for unknown agents', () => {
  expect(asks(SCHEDULED, DRAIN)[0]).toContain('is part of a maintenance schedule');
  expect(asks([...OFFERED, 'hold', 'markGone M-S0'], DRAIN)).toEqual([
    'answer 409 Agent is currently being marked gone',
  ]);
  const unknown = { type: 'DRAIN_AGENT', drain_agent: agentCall('none') } as const;
  expect(asks(OFFERED, unknown)).toEqual(['answer 400 Unknown agent']);
});
