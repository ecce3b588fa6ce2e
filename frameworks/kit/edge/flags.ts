/** Flags that frameworks have in common, and the reading of their values: masters, credentials, levels of the log. */

import { readFileSync } from 'node:fs';
import { errorText } from '../../../cluster/model/error-text';
import type { Level } from '../../../cluster/model/event';
import { type Flag, integer, UsageError } from '../../../cluster/runtime/config/flags';
import { warnOpenSecret } from '../../../cluster/runtime/files/private';
import type { Credentials } from '../../../cluster/runtime/http/guard';
import { hideUserinfo, type SplitUrl, splitUserinfo } from '../../../cluster/runtime/http/userinfo';
import { isZkUrl } from '../../../cluster/zookeeper/edge/flag';

const DAY_MS = 86_400_000;
const INT_MAX = 2 ** 31 - 1;

export const MASTER_HELP =
  'masters as host:port or http://[principal:secret@]host:port, comma separated, or where they are elected: zk://[user:password@]host:2181,.../path';

/** A duration in milliseconds, up to a year. */
export function ms(help: string, fallback: number): Flag<number> {
  return integer({ help: `${help}, in milliseconds`, min: 0, max: 365 * DAY_MS, fallback }) as Flag<number>;
}

export function count(help: string, fallback: number, min = 0): Flag<number> {
  return integer({ help, min, max: INT_MAX, fallback }) as Flag<number>;
}

/** The originals' words and what we log for them: there is nothing below debug, and errors are never left out. */
const LEVELS: Readonly<Record<string, Level>> = {
  all: 'debug',
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  error: 'error',
  fatal: 'error',
  off: 'error',
};

export function loggingLevel(): Flag<Level> {
  const read = (text: string): Level => {
    const level = LEVELS[text.toLowerCase()];
    if (level === undefined) throw new Error(`expected one of ${Object.keys(LEVELS).join(', ')}`);
    return level;
  };
  const help = 'least severe lines that are logged: off, error, warn, info, debug, trace or all';
  return { value: 'LEVEL', help, fallback: 'info', read };
}

/** The value of a flag as `user:password`. */
export function credentialsOf(
  pair: string | undefined,
  flag = '--http_credentials',
): Credentials | undefined {
  if (pair === undefined) return undefined;
  const cut = pair.indexOf(':');
  if (cut < 1) throw new UsageError(`${flag}: expected user:password`);
  return { user: pair.slice(0, cut), password: pair.slice(cut + 1) };
}

/** Addresses as given to `--master` to base URLs without credentials; none when it says where masters are elected. */
export function mastersOf(list: string): string[] {
  return masterUrlsOf(list).map(({ url }) => new URL(url).origin);
}

function masterUrlsOf(text: string): SplitUrl[] {
  if (isZkUrl(text)) return [];
  return text.split(',').map((part) => {
    const address = part.trim();
    const master = splitUserinfo(/^https?:\/\//.test(address) ? address : `http://${address}`);
    if (!URL.canParse(master.url))
      throw new UsageError(`--master: ${JSON.stringify(hideUserinfo(part))} is not host:port`);
    return master;
  });
}

interface MasterFlags {
  readonly master: string;
  readonly principal: string | undefined;
  readonly secret: string | undefined;
}

/** `principal:secret` for the master: by flags, else by the URL of `--master`. */
export function mesosCredentialsOf({ master, principal, secret }: MasterFlags): string | undefined {
  const inUrls = new Set(
    masterUrlsOf(master).flatMap(({ credentials }) => (credentials ? [credentials] : [])),
  );
  if (inUrls.size > 1 || (inUrls.size === 1 && secret !== undefined))
    throw new UsageError(
      '--master: its URLs have credentials that contradict each other or --mesos_authentication_secret; ' +
        'leave them out, and give --mesos_authentication_principal and --mesos_authentication_secret',
    );
  const [inUrl] = inUrls;
  if (inUrl !== undefined) return inUrl;
  if (principal === undefined || secret === undefined) return undefined;
  return `${principal}:${secret}`;
}

/** The secret in the file of `--mesos_authentication_secret_file`. */
export function readSecret(file: string): string {
  warnOpenSecret('--mesos_authentication_secret_file', file);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new UsageError(`--mesos_authentication_secret_file: ${errorText(error)}`);
  }
}
