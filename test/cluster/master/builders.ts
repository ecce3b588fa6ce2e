/**
 * Valid things for master tests, in one line each.
 */

import type { Resource, TaskInfo } from '../../../cluster/api/generated/mesos';
import type { MasterBoot } from '../../../cluster/master/core/state/events';

export const BOOT: MasterBoot = {
  id: 'M',
  hostname: 'master.test',
  ip: '10.0.0.1',
  port: 5050,
  version: '1.11.0',
  startedAt: 0,
  seed: 1,
  settings: {
    agentPingTimeoutMs: 15_000,
    maxAgentPingTimeouts: 5,
    agentReregisterTimeoutMs: 600_000,
    allocationIntervalMs: 1000,
    offerTimeoutMs: undefined,
    rootSubmissions: true,
    roles: undefined,
    maxCompletedFrameworks: 50,
    maxCompletedTasksPerFramework: 1000,
    maxUnreachableTasksPerFramework: 1000,
    maxOperators: 1000,
    registryGcIntervalMs: 900_000,
    registryMaxAgentAgeMs: 1_209_600_000,
    registryMaxAgentCount: 102_400,
    recoveryAgentRemovalLimit: 1,
    agentRemovalEveryMs: undefined,
    domain: undefined,
    requireAgentDomain: false,
  },
};

/** Resources from texts such as { cpus: '4', mem: '1024', ports: '31000-31010' }. */
export function resources(given: Readonly<Record<string, string>>, role?: string): Resource[] {
  const allocation = role === undefined ? {} : { allocation_info: { role } };
  return ['cpus', 'mem', 'disk', 'gpus', 'ports', 'ephemeral_ports']
    .filter((name) => given[name] !== undefined)
    .map((name): Resource => {
      const value = given[name] ?? '';
      const [begin = 0, end = 0] = value.split('-').map(Number);
      return name.endsWith('ports')
        ? { name, type: 'RANGES', ranges: { range: [{ begin, end }] }, ...allocation }
        : { name, type: 'SCALAR', scalar: { value: Number(value) }, ...allocation };
    });
}

export function taskInfo(
  id: string,
  agentId: string,
  given: Readonly<Record<string, string>> = {},
): TaskInfo {
  return {
    name: id,
    task_id: { value: id },
    agent_id: { value: agentId },
    command: { value: 'sleep 1000' },
    resources: resources({ cpus: '1', mem: '128', ...given }),
  };
}
