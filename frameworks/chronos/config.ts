/** Chronos' flags, with the original's names, defaults and environment variables, and the configuration made of them. */

import { hostname } from 'node:os';
import type { Level } from '../../cluster/model/event';
import {
  type Flag,
  flagFolder,
  integer,
  type ParseOptions,
  parseFlags,
  path,
  port,
  text,
  toggle,
  UsageError,
  type Values,
  withEnvironment,
} from '../../cluster/runtime/config/flags';
import { allowedHostsFlag } from '../../cluster/runtime/http/hosts';
import type { ZkUrl } from '../../cluster/zookeeper/core/url';
import { isZkUrl, zkFlag, zkUrlOf } from '../../cluster/zookeeper/edge/flag';
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
import type { JobDefaults } from './core/jobs/job';
import { DEFAULT_RULES, NOTICE_KINDS, type NoticeKind } from './core/notify/notice';
import type { Settings } from './core/state/state';
import { acceptedFlags } from './edge/accepted-flags';
import type { ChannelSettings } from './edge/notify/channels';

const DAY_MS = 86_400_000;
const PREFIX = 'CHRONOS_';

const FLAGS = {
  master: zkFlag(text({ help: MASTER_HELP })),
  mesos_framework_name: text({ help: 'name of the framework', fallback: 'chronos' }),
  user: text({
    help: 'user that tasks run as, unless their job has runAsUser',
    fallback: 'root',
    short: 'u',
  }),
  mesos_role: text({ help: 'role of the framework', fallback: '*' }),
  mesos_authentication_principal: text({ help: 'principal at the master' }),
  mesos_authentication_secret_file: path({ help: 'file with the secret at the master' }),
  failover_timeout: {
    ...count('seconds the master keeps our tasks while we are away', 604_800),
    short: 'f',
  },
  mesos_checkpoint: toggle({ help: 'let tasks survive restarts of their agent', fallback: true }),
  mesos_task_cpu: amount('CPUs of tasks whose job names none', 0.1),
  mesos_task_mem: amount('MB of memory of tasks whose job names none', 128),
  mesos_task_disk: amount('MB of disk of tasks whose job names none', 256),
  decline_offer_duration: integer({
    help: 'time for which offers are refused, in milliseconds; that of Mesos without it',
    min: 0,
    max: 365 * DAY_MS,
    fallback: undefined,
  }),
  min_revive_offers_interval: ms('least time between two revives', 5000),
  reconciliation_interval: count('seconds between reconciliations', 600, 1),
  hostname: text({ help: 'host name that others reach us by', fallbackText: 'the host name' }),
  webui_url: text({
    help: 'URL of the user interface, given to Mesos',
    fallbackText: '--hostname and --http_port',
  }),
  http_address: text({ help: 'address to listen on', fallback: '127.0.0.1' }),
  http_port: { ...port({ help: 'port to listen on', fallback: 4400 }), formerEnv: 'PORT0' },
  port_on_host: integer({
    help: 'port that others reach us at, where a bridge maps another one to --http_port',
    min: 1,
    max: 65_535,
    fallback: undefined,
  }),
  ...HTTP_FLAGS,
  ...ACCESS_FLAGS,
  zk_hosts: zkFlag(
    text({
      help: 'ZooKeeper as host:port,... : several Chronos share their state there, and one of them leads; without it the state is in --work_dir',
      short: 'z',
    }),
  ),
  zk_path: text({ help: 'path in ZooKeeper of the election and the state', fallback: '/chronos/state' }),
  zk_timeout: integer({
    help: 'session timeout of the election, in milliseconds',
    min: 500,
    max: DAY_MS,
    fallback: 10_000,
  }),
  zk_auth: text({ help: 'user:password for ZooKeeper (digest)', secret: true }),
  work_dir: text({ help: 'folder of the stored state, without --zk_hosts', fallback: '.meseta/chronos' }),
  failure_retry: ms('time before the first retry', 60_000),
  disable_after_failures: {
    ...count('final failures in a row after which a job is disabled; 0 for never', 0),
    short: 'd',
  },
  task_epsilon: integer({
    help: 'seconds in which a slot has to be started, for jobs without an epsilon; without it there is no limit',
    min: 0,
    max: 2 ** 31 - 1,
    fallback: undefined,
    short: 't',
  }),
  job_history_limit: { ...count('tasks that job/stat/NAME shows', 5), short: 'j' },
  history_count: count('ended runs of each job that are kept', 10, 1),
  output_bytes: count('bytes of the last output of each run that are kept; 0 for none', 1024),
  history_days: count('days for which ended runs are kept', 30, 1),
  cluster_name: text({ help: 'name of the cluster, in the subjects of notices' }),
  notify_on: text({
    help: `what owners are told, comma separated, of ${NOTICE_KINDS.join(', ')}`,
    fallback: DEFAULT_RULES.join(','),
  }),
  overdue_after: ms('waiting time after which a run counts as overdue', 300_000),
  slow_factor: count('times of its usual duration after which a run counts as slow', 3, 1),
  mail_server: text({ help: 'mail server for notices, as host:port', short: 'm' }),
  mail_from: text({ help: 'sender of notices' }),
  mail_user: text({ help: 'user at the mail server' }),
  mail_password: text({ help: 'password at the mail server', secret: true }),
  mail_ssl: toggle({ help: 'speak TLS with the mail server from the beginning', fallback: false }),
  slack_url: text({ help: 'web hook of Slack for notices', secret: true, short: 's' }),
  mattermost_url: text({ help: 'web hook of Mattermost for notices', secret: true }),
  http_notification_url: text({ help: 'URL that notices are posted to, as JSON', secret: true, short: 'h' }),
  http_notification_credentials: text({ help: 'user:password for --http_notification_url', secret: true }),
  insecure: toggle({ help: 'allow other machines without authentication', fallback: false }),
  allowed_hosts: allowedHostsFlag(),
  config_dir: flagFolder({ formerly: 'conf_dir' }),
  record: text({ help: 'file to record all events to; each further term has a file of its own' }),
  logging_level: loggingLevel(),
  ...acceptedFlags,
} as const;

/** Each flag can also be given as CHRONOS_NAME. */
export const CHRONOS_FLAGS = withEnvironment(PREFIX, FLAGS);
export type ChronosFlags = Values<typeof CHRONOS_FLAGS>;

export interface ChronosConfig {
  /** Base URLs of the masters; none where ZooKeeper says who leads. */
  readonly masters: readonly string[];
  readonly masterZk: ZkUrl | undefined;
  /** `principal:secret` for the master. */
  readonly mesosCredentials: string | undefined;
  readonly framework: FrameworkSettings;
  readonly core: Settings;
  readonly jobs: JobDefaults;
  /** The tasks that `job/stat` shows. */
  readonly historyLimit: number;
  readonly http: ChronosHttp;
  /** The ensemble that several Chronos share; one Chronos has its state in `workDir`. */
  readonly ensemble: EnsembleSettings | undefined;
  readonly workDir: string;
  readonly notices: NoticeSettings;
  /** Bytes of the last output of a task, for each of its two files. */
  readonly outputBytesMax: number;
  readonly logLevel: Level;
}

/** The framework as the master knows it. */
export interface FrameworkSettings {
  readonly name: string;
  readonly user: string;
  readonly role: string;
  readonly principal: string | undefined;
  readonly failoverTimeoutSeconds: number;
  readonly checkpoint: boolean;
  readonly hostname: string;
  readonly webuiUrl: string | undefined;
  readonly declineOfferMs: number | undefined;
  readonly minReviveOffersMs: number;
  readonly reconciliationMs: number;
}

export interface ChronosHttp extends HttpSettings, AccessSettings {
  /** The port that others reach us at; the one that we listen on without it. */
  readonly advertisedPort: number | undefined;
}

export interface EnsembleSettings {
  /** The servers and credentials, with `--zk_path`. */
  readonly url: ZkUrl;
  readonly sessionTimeoutMs: number;
}

export interface NoticeSettings {
  readonly channels: ChannelSettings;
  readonly rules: ReadonlySet<NoticeKind>;
  readonly clusterName: string | undefined;
}

export type ParsedChronos = { readonly config: ChronosConfig } | { readonly help: string };

/** Reads a command line. Throws UsageError or StartError with a text for the operator. */
export function parseChronosConfig(options: Pick<ParseOptions, 'args' | 'env'>): ParsedChronos {
  const { flags, help } = parseFlags(CHRONOS_FLAGS, {
    ...options,
    command: 'meseta chronos',
    about: 'Runs jobs on a Mesos cluster, by a schedule or after other jobs.',
  });
  return help === undefined ? { config: chronosConfig(flags) } : { help };
}

const { zk_hosts, zk_path, zk_timeout, zk_auth, mesos_task_cpu, mesos_task_mem, mesos_task_disk, user } =
  CHRONOS_FLAGS;

/** The flags of `meseta job import`: the tree of the original, and the store that takes its jobs. */
export const IMPORT_FLAGS = {
  zk_hosts: { ...zk_hosts, help: 'ZooKeeper of the original, as host:port,...' },
  zk_path: { ...zk_path, help: 'path of the original in ZooKeeper' },
  zk_timeout,
  zk_auth,
  user,
  mesos_task_cpu,
  mesos_task_mem,
  mesos_task_disk,
  work_dir: text({ help: 'folder of the state that takes the jobs; ZooKeeper takes them without it' }),
  replace: toggle({ help: 'replace jobs that are there already', fallback: false }),
} as const;

export interface ImportConfig {
  readonly ensemble: EnsembleSettings;
  readonly jobs: JobDefaults;
  readonly isReplacing: boolean;
}

export function importConfig(flags: Values<typeof IMPORT_FLAGS>): ImportConfig {
  const ensemble = ensembleOf(flags);
  if (ensemble === undefined)
    throw new UsageError('--zk_hosts is missing: give the ZooKeeper of the original');
  return { ensemble, jobs: jobDefaultsOf(flags), isReplacing: flags.replace };
}

/** Flag values to the configuration. */
export function chronosConfig(flags: ChronosFlags): ChronosConfig {
  const { master } = flags;
  if (master === undefined) throw new UsageError('--master is missing: give the address of a master');
  const rules = rulesOf(flags.notify_on);
  return {
    masters: mastersOf(master),
    masterZk: isZkUrl(master) ? zkUrlOf('--master', master) : undefined,
    mesosCredentials: masterCredentialsOf(flags, master),
    framework: frameworkOf(flags),
    core: coreOf(flags, rules),
    jobs: jobDefaultsOf(flags),
    historyLimit: flags.job_history_limit,
    http: httpOf(flags),
    ensemble: ensembleOf(flags),
    workDir: flags.work_dir,
    notices: { channels: channelsOf(flags), rules, clusterName: flags.cluster_name },
    outputBytesMax: flags.output_bytes,
    logLevel: flags.logging_level,
  };
}

function masterCredentialsOf(flags: ChronosFlags, master: string): string | undefined {
  const { mesos_authentication_principal: principal, mesos_authentication_secret_file: file } = flags;
  const secret = file === undefined ? undefined : readSecret(file);
  return mesosCredentialsOf({ master, principal, secret });
}

type JobFlags = Pick<ChronosFlags, 'mesos_task_cpu' | 'mesos_task_mem' | 'mesos_task_disk' | 'user'>;

function jobDefaultsOf(flags: JobFlags): JobDefaults {
  return {
    cpus: flags.mesos_task_cpu,
    mem: flags.mesos_task_mem,
    disk: flags.mesos_task_disk,
    runAsUser: flags.user,
  };
}

function frameworkOf(flags: ChronosFlags): FrameworkSettings {
  return {
    name: flags.mesos_framework_name,
    user: flags.user,
    role: flags.mesos_role,
    principal: flags.mesos_authentication_principal,
    failoverTimeoutSeconds: flags.failover_timeout,
    checkpoint: flags.mesos_checkpoint,
    hostname: flags.hostname ?? hostname(),
    webuiUrl: flags.webui_url,
    declineOfferMs: flags.decline_offer_duration,
    minReviveOffersMs: flags.min_revive_offers_interval,
    reconciliationMs: flags.reconciliation_interval * 1000,
  };
}

function coreOf(flags: ChronosFlags, rules: ReadonlySet<NoticeKind>): Settings {
  const { task_epsilon: epsilon } = flags;
  return {
    failureRetry: flags.failure_retry,
    disableAfterFailures: flags.disable_after_failures,
    taskEpsilon: epsilon === undefined ? undefined : epsilon * 1000,
    overdueAfter: rules.has('overdue') ? flags.overdue_after : undefined,
    slowFactor: rules.has('slow') ? flags.slow_factor : undefined,
    countMax: Math.max(flags.history_count, flags.job_history_limit),
    ageMax: flags.history_days * DAY_MS,
  };
}

function httpOf(flags: ChronosFlags): ChronosHttp {
  return { ...httpSettingsOf(flags), ...accessSettingsOf(flags), advertisedPort: flags.port_on_host };
}

type ZookeeperFlags = Pick<ChronosFlags, 'zk_hosts' | 'zk_path' | 'zk_timeout' | 'zk_auth'>;

/** The original takes `zk://host:2181/path`, too, and leaves the path out. */
function ensembleOf(flags: ZookeeperFlags): EnsembleSettings | undefined {
  if (flags.zk_hosts === undefined) return undefined;
  const [place = ''] = flags.zk_hosts.replace(/^\s*zk:\/\//, '').split('/');
  const atSign = place.lastIndexOf('@');
  const auth = flags.zk_auth ?? (atSign < 0 ? undefined : place.slice(0, atSign));
  const path = flags.zk_path.startsWith('/') ? flags.zk_path : `/${flags.zk_path}`;
  const address = `zk://${auth === undefined ? '' : `${auth}@`}${place.slice(atSign + 1)}${path}`;
  return { url: zkUrlOf('--zk_hosts and --zk_path', address), sessionTimeoutMs: flags.zk_timeout };
}

function rulesOf(list: string): ReadonlySet<NoticeKind> {
  const words = list
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
  const unknown = words.find((word) => !(NOTICE_KINDS as readonly string[]).includes(word));
  if (unknown !== undefined)
    throw new UsageError(`--notify_on: ${unknown} is unknown; known are ${NOTICE_KINDS.join(', ')}`);
  return new Set(words as NoticeKind[]);
}

function channelsOf(flags: ChronosFlags): ChannelSettings {
  const url = flags.http_notification_url;
  if (url === undefined && flags.http_notification_credentials !== undefined)
    throw new UsageError('--http_notification_credentials: --http_notification_url is missing');
  credentialsOf(flags.http_notification_credentials, '--http_notification_credentials');
  for (const name of ['slack_url', 'mattermost_url', 'http_notification_url'] as const)
    checkUrl(name, flags[name]);
  return {
    mail: mailOf(flags),
    slack: flags.slack_url,
    mattermost: flags.mattermost_url,
    http: url === undefined ? undefined : { url, credentials: flags.http_notification_credentials },
  };
}

function checkUrl(name: string, url: string | undefined): void {
  if (url !== undefined && !(/^https?:\/\//.test(url) && URL.canParse(url)))
    throw new UsageError(`--${name}: expected a URL such as https://HOST/PATH`);
}

function mailOf(flags: ChronosFlags): ChannelSettings['mail'] {
  const { mail_server: server, mail_from: from, mail_user: user, mail_password: password } = flags;
  if (server === undefined && from === undefined) return undefined;
  if (server === undefined || from === undefined)
    throw new UsageError('--mail_server and --mail_from belong together: one of them is missing');
  const match = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(server);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined) throw new UsageError('--mail_server: expected host:port');
  return { host, port: Number(match?.[3]), from, user, password, ssl: flags.mail_ssl };
}

function amount(help: string, fallback: number): Flag<number> {
  const read = (value: string): number => {
    const number = /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : 0;
    if (!(number > 0)) throw new Error('expected a number above 0');
    return number;
  };
  return { value: 'NUMBER', help, fallback, read };
}
