/**
 * The boot value of the agent's machine: its address, its resources, and what earlier runs have left on disk.
 */

import { randomInt } from 'node:crypto';
import { callerEnvironment } from '../../runtime/tls/settings';
import { VERSION } from '../../runtime/version';
import { type AgentConfig, readEnvironment } from '../config';
import type { AgentBoot, AgentSettings } from '../core/events';
import { readAgentId, readCheckpointedResources } from './checkpoint';
import { AGENT_ID, type AgentParts } from './parts';
import { domainOf, hostnameOf } from './place';
import { agentAttributes, agentResources } from './resources';

export async function agentBoot(
  config: AgentConfig,
  { context, libprocess, workDir, checkpoint }: AgentParts,
): Promise<AgentBoot> {
  const { host, port } = libprocess.address;
  return {
    ip: host,
    port,
    hostname: await hostnameOf(config, host),
    domain: domainOf(config.domain),
    version: VERSION,
    resources: await agentResources(config, workDir),
    attributes: agentAttributes(config.attributes),
    startedAt: context.clock.now(),
    seed: randomInt(2 ** 32),
    process: AGENT_ID,
    agentId: await readAgentId(workDir),
    checkpointed: await readCheckpointedResources(checkpoint),
    workDir,
    settings: settingsOf(config),
  };
}

function settingsOf(config: AgentConfig): AgentSettings {
  return {
    registrationBackoffMs: config.registration_backoff_factor,
    executorRegistrationTimeoutMs: config.executor_registration_timeout,
    executorShutdownGraceMs: config.executor_shutdown_grace_period,
    maxCompletedExecutors: config.max_completed_executors_per_framework,
    garbage: {
      delayMs: config.gc_delay,
      headroom: config.gc_disk_headroom,
      diskWatchMs: config.disk_watch_interval,
      ofContainers: config.gc_non_executor_container_sandboxes,
    },
    executorEnvironment: {
      ...readEnvironment(config.executor_environment_variables),
      ...callerEnvironment(process.env),
    },
  };
}
