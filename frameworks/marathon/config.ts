/**
 * Marathon's flags, with the original's names, defaults and environment variables, and the configuration made of them.
 */

import { hostname, userInfo } from 'node:os';
import type { Level } from '../../cluster/model/event';
import { isOff } from '../../cluster/runtime/config/classes';
import {
  choice,
  flagFolder,
  integer,
  type ParseOptions,
  parseFlags,
  port,
  text,
  toggle,
  UsageError,
  type Values,
  withEnvironment,
} from '../../cluster/runtime/config/flags';
import { printFlags } from '../../cluster/runtime/config/print-flags';
import { allowOriginFlag, type CorsOrigins, corsOrigins } from '../../cluster/runtime/http/cors';
import { allowedHostsFlag } from '../../cluster/runtime/http/hosts';
import { hideUserinfo, splitUserinfo } from '../../cluster/runtime/http/userinfo';
import type { ZkUrl } from '../../cluster/zookeeper/core/url';
import { hidePassword, isZkUrl, zkUrlFlag, zkUrlOf } from '../../cluster/zookeeper/edge/flag';
import type { DrainSettings } from '../kit/edge/drain';
import {
  count,
  credentialsOf,
  loggingLevel,
  MASTER_HELP,
  mastersOf,
  mesosCredentialsOf,
  ms,
  readSecret,
} from '../kit/edge/flags';
import {
  ACCESS_FLAGS,
  type AccessSettings,
  accessSettingsOf,
  HTTP_FLAGS,
  type HttpSettings,
  httpSettingsOf,
} from '../kit/edge/http-flags';
import type { ForwardLimits } from '../kit/edge/leadership/forward';
import type { MarathonSettings } from './core/state/settings';
import { acceptedFlags } from './edge/accepted-flags';
import { type CallbackSettings, isCallbackUrl } from './edge/callbacks';

const FLAGS = {
  master: text({ help: MASTER_HELP }),
  framework_name: text({ help: 'name of the framework', fallback: 'marathon' }),
  mesos_user: text({ help: 'user that tasks run as; this process own user without it' }),
  mesos_role: text({ help: 'role of the framework', fallback: '*' }),
  mesos_authentication: toggle({
    help: 'insist on --mesos_authentication_principal; with it and a secret we authenticate in any case',
    fallback: false,
  }),
  mesos_authentication_principal: text({ help: 'principal at the master' }),
  mesos_authentication_secret: text({ help: 'secret at the master', secret: true }),
  mesos_authentication_secret_file: text({ help: 'file with the secret at the master' }),
  failover_timeout: count('seconds the master keeps our tasks while we are away', 604_800),
  checkpoint: toggle({ help: 'let tasks survive restarts of their agent', fallback: true }),
  executor: text({ help: 'executor of apps that name none', fallback: '//cmd' }),
  hostname: text({ help: 'host name that others reach us by', fallbackText: 'the host name' }),
  webui_url: text({ help: 'URL of the user interface, given to Mesos' }),
  mesos_leader_ui_url: text({
    help: 'URL of the user interface of Mesos, for /v2/info',
    fallbackText: 'that of the leading master',
  }),
  http_address: text({ help: 'address to listen on', fallback: '127.0.0.1' }),
  http_port: port({ help: 'port to listen on', fallback: 8080 }),
  ...HTTP_FLAGS,
  ...ACCESS_FLAGS,
  access_control_allow_origin: allowOriginFlag(),
  event_subscriber: choice({
    help: 'http_callback posts events to the URLs of /v2/eventSubscriptions, as Marathon did up to 1.4',
    words: ['none', 'http_callback'],
    fallback: 'none',
  }),
  http_endpoints: text({ help: 'URLs that events are posted to from the start, comma separated' }),
  http_event_callback_slow_consumer_timeout: ms(
    'time after which the delivery of an event counts as failed',
    10_000,
  ),
  http_event_request_timeout: ms('time after which the delivery of an event is given up', 10_000),
  event_stream_max_outstanding_messages: count('unread events after which a reader is cut off', 1024, 1),
  local_port_min: port({ help: 'lowest service port given to apps', fallback: 10_000 }),
  local_port_max: port({ help: 'highest service port given to apps', fallback: 20_000 }),
  env_vars_prefix: text({ help: 'put before the names of port variables', fallback: '' }),
  default_network_name: text({ help: 'network of apps that name none' }),
  mesos_bridge_name: text({ help: 'CNI network of bridge mode', fallback: 'mesos-bridge' }),
  accepted_resource_roles_default_behavior: choice({
    help: 'which resources apps take that name no roles',
    words: ['any', 'unreserved', 'reserved'],
    fallback: 'any',
  }),
  new_group_enforce_role: choice({
    help: 'whether new groups below the root give their name as the role to their apps',
    words: ['off', 'top'],
    fallback: 'off',
  }),
  gpu_scheduling_behavior: choice({
    help: 'whether apps without GPUs may use agents with GPUs',
    words: ['restricted', 'unrestricted'],
    fallback: 'restricted',
  }),
  enable_features: text({ help: 'features to switch on, comma separated', fallback: '' }),
  max_apps: integer({ help: 'apps there may be', min: 0, max: 1_000_000, fallback: undefined }),
  deployment_deadline: count('seconds in which deployments have to end, 0 for no limit', 0),
  deployment_rollback: toggle({
    help: 'take deployments back that fail or miss their deadline',
    fallback: false,
  }),
  deployment_max_failures: count('failures of new instances after which --deployment_rollback acts', 3, 1),
  max_running_deployments: count('deployments at the same time', 100, 1),
  maintenance_mode: toggle({ help: 'refuse offers of agents under maintenance', fallback: true }),
  health_storm_guard: toggle({
    help: 'kill no unhealthy instance while most of its app, or of all apps, fail their checks at once',
    fallback: true,
  }),
  draining_seconds: count('seconds before a maintenance in which offers are refused', 0),
  suppress_offers: toggle({ help: 'ask for no offers while nothing is to be launched', fallback: true }),
  mesos_offer_constraints: toggle({
    help: 'let the master offer only agents that fit the constraints of an app that waits',
    fallback: false,
  }),
  min_mesos_offer_constraints_update_interval: ms(
    'least time between two updates of these constraints',
    1000,
  ),
  launch_tokens: count('launches until the next refresh', 100, 1),
  launch_token_refresh_interval: ms('time between two refreshes of the launch tokens', 30_000),
  max_instances_per_offer: count('instances launched from one offer', 5, 1),
  decline_offer_duration: ms('time for which offers are refused', 120_000),
  min_revive_offers_interval: ms('least time between two revives', 5000),
  task_launch_confirm_timeout: ms('time in which a launch must be confirmed', 300_000),
  task_launch_timeout: ms('time in which a task must run', 300_000),
  task_reservation_timeout: ms(
    'time in which an offer must show a reservation, before another is made',
    20_000,
  ),
  kill_chunk_size: count('kills waiting for their effect at once', 100, 1),
  kill_retry_timeout: ms('time after which a kill is repeated', 30_000),
  reconciliation_initial_delay: ms('time to the first full reconciliation', 15_000),
  reconciliation_interval: ms('time between reconciliations', 600_000),
  scale_apps_initial_delay: ms('time to the first scale check', 15_000),
  scale_apps_interval: ms('time between scale checks', 300_000),
  task_lost_expunge_initial_delay: ms('time to the first search for lost instances', 300_000),
  task_lost_expunge_interval: ms('time between searches for lost instances', 30_000),
  max_concurrent_marathon_health_checks: count('probes at once', 256, 1),
  zk_max_versions: count('versions of an app that are kept', 50, 1),
  metrics_prometheus: toggle({ help: 'serve /metrics/prometheus', fallback: true }),
  lb_drain: text({
    help: 'APIs of load balancers that are asked to take a task out before it is killed, comma separated',
    fallback: '',
  }),
  lb_drain_timeout: ms('time after which a task is killed although it has connections', 10_000),
  lb_drain_credentials: text({ help: 'user:password for the load balancers', secret: true }),
  work_dir: text({ help: 'folder of the stored state, without --zk', fallback: '.meseta/marathon' }),
  zk: zkUrlFlag(
    'zk://[user:password@]host:2181,.../path: several Marathons share their state there, and one of them leads; ' +
      'without it the state is in --work_dir',
  ),
  zk_session_timeout: integer({
    help: 'session timeout of the election, in milliseconds',
    min: 500,
    max: 86_400_000,
    fallback: 10_000,
  }),
  ha: {
    help: 'elect a leader, as there always is with --zk; --disable_ha is for a Marathon without it',
    value: undefined,
    fallback: undefined,
    read: (word: string): boolean => !isOff(word),
  },
  leader_proxy_max_open_connections: count('connections to the leader for requests passed on', 64, 1),
  leader_proxy_connection_timeout: ms('time for a connection to the leader', 5000),
  leader_proxy_read_timeout: ms('time for the answer of the leader to begin', 10_000),
  leader_proxy_ssl_ignore_hostname: toggle({
    help: 'take any certificate of a trusted authority as that of the leader',
    fallback: false,
  }),
  insecure: toggle({ help: 'allow other machines without authentication', fallback: false }),
  allowed_hosts: allowedHostsFlag(),
  config_dir: flagFolder(),
  record: text({ help: 'file to record all events to' }),
  logging_level: loggingLevel(),
  ...acceptedFlags,
} as const;

/** Each flag can also be given as MARATHON_NAME. */
export const MARATHON_FLAGS = withEnvironment('MARATHON_', FLAGS);
export type MarathonFlags = Values<typeof MARATHON_FLAGS>;

export interface MarathonConfig {
  /** Base URLs of the masters; none where ZooKeeper says who leads. */
  readonly masters: readonly string[];
  readonly masterZk: ZkUrl | undefined;
  readonly settings: MarathonSettings;
  readonly http: HttpSettings &
    AccessSettings & {
      readonly outstandingEventsMax: number;
      readonly cors: CorsOrigins | undefined;
    };
  /** `principal:secret` for the master. */
  readonly mesosCredentials?: string | undefined;
  readonly defaultNetworkName?: string | undefined;
  readonly probesMax: number;
  readonly metricsPrometheus: boolean;
  readonly drain: DrainSettings;
  /** Undefined where no events are posted. */
  readonly callbacks: CallbackSettings | undefined;
  readonly logLevel: Level;
  readonly workDir: string;
  /** The ensemble that several Marathons share; one Marathon has its state in `workDir`. */
  readonly ensemble: EnsembleSettings | undefined;
  readonly proxy: ProxySettings;
  /** For `/v2/info`, secrets starred out. */
  readonly info: InfoConfig;
  /** The flags as texts, secrets starred out. */
  readonly shownFlags: Readonly<Record<string, string>>;
}

export interface EnsembleSettings {
  readonly url: ZkUrl;
  readonly sessionTimeoutMs: number;
}

/** The passing on of requests to the leader. */
export interface ProxySettings {
  readonly limits: ForwardLimits;
  /** Certificates of the leader may name another host. */
  readonly ignoresHostname: boolean;
}

/** The flags as `/v2/info` shows them. */
export interface InfoConfig {
  readonly marathon_config: Readonly<Record<string, unknown>>;
  readonly zookeeper_config: Readonly<Record<string, unknown>>;
  readonly http_config: Readonly<Record<string, unknown>>;
}

export type ParsedMarathon = { readonly config: MarathonConfig } | { readonly help: string };

/** Reads a command line. Throws UsageError or StartError with a text for the operator. */
export function parseMarathonConfig(options: Pick<ParseOptions, 'args' | 'env'>): ParsedMarathon {
  const { flags, help } = parseFlags(MARATHON_FLAGS, {
    ...options,
    command: 'meseta marathon',
    about: 'Runs services on a Mesos cluster and keeps them running.',
  });
  return help === undefined ? { config: marathonConfig(flags) } : { help };
}

const FEATURES = ['vips', 'task_killing', 'external_volumes', 'secrets', 'gpu_resources'];

/** Flag values to the configuration. */
export function marathonConfig(flags: MarathonFlags): MarathonConfig {
  if (flags.master === undefined) throw new UsageError('--master is missing: give the address of a master');
  if (flags.local_port_min > flags.local_port_max) {
    throw new UsageError('--local_port_min: must not be above --local_port_max');
  }
  return {
    masters: mastersOf(flags.master),
    masterZk: isZkUrl(flags.master) ? zkUrlOf('--master', flags.master) : undefined,
    settings: settingsOf(flags),
    http: {
      ...httpSettingsOf(flags),
      ...accessSettingsOf(flags),
      cors: corsOrigins(flags.access_control_allow_origin),
      outstandingEventsMax: flags.event_stream_max_outstanding_messages,
    },
    mesosCredentials: masterCredentialsOf(flags),
    defaultNetworkName: flags.default_network_name,
    probesMax: flags.max_concurrent_marathon_health_checks,
    metricsPrometheus: flags.metrics_prometheus,
    drain: drainOf(flags),
    callbacks: callbacksOf(flags),
    logLevel: flags.logging_level,
    workDir: flags.work_dir,
    ensemble: ensembleOf(flags),
    proxy: {
      limits: {
        connections: flags.leader_proxy_max_open_connections,
        connectMs: flags.leader_proxy_connection_timeout,
        answerMs: flags.leader_proxy_read_timeout,
      },
      ignoresHostname: flags.leader_proxy_ssl_ignore_hostname,
    },
    info: infoOf(flags),
    shownFlags: { ...printFlags(MARATHON_FLAGS, flags), master: shownMaster(flags.master) },
  };
}

function ensembleOf({
  zk,
  ha,
  zk_session_timeout,
  internal_store_backend,
}: MarathonFlags): EnsembleSettings | undefined {
  if (zk === undefined) {
    if (ha === true) throw new UsageError('--ha: several Marathons share a ZooKeeper: --zk is missing');
    if (internal_store_backend !== undefined)
      throw new UsageError('--internal_store_backend: zk is for --zk, which is missing');
    return undefined;
  }
  if (ha === false)
    throw new UsageError(
      '--disable_ha: with --zk there is an election, which a Marathon alone wins: leave it out',
    );
  return { url: zkUrlOf('--zk', zk), sessionTimeoutMs: zk_session_timeout };
}

function drainOf(flags: MarathonFlags): DrainSettings {
  const urls = flags.lb_drain
    .split(',')
    .map((url) => url.trim())
    .filter(Boolean);
  const wrong = urls.find((url) => !/^https?:\/\//.test(url) || !URL.canParse(url));
  if (wrong !== undefined)
    throw new UsageError(`--lb_drain: "${hideUserinfo(wrong)}" is not a URL; write it as http://HOST:9092`);
  const secret = urls.find((url) => splitUserinfo(url).credentials !== undefined);
  if (secret !== undefined)
    throw new UsageError(
      `--lb_drain: "${hideUserinfo(secret)}" has credentials, which belong in --lb_drain_credentials`,
    );
  const credentials = credentialsOf(flags.lb_drain_credentials, '--lb_drain_credentials');
  return { urls, timeoutMs: flags.lb_drain_timeout, credentials };
}

function callbacksOf(flags: MarathonFlags): CallbackSettings | undefined {
  const isOn = flags.event_subscriber === 'http_callback';
  if (flags.http_endpoints !== undefined && !isOn)
    throw new UsageError('--http_endpoints: it is for --event_subscriber http_callback, which is missing');
  if (!isOn) return undefined;
  const endpoints = (flags.http_endpoints ?? '')
    .split(',')
    .map((url) => url.trim())
    .filter(Boolean);
  const wrong = endpoints.find((url) => !isCallbackUrl(url));
  if (wrong !== undefined)
    throw new UsageError(
      `--http_endpoints: "${hideUserinfo(wrong)}" is not a URL of http or https, or is link-local`,
    );
  return {
    endpoints,
    requestMs: flags.http_event_request_timeout,
    slowMs: flags.http_event_callback_slow_consumer_timeout,
    waitingMax: flags.event_stream_max_outstanding_messages,
  };
}

function settingsOf(flags: MarathonFlags): MarathonSettings {
  const features = flags.enable_features.split(',').filter(Boolean);
  const unknown = features.find((feature) => !FEATURES.includes(feature));
  if (unknown !== undefined) {
    throw new UsageError(`--enable_features: ${unknown} is unknown; known are ${FEATURES.join(', ')}`);
  }
  return {
    frameworkName: flags.framework_name,
    user: flags.mesos_user ?? userInfo().username,
    role: flags.mesos_role,
    hostname: flags.hostname ?? hostname(),
    webuiUrl: flags.webui_url,
    principal: flags.mesos_authentication_principal,
    failoverTimeoutSeconds: flags.failover_timeout,
    checkpoint: flags.checkpoint,
    features,
    executor: flags.executor,
    localPortMin: flags.local_port_min,
    localPortMax: flags.local_port_max,
    envVarsPrefix: flags.env_vars_prefix,
    mesosBridgeName: flags.mesos_bridge_name,
    newGroupEnforceRole: flags.new_group_enforce_role === 'top',
    acceptedRolesDefault: flags.accepted_resource_roles_default_behavior,
    gpuScheduling: flags.gpu_scheduling_behavior,
    healthStormGuard: flags.health_storm_guard,
    maintenanceMode: flags.maintenance_mode,
    drainingMs: flags.draining_seconds * 1000,
    maxApps: flags.max_apps,
    maxRunningDeployments: flags.max_running_deployments,
    deploymentDeadlineMs: flags.deployment_deadline * 1000,
    deploymentRollback: flags.deployment_rollback,
    deploymentMaxFailures: flags.deployment_max_failures,
    versionsKept: flags.zk_max_versions,
    launchTokens: flags.launch_tokens,
    launchTokenRefreshMs: flags.launch_token_refresh_interval,
    maxInstancesPerOffer: flags.max_instances_per_offer,
    declineOfferMs: flags.decline_offer_duration,
    minReviveOffersMs: flags.min_revive_offers_interval,
    suppressOffers: flags.suppress_offers,
    offerConstraints: flags.mesos_offer_constraints,
    offerConstraintsIntervalMs: flags.min_mesos_offer_constraints_update_interval,
    taskLaunchMs: flags.task_launch_timeout,
    taskLaunchConfirmMs: flags.task_launch_confirm_timeout,
    taskReservationMs: flags.task_reservation_timeout,
    killRetryMs: flags.kill_retry_timeout,
    killChunkSize: flags.kill_chunk_size,
    reconciliationInitialMs: flags.reconciliation_initial_delay,
    reconciliationIntervalMs: flags.reconciliation_interval,
    scaleAppsInitialMs: flags.scale_apps_initial_delay,
    scaleAppsIntervalMs: flags.scale_apps_interval,
    expungeInitialMs: flags.task_lost_expunge_initial_delay,
    expungeIntervalMs: flags.task_lost_expunge_interval,
  };
}

function masterCredentialsOf(flags: MarathonFlags): string | undefined {
  const { mesos_authentication_principal: principal, mesos_authentication_secret_file: file } = flags;
  if (flags.mesos_authentication && principal === undefined)
    throw new UsageError('--mesos_authentication: --mesos_authentication_principal is missing');
  const secret = flags.mesos_authentication_secret ?? (file && readSecret(file));
  return mesosCredentialsOf({ master: flags.master ?? '', principal, secret });
}

/** The keys of `/v2/info` (Marathon 1.11): strict clients know these and no others. Flags that are not set are null. */
const INFO_KEYS = [
  'access_control_allow_origin',
  'checkpoint',
  'decline_offer_duration',
  'default_network_name',
  'env_vars_prefix',
  'executor',
  'failover_timeout',
  'features',
  'framework_name',
  'ha',
  'hostname',
  'launch_token',
  'launch_token_refresh_interval',
  'leader_proxy_connection_timeout_ms',
  'leader_proxy_read_timeout_ms',
  'local_port_max',
  'local_port_min',
  'master',
  'max_instances_per_offer',
  'mesos_bridge_name',
  'mesos_heartbeat_failure_threshold',
  'mesos_heartbeat_interval',
  'mesos_leader_ui_url',
  'mesos_role',
  'mesos_user',
  'new_group_enforce_role',
  'min_revive_offers_interval',
  'offer_matching_timeout',
  'on_elected_prepare_timeout',
  'reconciliation_initial_delay',
  'reconciliation_interval',
  'scale_apps_initial_delay',
  'scale_apps_interval',
  'store_cache',
  'task_launch_confirm_timeout',
  'task_launch_timeout',
  'task_lost_expunge_initial_delay',
  'task_lost_expunge_interval',
  'task_reservation_timeout',
  'webui_url',
  'maintenance_mode',
] as const;

const ZOOKEEPER_KEYS = [
  'zk',
  'zk_compression',
  'zk_compression_threshold',
  'zk_connection_timeout',
  'zk_max_node_size',
  'zk_max_versions',
  'zk_session_timeout',
  'zk_timeout',
] as const;

/** Addresses of masters without secrets. */
function shownMaster(master: string): string {
  return hideUserinfo(hidePassword(master));
}

function infoOf(flags: MarathonFlags): InfoConfig {
  const specialValues: Record<string, unknown> = {
    ...flags,
    master: flags.master && shownMaster(flags.master),
    access_control_allow_origin: corsOrigins(flags.access_control_allow_origin) ?? null,
    features: flags.enable_features.split(',').filter(Boolean),
    launch_token: flags.launch_tokens,
    ha: flags.zk !== undefined,
    zk: flags.zk && hidePassword(flags.zk),
    leader_proxy_connection_timeout_ms: flags.leader_proxy_connection_timeout,
    leader_proxy_read_timeout_ms: flags.leader_proxy_read_timeout,
  };
  const pick = (keys: readonly string[]) =>
    Object.fromEntries(keys.map((key) => [key, specialValues[key] ?? null]));
  return {
    marathon_config: pick(INFO_KEYS),
    zookeeper_config: pick(ZOOKEEPER_KEYS),
    http_config: { http_port: flags.http_port, https_port: httpSettingsOf(flags).https?.port ?? null },
  };
}
