/**
 * The flags of the agent, with Mesos' names and defaults.
 */

import { errorText } from '../model/error-text';
import { aclsFlag } from '../runtime/auth/acls';
import { operatorFlags } from '../runtime/auth/flags';
import {
  choice,
  duration,
  flagFolder,
  fraction,
  integer,
  ipv4,
  optionalPort,
  path,
  port,
  requiredText,
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
import { zkFlag } from '../zookeeper/edge/flag';
import { fetcherFlags } from './containerizer/fetcher/fetcher-flags';
import { isolationFlags } from './containerizer/isolation-flags';
import type { ReconfigurationPolicy } from './core/recovery/reconfiguration';
import { dockerFlags } from './docker/docker-flags';
import { acceptedFlags } from './edge/flags/accepted-flags';
import { containerizersFlag } from './edge/flags/containerizers-flag';
import { containerLogFlags } from './edge/flags/log-flags';
import { modulesFlags } from './edge/flags/modules';
import { oversubscriptionFlags } from './edge/flags/oversubscription';
import { DEFAULT_IP, placeFlags } from './edge/machine/place';

export const agentFlags = withEnvironment('MESOS_', {
  master: zkFlag(
    requiredText({
      help: 'the master as host:port, or where it is elected: zk://[user:password@]host:2181,.../path, or file://PATH',
      value: 'HOST:PORT|ZK_URL',
    }),
  ),
  zk_session_timeout: duration({
    help: 'time without a word from ZooKeeper after which nobody leads, as far as we know',
    fallback: 10_000,
    fallbackText: '10secs',
  }),
  ip: text({ help: 'address to listen on; IPv6 needs --advertise_ip', fallback: DEFAULT_IP }),
  port: port({ help: 'port for everything: API, master, executors', fallback: 5051 }),
  advertise_ip: ipv4({ help: 'address that others are told, when it is not --ip' }),
  advertise_port: optionalPort('port that others are told, when it is not --port'),
  hostname: text({ help: 'name that others reach tasks by; the address without it' }),
  ...placeFlags,
  work_dir: text({
    help: 'folder of sandboxes and state',
    fallback: './.meseta/agent',
  }),
  resources: text({
    help: 'what to offer, such as cpus:2;mem:1024;ports:[31000-32000], or a JSON array; the rest is detected',
    fallback: '',
  }),
  default_role: text({ help: 'role that gets what is reserved for nobody', fallback: '*', value: 'ROLE' }),
  attributes: text({ help: 'attributes, such as rack:r1;level:10', fallback: '' }),
  registration_backoff_factor: duration({
    help: 'agents wait a random time up to this before they register',
    fallback: 1000,
    fallbackText: '1secs',
  }),
  executor_registration_timeout: duration({
    help: 'time an executor has to subscribe',
    fallback: 60_000,
    fallbackText: '1mins',
  }),
  recover: choice<'reconnect' | 'cleanup'>({
    help: 'reconnect: executors of an earlier run go on; cleanup: they are ended, and the agent with them',
    words: ['reconnect', 'cleanup'],
    fallback: 'reconnect',
  }),
  strict: toggle({
    help: 'do not start with a checkpoint that cannot be read whole; with --no-strict what can be is recovered',
    fallback: true,
  }),
  reconfiguration_policy: choice<ReconfigurationPolicy>({
    help: 'what may change while the agent is away: equal, nothing; additive, more resources and attributes; any, all (ours)',
    words: ['equal', 'additive', 'any'],
    fallback: 'equal',
  }),
  http_heartbeat_interval: duration({
    help: 'time between two heartbeats to those who read the output of a container',
    fallback: 30_000,
    fallbackText: '30secs',
    min: 1,
  }),
  executor_reregistration_timeout: duration({
    help: 'time that executors have to come back after a restart of the agent, at most 15secs',
    fallback: 2000,
    fallbackText: '2secs',
    min: 0,
    max: 15_000,
  }),
  executor_reregistration_retry_interval: duration({
    help: 'time after which an old executor is told again to reconnect; once without it',
    fallback: undefined,
  }),
  recovery_timeout: duration({
    help: 'time that executors wait for an agent that is away, before they end themselves',
    fallback: 900_000,
    fallbackText: '15mins',
  }),
  executor_shutdown_grace_period: duration({
    help: 'time an executor has to end when told to',
    fallback: 5000,
    fallbackText: '5secs',
  }),
  max_completed_executors_per_framework: integer({
    help: 'ended executors of a framework that are remembered, with their sandboxes in /state',
    fallback: 150,
    min: 0,
    max: 100_000,
  }),
  gc_delay: duration({
    help: 'age at which the folders of ended executors are removed, and earlier when the disk fills up',
    fallback: 7 * 24 * 3_600_000,
    fallbackText: '1weeks',
  }),
  gc_disk_headroom: fraction({
    help: 'part of the disk to be kept free: folders stay for gc_delay * max(0, 1 - gc_disk_headroom - used part of the disk)',
    fallback: 0.1,
  }),
  disk_watch_interval: duration({
    help: 'time between two looks at how full the disk is',
    fallback: 60_000,
    fallbackText: '1mins',
    positive: true,
  }),
  gc_non_executor_container_sandboxes: toggle({
    help: 'remove the sandboxes of nested and standalone containers, too',
    fallback: false,
  }),
  executor_environment_variables: text({
    help: 'JSON object of variables for every executor and task; nothing of our own environment is passed on',
    fallback: '{}',
  }),
  switch_user: toggle({
    help: 'run tasks as the user of their command or framework; off: as the user of the agent',
    fallback: true,
  }),
  ...oversubscriptionFlags,
  ...modulesFlags,
  config_dir: flagFolder(),
  record: text({ help: 'file to record every event in, for meseta replay', value: 'FILE' }),
  ...logFlags,
  acls: aclsFlag,
  credential: path({ help: 'JSON file with who we are to the master: {"principal", "secret"}' }),
  firewall_rules: firewallFlag,
  ...operatorFlags,
  jwt_secret_key: { ...operatorFlags.jwt_secret_key, formerly: 'executor_secret_key' },
  authenticate_http_executors: toggle({
    help: 'ask executors who they are: each gets a token in its environment, signed with --jwt_secret_key',
    fallback: false,
  }),
  insecure: toggle({ help: 'listen on any address without authentication', fallback: false }),
  allowed_hosts: allowedHostsFlag(),
  jsonp: jsonpFlag,
  version: versionFlag,
  runtime_dir: text({
    help: 'folder of what outlives the agent, but not a restart of the machine; run in --work_dir without it',
    value: 'PATH',
  }),
  containerizers: containerizersFlag,
  ...dockerFlags,
  ...isolationFlags,
  ...fetcherFlags,
  ...containerLogFlags,
  ...acceptedFlags,
});

export type AgentConfig = Values<typeof agentFlags>;

/** Reads `--executor_environment_variables`. */
export function readEnvironment(json: string): Record<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new StartError(`--executor_environment_variables is not JSON: ${errorText(error)}`);
  }
  const entries =
    value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : undefined;
  const wrong = entries?.find(([, text]) => typeof text !== 'string');
  if (!entries || wrong) {
    const where = wrong ? `: "${wrong[0]}" is not a text` : '';
    throw new StartError(`--executor_environment_variables must be a JSON object of texts${where}`);
  }
  return Object.fromEntries(entries) as Record<string, string>;
}
