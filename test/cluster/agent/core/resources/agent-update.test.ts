import { sendAgentUpdate } from '../../../../../cluster/agent/core/resources/agent-update';
import type { AgentEffect } from '../../../../../cluster/agent/core/state/effects';
import { initAgent } from '../../../../../cluster/agent/core/state/state';
import { AGENT_BOOT } from '../../interpreter';

it('tells the version of the resources and every operation, once the agent is registered', () => {
  const state = initAgent({ ...AGENT_BOOT, agentId: 'S0' });
  const effects: AgentEffect[] = [];
  sendAgentUpdate({ state, now: 0, effects });
  expect(effects).toEqual([]);
  state.master = 'master@m:5050';
  state.phase = 'running';
  sendAgentUpdate({ state, now: 0, effects });
  expect(effects).toMatchObject([
    {
      name: 'mesos.internal.UpdateSlaveMessage',
      message: {
        resource_version_uuid: { value: state.resourceVersion },
        operations: { operations: [] },
        update_oversubscribed_resources: false,
      },
    },
  ]);
});
