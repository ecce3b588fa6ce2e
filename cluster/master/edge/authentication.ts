/** Authentication of the master's HTTP API: its realms and the flags that turn them on (Mesos 1.11). */

import { readCredentialsFile } from '../../runtime/auth/files';
import { operatorFlags, realmsOf } from '../../runtime/auth/flags';
import type { Clock } from '../../runtime/clock';
import { duration, path, text, toggle, type Values } from '../../runtime/config/flags';
import type { AccessOptions } from '../../runtime/http/access';
import { StartError } from '../../runtime/lifecycle';
import type { Logger } from '../../runtime/log';

/** The realms of reads, of changes and of the scheduler API. Routes without one are open: `/health`, `/version`. */
export const READONLY = 'mesos-master-readonly';
export const READWRITE = 'mesos-master-readwrite';
export const SCHEDULER = 'mesos-master-scheduler';

/** The flags that an unguarded address needs, for error texts. */
export const AUTHENTICATION_FLAGS =
  '--authenticate_http_readwrite, --authenticate_http_frameworks, --authenticate_frameworks, --authenticate_agents ' +
  'and --credentials PATH';

export const authenticationFlags = {
  ...operatorFlags,
  credentials: path({ help: 'JSON file of principals, as --http_credentials; also for drivers and agents' }),
  authenticate_http_frameworks: toggle({ help: 'ask who schedules over /api/v1/scheduler', fallback: false }),
  authenticate_agents: toggle({
    help: 'let only agents register that show who they are',
    fallback: false,
    formerly: 'authenticate_slaves',
  }),
  authenticate_frameworks: toggle({
    help: 'let only drivers subscribe that show who they are',
    fallback: false,
    formerly: 'authenticate',
  }),
  authentication_v0_timeout: duration({
    help: 'time an agent or a driver has to show who it is',
    fallback: 15_000,
    fallbackText: '15secs',
  }),
  http_framework_authenticators: text({
    help: 'how frameworks show who they are; as --http_authenticators without it',
  }),
};

/** Secrets of agents and drivers by principal. Throws a StartError if authentication is required without any. */
export function peerSecrets(
  flags: Values<typeof authenticationFlags>,
  log: Logger,
): ReadonlyMap<string, string> | undefined {
  if (flags.credentials !== undefined) return readCredentialsFile('--credentials', flags.credentials, log);
  if (!flags.authenticate_agents && !flags.authenticate_frameworks) return undefined;
  const [flag, whose] = flags.authenticate_agents
    ? ['--authenticate_agents', 'agents']
    : ['--authenticate_frameworks', 'frameworks'];
  throw new StartError(`${flag} needs --credentials PATH, the file with the principals of ${whose}`);
}

/**
 * Access rules of the master's routes. `guarded` means that everybody authenticates who changes something, schedules
 * or registers: only then does the master listen on any address without `--insecure`.
 */
export function masterAccess(
  flags: Values<typeof authenticationFlags>,
  context: { readonly clock: Clock; readonly log: Logger },
): AccessOptions['access'] {
  const frameworkAuthenticators = flags.http_framework_authenticators;
  const frameworks = {
    realm: SCHEDULER,
    schemes: frameworkAuthenticators ?? flags.http_authenticators,
    schemesFlag:
      frameworkAuthenticators === undefined ? '--http_authenticators' : '--http_framework_authenticators',
  };
  const others = flags.authenticate_http_frameworks ? [frameworks] : [];
  return {
    realms: realmsOf(flags, { readonly: READONLY, readwrite: READWRITE, others }, context),
    guarded:
      flags.authenticate_http_readwrite &&
      flags.authenticate_http_frameworks &&
      flags.authenticate_frameworks &&
      flags.authenticate_agents,
  };
}
