/**
 * Flags of the load balancer, and the frozen configuration made of them. Names are marathon-lb's where it has one.
 */

import { readFileSync } from 'node:fs';
import { duration, list, port, text, toggle, UsageError, type Values } from '../cluster/runtime/config/flags';
import type { Credentials } from '../cluster/runtime/http/guard';
import { StartError } from '../cluster/runtime/lifecycle';
import { isAddress } from './core/values';

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
  'health-check': toggle({ help: 'Leave out tasks that Marathon does not see alive', fallback: false }),
  'strict-mode': toggle({
    help: 'Serve a port only when its HAPROXY_{n}_ENABLED label is true',
    fallback: false,
  }),
  'dont-bind-http-https': toggle({ help: 'No shared fronts on 80 and 443', fallback: false }),
  'ssl-certs': text({ value: 'PATHS', help: 'Certificates for HTTPS, separated by commas; turns HTTPS on' }),
  'skip-validation': toggle({ help: 'Do not check the configuration before it is loaded', fallback: false }),
  dry: toggle({ help: 'Print the configuration and stop', fallback: false }),
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
  'auth-credentials': text({
    value: 'USER:PASSWORD',
    help: 'Credentials for Marathon (basic authentication)',
    secret: true,
  }),
  'marathon-auth-credential-file': text({
    value: 'PATH',
    help: 'A file whose first line is user:password for Marathon',
  }),
  'bind-address': text({
    value: 'ADDRESS',
    help: 'Where fronts and service ports listen; * is everywhere',
    fallback: '*',
  }),
  'http-in-port': port({ help: 'Port of the HTTP front', fallback: 80 }),
  'https-in-port': port({ help: 'Port of the HTTPS front', fallback: 443 }),
  'appid-port': port({ help: 'Port of the front that looks at X-Marathon-App-Id', fallback: 9091 }),
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
  insecure: toggle({ help: 'Let others on the network use API and statistics', fallback: false }),
  'reload-timeout': duration({
    help: 'How long old connections may last after a reload before they are cut',
    fallback: 600_000,
    fallbackText: '10mins',
  }),
} as const;

/** What startLb needs. Ports may be 0: the system chooses. */
export interface LbConfig {
  readonly marathon: readonly string[];
  readonly groups: readonly string[];
  readonly credentials: Credentials | undefined;
  readonly sse: boolean;
  readonly healthCheck: boolean;
  readonly strictMode: boolean;
  readonly bindHttpHttps: boolean;
  readonly certificates: readonly string[];
  readonly skipValidation: boolean;
  readonly dry: boolean;
  readonly haproxy: string | undefined;
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
  readonly insecure: boolean;
  readonly reloadTimeoutMs: number;
}

/** Checks the flags and makes the configuration. Wrong ones throw UsageError or StartError, naming flag and fix. */
export function readLbConfig(flags: Values<typeof lbFlags>): LbConfig {
  if (flags.group.length === 0) {
    throw new UsageError('--group is missing: name the group of apps to serve, or * for all of them');
  }
  return Object.freeze({
    marathon: flags.marathon.flatMap(splitUrls),
    groups: flags.group,
    credentials: readCredentials(flags['auth-credentials'], flags['marathon-auth-credential-file']),
    sse: flags.sse,
    healthCheck: flags['health-check'],
    strictMode: flags['strict-mode'],
    bindHttpHttps: !flags['dont-bind-http-https'],
    certificates: readCertificates(flags['ssl-certs']),
    skipValidation: flags['skip-validation'],
    dry: flags.dry,
    haproxy: flags.haproxy,
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
    insecure: flags.insecure,
    reloadTimeoutMs: flags['reload-timeout'],
  });
}

/** Several URLs may stand in one value, separated by blanks, as marathon-lb took them. */
function splitUrls(value: string): string[] {
  return value
    .split(/\s+/)
    .filter(Boolean)
    .map((url) => {
      const parsed = URL.canParse(url) ? new URL(url) : undefined;
      if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') return url;
      throw new UsageError(`--marathon: "${url}" is no URL; write it as http://HOST:PORT`);
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

/** The file wins over the inline value. A password may contain colons. */
function readCredentials(inline: string | undefined, file: string | undefined): Credentials | undefined {
  const [flag, pair] = file
    ? ['marathon-auth-credential-file', firstLine(file)]
    : ['auth-credentials', inline];
  if (!pair) return undefined;
  const colon = pair.indexOf(':');
  if (colon < 1) throw new UsageError(`--${flag}: the value cannot be used: expected user:password`);
  return { user: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

function firstLine(path: string): string {
  try {
    return (readFileSync(path, 'utf8').split('\n')[0] ?? '').trim();
  } catch (error) {
    throw new StartError(`--marathon-auth-credential-file: ${(error as Error).message}`);
  }
}
