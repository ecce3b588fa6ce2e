/**
 * The flags about agents and the registry, and their forms: percentages, rates, domains. Names and defaults are Mesos'.
 */

import type * as mesos from '../../api/generated/mesos';
import { messageFromJson } from '../../api/json-read';
import { readDuration } from '../../model/time';
import { duration, type Flag, integer, text, toggle, type Values } from '../../runtime/config/flags';
import type { AgentSettings } from '../core/state/agent-settings';

export const agentFlags = {
  registry_fetch_timeout: duration({
    help: 'most time to read the registry at the start',
    fallback: 60_000,
    fallbackText: '1mins',
    positive: true,
  }),
  registry_store_timeout: duration({
    help: 'most time to store the registry; a master that cannot stops leading',
    fallback: 20_000,
    fallbackText: '20secs',
    positive: true,
  }),
  registry_gc_interval: duration({
    help: 'time between looking for unreachable and gone agents to forget',
    fallback: 900_000,
    fallbackText: '15mins',
    positive: true,
  }),
  registry_max_agent_age: duration({
    help: 'time after which unreachable and gone agents are forgotten',
    fallback: 1_209_600_000,
    fallbackText: '2weeks',
  }),
  registry_max_agent_count: integer({
    help: 'unreachable agents, and gone ones, that are remembered; the oldest are forgotten first',
    fallback: 102_400,
    min: 0,
    max: 10_000_000,
  }),
  recovery_agent_removal_limit: meaningful(
    text({
      help: 'part of the agents that may be missing after a failover; with more, the master stops',
      fallback: '100%',
      value: 'PERCENT',
      formerly: 'recovery_slave_removal_limit',
    }),
    readPercentage,
  ),
  agent_removal_rate_limit: meaningful(
    text({
      help: 'how many agents may be given up in which time, such as 1/10mins',
      value: 'COUNT/TIME',
      formerly: 'slave_removal_rate_limit',
    }),
    readRate,
  ),
  domain: meaningful(
    text({
      help: 'where it is: {"fault_domain": {"region": {"name": "east"}, "zone": {"name": "a"}}}',
      value: 'JSON',
    }),
    readDomain,
  ),
  require_agent_domain: toggle({ help: 'ignore agents that do not say where they are', fallback: false }),
};

/** A flag whose text is checked and then kept as it is, so that `/flags` shows what was given. */
export function meaningful<D extends string | undefined>(
  flag: Flag<string | D>,
  check: (flagText: string) => void,
): Flag<string | D> {
  return {
    ...flag,
    read: (flagText, previous) => {
      const value = flag.read(flagText, previous);
      if (value !== undefined) check(value);
      return value;
    },
  };
}

/** Reads `80%` as 0.8. Throws an Error that names the expected form. */
function readPercentage(flagText: string): number {
  const match = /^(\d+(?:\.\d+)?)%$/.exec(flagText.trim());
  if (!match || Number(match[1]) > 100) throw new Error('expected a percentage from 0% to 100%');
  return Number(match[1]) / 100;
}

/** Reads `1/10mins` as the milliseconds from one to the next. Throws an Error that names the expected form. */
function readRate(flagText: string): number {
  const [count = '', time = '', ...more] = flagText.trim().split('/');
  const ms = readDuration(time);
  if (more.length > 0 || !/^[1-9]\d*$/.test(count) || ms === undefined || ms <= 0) {
    throw new Error('expected a number of agents and a time, such as 1/10mins');
  }
  return ms / Number(count);
}

/** Reads a DomainInfo in JSON. Throws an Error if it has no fault domain. */
function readDomain(flagText: string): mesos.DomainInfo {
  const domain = messageFromJson('mesos.v1.DomainInfo', JSON.parse(flagText));
  if (!domain.fault_domain) throw new Error('`domain` must define `fault_domain`');
  return domain;
}

/** The settings that the core needs. */
export function agentSettings(config: Values<typeof agentFlags>): AgentSettings {
  return {
    registryGcIntervalMs: config.registry_gc_interval,
    registryMaxAgentAgeMs: config.registry_max_agent_age,
    registryMaxAgentCount: config.registry_max_agent_count,
    recoveryAgentRemovalLimit: readPercentage(config.recovery_agent_removal_limit),
    agentRemovalEveryMs: optional(config.agent_removal_rate_limit, readRate),
    domain: optional(config.domain, readDomain),
    requireAgentDomain: config.require_agent_domain,
  };
}

function optional<T>(text: string | undefined, read: (text: string) => T): T | undefined {
  return text === undefined ? undefined : read(text);
}
