/** Properties of an agent besides its resources that decide on offers: domain, attributes and capabilities. */

import type * as mesos from '../../../api/generated/mesos';

export interface AgentFacts {
  readonly hostname: string;
  readonly attributes: readonly mesos.Attribute[];
  readonly region: string | undefined;
  readonly zone: string | undefined;
  readonly multiRole: boolean;
  readonly hierarchicalRole: boolean;
}

/** An agent with all capabilities and without a domain, so that nothing excludes it. */
export const PLAIN_AGENT: AgentFacts = {
  hostname: '',
  attributes: [],
  region: undefined,
  zone: undefined,
  multiRole: true,
  hierarchicalRole: true,
};

export function agentFacts(
  info: Pick<mesos.AgentInfo, 'hostname' | 'attributes' | 'domain'>,
  capabilities: readonly mesos.AgentInfo.Capability[],
): AgentFacts {
  const can = (name: mesos.AgentInfo.Capability.Type): boolean =>
    capabilities.some(({ type }) => type === name);
  return {
    hostname: info.hostname,
    attributes: info.attributes ?? [],
    region: info.domain?.fault_domain?.region.name,
    zone: info.domain?.fault_domain?.zone.name,
    multiRole: can('MULTI_ROLE'),
    hierarchicalRole: can('HIERARCHICAL_ROLE'),
  };
}
