import { agentCall, asks, OFFERED, playing } from '../../operator-asks';

const REACTIVATE = { type: 'REACTIVATE_AGENT', reactivate_agent: agentCall('M-S0') } as const;

it('REACTIVATE_AGENT is refused while the agent is active, or still drains', () => {
  expect(asks(OFFERED, REACTIVATE)).toEqual(['answer 400 Agent is not deactivated']);
  const draining = [...OFFERED, 'accept web O0 t1', 'drain M-S0'];
  expect(asks(draining, REACTIVATE)).toEqual(['answer 400 Agent is still in the DRAINING state']);
});

it('REACTIVATE_AGENT is answered 409 when the agent was removed before the change was stored', () => {
  const script = playing([...OFFERED, 'deactivate M-S0', 'hold']);
  script.operatorCall(REACTIVATE);
  script.post({ kind: 'agent.unregister', pid: 'slave(1)@10.0.0.2:5051', agentId: 'M-S0' });
  script.state.agents.delete('M-S0');
  script.state.agentIdByPid.clear();
  script.interpret(['stored'], 'stored');
  expect(script.out).toContain('answer 409 Agent removed while processing the call');
});
