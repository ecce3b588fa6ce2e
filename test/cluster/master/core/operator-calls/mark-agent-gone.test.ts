import { agentCall, asks, OFFERED, playing } from '../../operator-asks';

const GONE = { type: 'MARK_AGENT_GONE', mark_agent_gone: agentCall('M-S0') } as const;

it('MARK_AGENT_GONE gives the agent up once it is stored, and may be repeated', () => {
  const script = playing(OFFERED);
  script.operatorCall(GONE);
  expect(script.out.slice(0, 2)).toEqual(['store the registry', 'answer 200']);
  expect([script.state.agents.size, script.state.leaving.size]).toEqual([0, 0]);
  script.out = [];
  script.operatorCall(GONE);
  expect(script.out).toEqual(['answer 200']);
});

it('MARK_AGENT_GONE is refused for unknown agents, and for those that are leaving', () => {
  const call = { type: 'MARK_AGENT_GONE', mark_agent_gone: agentCall('none') } as const;
  expect(asks(OFFERED, call)).toEqual(["answer 404 Agent 'none' not found"]);
  expect(asks([...OFFERED, 'hold', 'markGone M-S0'], GONE)).toEqual([
    "answer 503 Agent 'M-S0' is already being transitioned to gone",
  ]);
});
