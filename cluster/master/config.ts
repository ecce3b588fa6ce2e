/**
 * The master's flags: one table for parsing, help, `/flags` and the reference page. Names and defaults are
 * Mesos'.
 */

import { join } from 'node:path';
import { roleError } from '../model/roles';
import { aclsFlag, readAclsFlag } from '../runtime/auth/acls';
import {
  choice,
  duration,
  flagFolder,
  integer,
  ipv4,
  list,
  optionalPort,
  port,
  text,
  toggle,
  type Values,
  versionFlag,
  withEnvironment,
} from '../runtime/config/flags';
import { logFlags } from '../runtime/config/log-flags';
import { firewallFlag } from '../runtime/http/firewall';
import { allowedHostsFlag } from '../runtime/http/hosts';
import { jsonpFlag } from '../runtime/http/json';
import { StartError } from '../runtime/lifecycle';
import { zkUrlFlag } from '../zookeeper/edge/flag';
import type { MasterSettings } from './core/state/events';
import { refusedFlags, unusedFlags } from './edge/accepted-flags';
import { agentFlags, agentSettings } from './edge/agent-flags';
import { allocatorFlags, allocatorSettings, readWeights } from './edge/allocator-flags';
import { authenticationFlags } from './edge/authentication';
import { rateLimitsFlag } from './edge/driver-traffic';

export const masterFlags = withEnvironment('MESOS_', {
  ...unusedFlags,
  ...refusedFlags,
  ip: text({ help: 'address to listen on; IPv6 needs --advertise_ip', fallback: '127.0.0.1' }),
  port: port({ help: 'port for everything: API, agents, frameworks', fallback: 5050 }),
  advertise_ip: ipv4({ help: 'address that others are told, when it is not --ip' }),
  advertise_port: optionalPort('port that others are told, when it is not --port'),
  hostname: text({ help: 'name that others are told; the address without it' }),
  cluster: text({ help: 'name of the cluster, shown to people' }),
  zk: zkUrlFlag(
    'several masters of which one leads: zk://[user:password@]host:2181,.../path, or file://PATH',
  ),
  zk_session_timeout: duration({
    help: 'time without a word from ZooKeeper after which another master leads',
    fallback: 10_000,
    fallbackText: '10secs',
    positive: true,
  }),
  work_dir: text({ help: 'folder of the registry, without --zk', fallback: './.meseta/master' }),
  registry: choice({
    help: 'where the registry is: kept (on disk in --work_dir, or in ZooKeeper with --zk), or in memory',
    words: ['replicated_log', 'log_storage', 'in_memory'],
    fallback: 'replicated_log',
  }),
  in_memory: toggle({ help: 'keep the registry in memory: it is gone after a restart', fallback: false }),
  agent_ping_timeout: duration({
    help: 'time an agent has to answer a ping',
    fallback: 15_000,
    fallbackText: '15secs',
    min: 1000,
    max: 900_000,
    formerly: 'slave_ping_timeout',
  }),
  max_agent_ping_timeouts: integer({
    help: 'unanswered pings until an agent is unreachable',
    fallback: 5,
    min: 1,
    max: 1000,
    formerly: 'max_slave_ping_timeouts',
  }),
  agent_reregister_timeout: duration({
    help: 'time an agent has to come back after a broken connection or a new master',
    fallback: 600_000,
    fallbackText: '10mins',
    min: 600_000,
    formerly: 'slave_reregister_timeout',
  }),
  allocation_interval: duration({
    help: 'time between offers of resources that were refused',
    fallback: 1000,
    fallbackText: '1secs',
    positive: true,
  }),
  offer_timeout: duration({
    help: 'time after which an unanswered offer is taken back; never without it',
    fallback: undefined,
    positive: true,
  }),
  root_submissions: toggle({
    help: 'whether frameworks may run as root',
    fallback: true,
  }),
  roles: list({
    help: 'roles that frameworks may have, with commas; any without it',
    value: 'ROLE',
    check: checkRoles,
  }),
  max_completed_frameworks: integer({
    help: 'ended frameworks kept in memory',
    fallback: 50,
    min: 0,
    max: 100_000,
  }),
  max_completed_tasks_per_framework: integer({
    help: 'ended tasks kept in memory',
    fallback: 1000,
    min: 0,
    max: 1_000_000,
  }),
  max_unreachable_tasks_per_framework: integer({
    help: 'unreachable tasks kept in memory',
    fallback: 1000,
    min: 0,
    max: 1_000_000,
  }),
  config_dir: flagFolder(),
  record: text({ help: 'file to record every event in, for meseta replay', value: 'FILE' }),
  ...agentFlags,
  ...allocatorFlags,
  ...logFlags,
  ...authenticationFlags,
  acls: aclsFlag,
  rate_limits: rateLimitsFlag,
  firewall_rules: firewallFlag,
  publish_per_framework_metrics: toggle({
    help: 'show numbers of each framework in /metrics/snapshot',
    fallback: true,
  }),
  max_operator_event_stream_subscribers: integer({
    help: 'operators that may follow events at the same time; the oldest makes room',
    fallback: 1000,
    min: 1,
    max: 100_000,
  }),
  insecure: toggle({ help: 'listen on any address without authentication', fallback: false }),
  allowed_hosts: allowedHostsFlag(),
  jsonp: jsonpFlag,
  version: versionFlag,
});

function rolesOf(values: readonly string[]): string[] {
  return values.flatMap((some) => some.split(',')).filter((role) => role !== '');
}

function checkRoles(value: string): void {
  for (const role of rolesOf([value])) {
    const error = roleError(role);
    if (error !== undefined) throw new Error(error);
  }
}

export type MasterConfig = Values<typeof masterFlags>;

/** The folder that has the registry of a master without `--zk`. */
export function stateFolder({ work_dir }: Pick<MasterConfig, 'work_dir'>): string {
  return join(work_dir, 'state');
}

/** The part of the flags that the core needs. */
export function masterSettings(config: MasterConfig): MasterSettings {
  const roles = config.roles.length > 0 ? rolesOf(config.roles) : undefined;
  const weights = readWeights(config.weights);
  const unknown = weights.find(({ role }) => role !== '*' && roles && !roles.includes(role));
  if (unknown) throw new StartError(`--weights: ${unknown.role} is not a valid role: it is not in --roles`);
  return {
    ...agentSettings(config),
    allocator: allocatorSettings(config),
    agentPingTimeoutMs: config.agent_ping_timeout,
    maxAgentPingTimeouts: config.max_agent_ping_timeouts,
    agentReregisterTimeoutMs: config.agent_reregister_timeout,
    allocationIntervalMs: config.allocation_interval,
    offerTimeoutMs: config.offer_timeout,
    rootSubmissions: config.root_submissions,
    authenticateFrameworks: config.authenticate_frameworks,
    roles,
    weights,
    maxCompletedFrameworks: config.max_completed_frameworks,
    maxCompletedTasksPerFramework: config.max_completed_tasks_per_framework,
    maxUnreachableTasksPerFramework: config.max_unreachable_tasks_per_framework,
    maxOperators: config.max_operator_event_stream_subscribers,
    acls: readAclsFlag(config.acls),
  };
}
