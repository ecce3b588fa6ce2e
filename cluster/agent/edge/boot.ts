/**
 * The boot value of the agent's machine: its address, its resources, and what earlier runs have left on disk.
 */

import { randomInt } from 'node:crypto';
import { readAclsFlag } from '../../runtime/auth/acls';
import { callerEnvironment } from '../../runtime/tls/settings';
import { VERSION } from '../../runtime/version';
import { type AgentConfig, readEnvironment } from '../config';
import type { AgentBoot, AgentSettings } from '../core/state/events';
import { modulesOf } from './flags/modules';
import { oversubscriptionSettings } from './flags/oversubscription';
import { domainOf, hostnameOf } from './machine/place';
import { agentAttributes, agentResources } from './machine/resources';
import { AGENT_ID, type AgentParts } from './parts';
import { readRecovery } from './work-folder/recovery';

export async function agentBoot(
  config: AgentConfig,
  { context, libprocess, workDir, checkpoint }: AgentParts,
): Promise<AgentBoot> {
  const startedAt = context.clock.now();
  const { host, port } = libprocess.address;
  const hostname = await hostnameOf(config, host);
  const domain = domainOf(config.domain);
  const resources = await agentResources(config, workDir);
  const attributes = agentAttributes(config.attributes);
  const { agentId, recovery } = await readRecovery(
    { config, workDir, checkpoint, log: context.log },
    { hostname, port, resources, attributes, domain, checkpoint: true },
  );
  return {
    ip: host,
    port,
    hostname,
    domain,
    version: VERSION,
    resources,
    attributes,
    startedAt,
    seed: randomInt(2 ** 32),
    process: AGENT_ID,
    agentId,
    recovery,
    workDir,
    settings: settingsOf(config),
  };
}

function settingsOf(config: AgentConfig): AgentSettings {
  const { LIBPROCESS_IP: libprocessIp } = process.env;
  return {
    registrationBackoffMs: config.registration_backoff_factor,
    executorRegistrationTimeoutMs: config.executor_registration_timeout,
    executorReregistrationTimeoutMs: config.executor_reregistration_timeout,
    executorReregistrationRetryMs: config.executor_reregistration_retry_interval,
    recoveryTimeoutMs: config.recovery_timeout,
    executorShutdownGraceMs: config.executor_shutdown_grace_period,
    isolators: config.isolation.names,
    acls: readAclsFlag(config.acls),
    cgroupsEnableCfs: config.cgroups_enable_cfs,
    executorKinds: ['command', 'default', 'custom'],
    maxCompletedExecutors: config.max_completed_executors_per_framework,
    oversubscription: oversubscriptionSettings(config, modulesOf(config)),
    garbage: {
      delayMs: config.gc_delay,
      headroom: config.gc_disk_headroom,
      diskWatchMs: config.disk_watch_interval,
      ofContainers: config.gc_non_executor_container_sandboxes,
    },
    executorEnvironment: {
      ...(libprocessIp !== undefined && { LIBPROCESS_IP: libprocessIp }),
      ...readEnvironment(config.executor_environment_variables),
      ...callerEnvironment(process.env),
    },
  };
}
