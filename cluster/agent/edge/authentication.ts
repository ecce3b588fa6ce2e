/** Access to the agent's HTTP API: its realms (Mesos 1.11). The flags are those of the master. */

import { type operatorFlags, realmsOf } from '../../runtime/auth/flags';
import type { Clock } from '../../runtime/clock';
import type { Values } from '../../runtime/config/flags';
import type { AccessOptions } from '../../runtime/http/access';
import type { Logger } from '../../runtime/log';

/** Reads; changes. Routes without a realm are open: `/health`, `/version`. */
export const READONLY = 'mesos-agent-readonly';
export const READWRITE = 'mesos-agent-readwrite';

/** For messages. */
export const AUTHENTICATION_FLAGS = '--authenticate_http_readwrite and --http_credentials PATH';

/** Access rules of the agent's routes. Guarded: nobody changes anything without being asked. */
export function agentAccess(
  flags: Values<typeof operatorFlags>,
  context: { readonly clock: Clock; readonly log: Logger },
): AccessOptions['access'] {
  return {
    realms: realmsOf(flags, { readonly: READONLY, readwrite: READWRITE }, context),
    guarded: flags.authenticate_http_readwrite,
  };
}
