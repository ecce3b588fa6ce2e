/**
 * Flags of the load balancer, under marathon-lb's names where it has them, and the frozen configuration made of them.
 */

import { type BearerFlags, bearerFlags } from '../cluster/runtime/auth/flags';
import { unused } from '../cluster/runtime/config/classes';
import {
  choice,
  duration,
  flagFolder,
  integer,
  list,
  path,
  port,
  text,
  toggle,
  UsageError,
  type Values,
} from '../cluster/runtime/config/flags';
import type { Credentials } from '../cluster/runtime/http/guard';
import { allowedHostsFlag } from '../cluster/runtime/http/hosts';
import { hideUserinfo, splitUserinfo } from '../cluster/runtime/http/userinfo';
import { isAddress } from './core/labels/label-values';
import type { PortRange } from './core/services/service-ports';
import { type TemplateName, templateTable } from './core/templates/template-table';
import { type KernelSetting, readKernelSettings, readVault, type Vault } from './edge/container-setup';
import {
  type MarathonAccess,
  marathonAccessFlags,
  readMarathonAccess,
  readPair,
} from './edge/marathon-access';
import { readTemplateTexts } from './edge/operator-templates';
import {
  certificatesOf,
  expandArguments,
  readDefaultOptions,
  readLogTarget,
  readPortRange,
} from './edge/settings';

export const lbFlags = {
  marathon: list({
    value: 'URL',
    help: 'A Marathon to follow; may be given several times, they are tried in order',
    fallback: ['http://master.mesos:8080'],
  }),
  group: list({
    value: 'NAME',
    help: 'Serve apps of this group; may be given several times; * serves all. Required',
  }),
  sse: toggle({
    help: 'Follow Marathon and run HAProxy; without it the configuration is written once',
    fallback: false,
  }),
  poll: toggle({
    help: 'Run HAProxy, and read the apps every --poll-interval instead of following events',
    fallback: false,
  }),
  'poll-interval': integer({
    value: 'SECONDS',
    help: 'Time between two readings with --poll',
    env: 'POLL_INTERVAL',
    min: 1,
    max: 86_400,
    fallback: 60,
  }),
  'health-check': toggle({ help: 'Leave out tasks that Marathon does not see alive', fallback: false }),
  'strict-mode': toggle({
    help: 'Serve a port only when its HAPROXY_{n}_ENABLED label is true',
    fallback: false,
  }),
  'dont-bind-http-https': toggle({ help: 'No shared frontends on 80 and 443', fallback: false }),
  'ssl-certs': text({
    value: 'PATHS',
    help: 'Certificates for HTTPS, separated by commas. While HAProxy runs there is no HTTPS without one',
    fallbackText: '/etc/ssl/cert.pem if it exists',
  }),
  'self-signed': toggle({
    help: 'Without any certificate make one (with openssl), as the container of marathon-lb did. The words sse and poll set it',
    fallback: false,
  }),
  'group-https-by-vhost': toggle({
    help: 'One TLS frontend per host name, with certificates and options of its own',
    fallback: false,
  }),
  'haproxy-map': toggle({ help: 'Look host names and app ids up in map files', fallback: false }),
  http2: toggle({ help: 'Offer HTTP/2 on the HTTPS frontend (with --sse)', fallback: true }),
  'longest-path-first': toggle({
    help: 'Among rules of equal weight, try longer paths first',
    fallback: false,
  }),
  'min-serv-port-ip-per-task': port({
    help: 'First service port given to apps that have none; 0, for both, gives none',
    fallback: 10_050,
  }),
  'max-serv-port-ip-per-task': port({ help: 'Last service port given to such apps', fallback: 10_100 }),
  'templates-dir': text({
    value: 'PATH',
    help: 'Folder of files HAPROXY_NAME that replace templates',
    fallback: 'templates',
  }),
  'template-groups': list({
    value: 'NAME',
    help: 'Groups whose apps may replace templates by labels; may be given several times; * is all',
    fallbackText: 'none',
  }),
  'template-directives': list({
    value: 'WORD',
    help: 'Directives that lines of template labels may begin with; may be given several times; * is all',
    fallbackText: 'none',
  }),
  'skip-validation': toggle({ help: 'Do not check the configuration before it is loaded', fallback: false }),
  'skip-config-cleanup': toggle({
    help: 'Do not look for the apps at fault when HAProxy refuses the configuration',
    fallback: false,
  }),
  dry: toggle({ help: 'Print the configuration and stop', fallback: false }),
  'stop-haproxy': toggle({
    help: 'A stop ends HAProxy, too; without, it serves on and the next start in the same --work-dir adopts it',
    fallback: false,
  }),
  'haproxy-config': text({
    value: 'PATH',
    help: 'Where the configuration is written',
    fallbackText: 'haproxy.cfg in --work-dir',
  }),
  haproxy: text({ value: 'PATH', help: 'The haproxy program', fallbackText: 'found on PATH' }),
  'work-dir': text({
    value: 'PATH',
    help: 'Folder for the configuration, pid files and sockets',
    fallback: '.meseta/lb',
  }),
  ...marathonAccessFlags,
  'bind-address': text({
    value: 'ADDRESS',
    help: 'Where frontends and service ports listen; * is everywhere',
    fallback: '*',
  }),
  'http-in-port': port({ help: 'Port of the HTTP frontend', fallback: 80 }),
  'https-in-port': port({ help: 'Port of the HTTPS frontend', fallback: 443 }),
  'appid-port': port({ help: 'Port of the frontend that looks at X-Marathon-App-Id', fallback: 9091 }),
  'stats-address': text({
    value: 'ADDRESS',
    help: 'Where the statistics listen; beyond this machine only with --insecure',
    fallback: '127.0.0.1',
  }),
  'stats-port': port({ help: "Port of HAProxy's statistics and metrics", fallback: 9090 }),
  'http-address': text({
    value: 'ADDRESS',
    help: "Where the load balancer's API listens",
    fallback: '127.0.0.1',
  }),
  'http-port': port({ help: "Port of the load balancer's API", fallback: 9092 }),
  'api-credentials': text({
    value: 'USER:PASSWORD',
    help: "Who may use the load balancer's API (basic authentication); without, this machine only",
    secret: true,
  }),
  'api-tokens': path({ help: 'JSON file of bearer tokens: {"tokens": [{"principal", "token"}]}' }),
  'api-jwt-key': path({ help: 'File with the key of signed bearer tokens (HS256)' }),
  insecure: toggle({ help: 'Let others on the network use API and statistics', fallback: false }),
  allowed_hosts: allowedHostsFlag('allowed-hosts'),
  'reload-timeout': duration({
    help: 'How long old connections may last after a reload before they are cut',
    fallback: 600_000,
    fallbackText: '10mins',
  }),
  'reload-wait': duration({
    help: 'How long a reload waits for the worker of the one before, which is then ended: there are never more than two',
    fallback: 5000,
    fallbackText: '5secs',
  }),
  'reload-linger': duration({
    help: 'How long a removed service keeps its place, without servers, when nothing else needs a reload; 0secs: not at all',
    fallback: 30_000,
    fallbackText: '30secs',
  }),
  'access-log': list({
    value: 'TARGET',
    help: 'Where HAProxy logs requests, such as /dev/log, 127.0.0.1:514 or stdout; may be given several times',
    fallbackText: 'nowhere',
  }),
  'access-log-format': text({ value: 'FORMAT', help: "Form of HAProxy's log lines, in its own words" }),
  'syslog-socket': text({
    value: 'PATH',
    help: 'Where the load balancer logs to, beside standard error; /dev/null is nowhere',
    env: 'SYSLOG_SOCKET',
    fallback: '/dev/null',
  }),
  'log-level': choice({
    help: 'Which lines of the load balancer are logged',
    words: ['debug', 'info', 'warn', 'error'],
    fallback: 'info',
  }),
  'config-dir': flagFolder({ formerly: 'config_dir' }),
  record: text({ value: 'FILE', help: 'File to record every event of the machine in, for meseta replay' }),
  command: text({
    value: 'COMMAND',
    help: 'Run after the configuration was written without --sse, to have somebody reload it',
  }),
  'max-backoff': integer({
    value: 'SECONDS',
    help: "The longest wait before Marathon's event stream is opened again",
    min: 1,
    max: 86_400,
    fallback: 300,
  }),
  longhelp: toggle({ help: 'Print flags, labels and templates, and stop', fallback: false }),
  ...unused('HAProxy says how a reload went, so it is not tried again', 'max-reload-retries'),
  ...unused('--reload-wait says how reloads follow each other', 'reload-interval'),
  ...unused('older configurations are not kept', 'archive-versions'),
  ...unused('there is no cache', 'lru-cache-capacity'),
  ...unused('log lines are JSON', 'log-format'),
} as const;

/** The variables of marathon-lb and its container that begin with HAPROXY_. */
export const LB_VARIABLES: readonly string[] = [
  ...Object.keys(templateTable).map((name) => `HAPROXY_${name}`),
  'HAPROXY_SSL_CERT',
  ...Array.from({ length: 101 }, (_none, index) => `HAPROXY_SSL_CERT${index}`),
  'HAPROXY_GLOBAL_DEFAULT_OPTIONS',
  'HAPROXY_SYSCTL_PARAMS',
  'HAPROXY_SYSCTL_NONSTRICT',
  'HAPROXY_SYSLOGD',
];

/** Arguments as marathon-lb took them, in our form. */
export const expandLbArgs: (args: readonly string[]) => string[] = expandArguments;

/** The configuration for `startLb`. The system chooses a port that is 0. */
export interface LbConfig extends MarathonAccess {
  readonly marathon: readonly string[];
  readonly groups: readonly string[];
  /** HAProxy runs and is kept up to date. */
  readonly sse: boolean;
  /** The interval of reading the apps with `--poll`; undefined when events are followed. */
  readonly pollMs: number | undefined;
  readonly healthCheck: boolean;
  readonly strictMode: boolean;
  readonly bindHttpHttps: boolean;
  readonly certificates: readonly string[];
  /** Certificates of the environment, by file name. */
  readonly certificateTexts: ReadonlyMap<string, string>;
  readonly selfSigned: boolean;
  readonly vault: Vault | undefined;
  readonly kernelSettings: readonly KernelSetting[];
  /** A kernel setting that cannot be applied does not end the start. */
  readonly kernelLenient: boolean;
  readonly groupHttps: boolean;
  readonly maps: boolean;
  readonly http2: boolean;
  readonly longestPathFirst: boolean;
  readonly portRange: PortRange | undefined;
  readonly templates: ReadonlyMap<TemplateName, string>;
  readonly templateGroups: readonly string[];
  readonly templateDirectives: readonly string[];
  /** The `option` lines of HAProxy's defaults. */
  readonly defaultOptions: readonly string[];
  readonly ownName: string | undefined;
  readonly skipValidation: boolean;
  readonly cleanUp: boolean;
  readonly dry: boolean;
  readonly haproxy: string | undefined;
  /** A stop also ends HAProxy. */
  readonly stopHaproxy: boolean;
  readonly haproxyConfig: string | undefined;
  readonly workDir: string;
  readonly bindAddress: string;
  readonly httpInPort: number;
  readonly httpsInPort: number;
  readonly appIdPort: number;
  readonly statsAddress: string;
  readonly statsPort: number;
  readonly httpAddress: string;
  readonly httpPort: number;
  readonly apiCredentials: Credentials | undefined;
  readonly apiBearer: BearerFlags;
  readonly insecure: boolean;
  readonly allowedHosts: readonly string[];
  readonly reloadTimeoutMs: number;
  readonly reloadWaitMs: number;
  readonly reloadLingerMs: number;
  readonly accessLogs: readonly string[];
  readonly accessLogFormat: string | undefined;
  readonly syslogSocket: string | undefined;
  readonly command: string | undefined;
  readonly backoffMaxMs: number;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Checks the flags and makes the configuration. Wrong ones throw UsageError or StartError, naming flag and fix. */
export function readLbConfig(flags: Values<typeof lbFlags>, env: Env = process.env): LbConfig {
  if (flags.group.length === 0) {
    throw new UsageError('--group is missing: name the group of apps to serve, or * for all of them');
  }
  const marathon = flags.marathon.flatMap(splitUrls);
  const access = readMarathonAccess(flags, env);
  const inUrls = marathon.some((url) => splitUserinfo(url).credentials !== undefined);
  if (inUrls && (access.credentials ?? access.serviceAccount) !== undefined)
    throw new UsageError(
      '--marathon: a URL has credentials, and so has --auth-credentials or its like: leave one of them out',
    );
  return Object.freeze({
    marathon,
    groups: flags.group,
    ...access,
    sse: flags.sse || flags.poll,
    pollMs: flags.poll ? flags['poll-interval'] * 1000 : undefined,
    healthCheck: flags['health-check'],
    strictMode: flags['strict-mode'],
    bindHttpHttps: !flags['dont-bind-http-https'],
    certificates: readCertificates(flags['ssl-certs']),
    selfSigned: flags['self-signed'],
    vault: readVault(env),
    kernelSettings: readKernelSettings(env),
    kernelLenient: Boolean(env['HAPROXY_SYSCTL_NONSTRICT']),
    ...readGeneration(flags, env),
    skipValidation: flags['skip-validation'],
    cleanUp: !flags['skip-config-cleanup'],
    dry: flags.dry,
    haproxy: flags.haproxy,
    stopHaproxy: flags['stop-haproxy'],
    haproxyConfig: flags['haproxy-config'],
    workDir: flags['work-dir'],
    bindAddress: readAddress('bind-address', flags['bind-address']),
    httpInPort: flags['http-in-port'],
    httpsInPort: flags['https-in-port'],
    appIdPort: flags['appid-port'],
    statsAddress: readAddress('stats-address', flags['stats-address']),
    statsPort: flags['stats-port'],
    httpAddress: readAddress('http-address', flags['http-address']),
    httpPort: flags['http-port'],
    apiCredentials: readPair('api-credentials', flags['api-credentials']),
    apiBearer: bearerFlags(flags, 'api-tokens', 'api-jwt-key'),
    insecure: flags.insecure,
    allowedHosts: flags.allowed_hosts,
    reloadTimeoutMs: flags['reload-timeout'],
    reloadWaitMs: flags['reload-wait'],
    reloadLingerMs: flags['reload-linger'],
    accessLogs: readAccessLogs(flags['access-log'], env),
    accessLogFormat: flags['access-log-format'],
    syslogSocket: flags['syslog-socket'] === '/dev/null' ? undefined : flags['syslog-socket'],
    command: flags.command,
    backoffMaxMs: flags['max-backoff'] * 1000,
  });
}

type Generation = Pick<
  LbConfig,
  | 'certificateTexts'
  | 'groupHttps'
  | 'maps'
  | 'http2'
  | 'longestPathFirst'
  | 'portRange'
  | 'templates'
  | 'templateGroups'
  | 'templateDirectives'
  | 'defaultOptions'
  | 'ownName'
>;

/** The settings that shape the text of HAProxy's configuration. */
function readGeneration(flags: Values<typeof lbFlags>, env: Env): Generation {
  return {
    certificateTexts: certificatesOf(env),
    groupHttps: flags['group-https-by-vhost'],
    maps: flags['haproxy-map'],
    http2: flags.http2 && (flags.sse || flags.poll),
    longestPathFirst: flags['longest-path-first'],
    portRange: readPortRange(flags['min-serv-port-ip-per-task'], flags['max-serv-port-ip-per-task']),
    templates: readTemplateTexts(env, flags['templates-dir']),
    templateGroups: flags['template-groups'],
    templateDirectives: flags['template-directives'],
    defaultOptions: readDefaultOptions(env['HAPROXY_GLOBAL_DEFAULT_OPTIONS']),
    ownName: env['FRAMEWORK_NAME'] || undefined,
  };
}

/** HAPROXY_SYSLOGD of marathon-lb's container copied HAProxy's log to standard output. */
function readAccessLogs(targets: readonly string[], env: Env): string[] {
  const logTargets = targets.length === 0 && env['HAPROXY_SYSLOGD'] ? ['stdout'] : targets;
  return logTargets.map(readLogTarget);
}

/** Splits a value at blanks, because marathon-lb took several URLs after one `--marathon`. */
function splitUrls(value: string): string[] {
  return value
    .split(/\s+/)
    .filter(Boolean)
    .map((url) => {
      const parsed = URL.canParse(url) ? new URL(url) : undefined;
      if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') return url;
      throw new UsageError(`--marathon: "${hideUserinfo(url)}" is no URL; write it as http://HOST:PORT`);
    });
}

function readAddress(flag: string, value: string): string {
  if (value === '*' || isAddress(value)) return value;
  if (value === 'localhost') return '127.0.0.1';
  throw new UsageError(`--${flag}: "${value}" is no IP address; give one such as 127.0.0.1, or *`);
}

function readCertificates(value: string | undefined): string[] {
  const paths = (value ?? '').split(',').map((path) => path.trim());
  return paths.filter(Boolean);
}
