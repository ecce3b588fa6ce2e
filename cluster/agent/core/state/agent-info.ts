/** The agent as messages describe it: to masters, to executors and on pages. */

import type { SlaveInfo } from '../../../api/generated/internal';
import type { AgentState } from './state';

export function slaveInfo({ boot, agentId }: AgentState): SlaveInfo {
  return {
    hostname: boot.hostname,
    port: boot.port,
    resources: boot.resources,
    attributes: boot.attributes,
    domain: boot.domain,
    id: agentId === undefined ? undefined : { value: agentId },
    checkpoint: true,
  };
}

/** The libprocess address of the agent, as masters and executors know it. */
export function pidOf({ boot }: AgentState): string {
  return `${boot.process}@${boot.ip}:${boot.port}`;
}
