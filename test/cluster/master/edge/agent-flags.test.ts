import { agentFlags, agentSettings } from '../../../../cluster/master/edge/agent-flags';
import { parseFlags } from '../../../../cluster/runtime/config/flags';

const settings = (...args: string[]) =>
  agentSettings(parseFlags(agentFlags, { command: 'test', about: '', args, env: {} }).flags);

describe('the flags about agents', () => {
  it("have Mesos' defaults", () => {
    expect(settings()).toEqual({
      registryGcIntervalMs: 900_000,
      registryMaxAgentAgeMs: 1_209_600_000,
      registryMaxAgentCount: 102_400,
      recoveryAgentRemovalLimit: 1,
      agentRemovalEveryMs: undefined,
      domain: undefined,
      requireAgentDomain: false,
    });
  });

  it('are read as rates, percentages and domains', () => {
    const domain = { fault_domain: { region: { name: 'east' }, zone: { name: 'a' } } };
    expect(
      settings(
        '--agent_removal_rate_limit=2/10mins',
        '--recovery_agent_removal_limit=12.5%',
        `--domain=${JSON.stringify(domain)}`,
      ),
    ).toMatchObject({ agentRemovalEveryMs: 300_000, recoveryAgentRemovalLimit: 0.125, domain });
  });

  it.each([
    ['--agent_removal_rate_limit=often', 'expected a number of agents and a time, such as 1/10mins'],
    ['--agent_removal_rate_limit=0/10mins', 'expected a number of agents and a time'],
    ['--agent_removal_rate_limit=1/0secs', 'expected a number of agents and a time'],
    ['--recovery_agent_removal_limit=half', 'expected a percentage from 0% to 100%'],
    ['--recovery_agent_removal_limit=101%', 'expected a percentage from 0% to 100%'],
    ['--domain={"fault_domain": {}}', 'region'],
    ['--domain=east', 'domain'],
  ])('refuse %s', (flag, text) => {
    expect(() => settings(flag)).toThrow(text);
  });
});
