/**
 * The realms of the agent's HTTP API (Mesos 1.11).
 *
 * The flags are those of the master.
 */

import { type operatorFlags, realmsOf } from '../../runtime/auth/flags';
import type { Clock } from '../../runtime/clock';
import type { Values } from '../../runtime/config/flags';
import type { AccessOptions } from '../../runtime/http/access';
import type { Logger } from '../../runtime/log';

/** The realms of reads and of changes. Routes without a realm are open: `/health`, `/version`. */
export const READONLY = 'mesos-agent-readonly';
export const READWRITE = 'mesos-agent-readwrite';

/** The flags that turn authentication on, for error texts. */
export const AUTHENTICATION_FLAGS = '--authenticate_http_readwrite and --http_credentials PATH';

/** The access rules of the agent's routes. They are guarded when changes require authentication. */
export function agentAccess(
  flags: Values<typeof operatorFlags>,
  context: { readonly clock: Clock; readonly log: Logger },
): AccessOptions['access'] {
  return {
    realms: realmsOf(flags, { readonly: READONLY, readwrite: READWRITE }, context),
    guarded: flags.authenticate_http_readwrite,
  };
}
