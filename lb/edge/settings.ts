/**
 * Readers of single flags and environment variables; an error names the flag or variable.
 */

import { UsageError } from '../../cluster/runtime/config/flags';
import type { PortRange } from '../core/services/service-ports';

type Env = Readonly<Record<string, string | undefined>>;

/** marathon-lb's options; with `redispatch 1` a request whose server is gone is tried at another one at once. */
const DEFAULT_OPTIONS = 'redispatch 1,http-server-close,dontlognull';
/** Makes an old worker close idle keep-alive connections after an answer, and not between two requests. */
const NEEDED_OPTION = 'idle-close-on-response';

/** The `option` lines of HAProxy's defaults. */
export function readDefaultOptions(value: string | undefined): string[] {
  const options = (value ?? DEFAULT_OPTIONS).split(',').map((option) => option.trim());
  const wrong = options.find((option) => !/^[a-z0-9 .-]*$/i.test(option));
  if (wrong !== undefined) throw new UsageError(`HAPROXY_GLOBAL_DEFAULT_OPTIONS: "${wrong}" is no option`);
  return [...new Set([...options, NEEDED_OPTION])].filter(Boolean).sort();
}

/** Certificates in the environment, by file name. */
export function certificatesOf(env: Env): Map<string, string> {
  const certificates = new Map<string, string>();
  const first = env['HAPROXY_SSL_CERT'];
  if (!first) return certificates;
  certificates.set('cert.pem', first.replaceAll('\\n', '\n'));
  for (let index = 0; index <= 100; index++) {
    const text = env[`HAPROXY_SSL_CERT${index}`];
    if (text) certificates.set(`cert${index}.pem`, text.replaceAll('\\n', '\n'));
  }
  return certificates;
}

/** The range of service ports to choose from; undefined when both ends are 0. */
export function readPortRange(min: number, max: number): PortRange | undefined {
  if (min === 0 && max === 0) return undefined;
  if (min > 0 && max >= min) return { min, max };
  throw new UsageError(
    `--min-serv-port-ip-per-task ${min} and --max-serv-port-ip-per-task ${max} are no range; both 0 give no ports`,
  );
}

/** A target of HAProxy's log lines, with its facility. */
export function readLogTarget(value: string): string {
  const [target = '', ...facility] = value.trim().split(/\s+/);
  if (!/^[A-Za-z0-9@._:/[\]-]+$/.test(target) || facility.some((word) => !/^[a-z0-9]+$/.test(word)))
    throw new UsageError(
      `--access-log: "${value}" is no target; write it as /dev/log, or ADDRESS:PORT, or stdout`,
    );
  const format = target === 'stdout' || target === 'stderr' ? ' format raw' : '';
  return `${target}${format} ${facility.length > 0 ? facility.join(' ') : 'local0'}`;
}

const SHORT: Readonly<Record<string, string>> = {
  '-m': '--marathon',
  '-c': '--command',
  '-s': '--sse',
  '-H': '--health-check',
  '-d': '--dry',
  '-h': '--help',
};

/**
 * Translates marathon-lb's arguments: short names, several URLs after `--marathon`, log levels in capitals, and the first
 * word `sse` or `poll` of its container.
 */
export function expandArguments(args: readonly string[]): string[] {
  const container = args[0] === 'sse' || args[0] === 'poll';
  const expanded: string[] = container ? [`--${args[0]}`, '--self-signed'] : [];
  const rest = args.slice(container ? 1 : 0);
  while (rest.length > 0) {
    const argument = rest.shift() ?? '';
    const name = SHORT[argument] ?? argument;
    if (/^--log-level(=|$)/.test(name)) {
      const level = name.includes('=') ? name.slice(name.indexOf('=') + 1) : (rest.shift() ?? '');
      expanded.push('--log-level', LEVELS[level.toLowerCase()] ?? level);
    } else if (name === '--marathon') {
      do expanded.push(name, rest.shift() ?? '');
      while (/^https?:\/\//.test(rest[0] ?? ''));
    } else {
      expanded.push(name);
    }
  }
  return expanded;
}

const LEVELS: Readonly<Record<string, string>> = {
  critical: 'error',
  error: 'error',
  warning: 'warn',
  warn: 'warn',
  info: 'info',
  debug: 'debug',
  notset: 'debug',
};
