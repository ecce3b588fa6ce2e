/**
 * The realms of the agent's HTTP API (Mesos 1.11).
 *
 * The flags are those of the master.
 */

import { realmsOf } from '../../../runtime/auth/flags';
import type { RealmFlags } from '../../../runtime/auth/realms';
import type { Clock } from '../../../runtime/clock';
import type { AccessOptions } from '../../../runtime/http/access';
import type { Logger } from '../../../runtime/log';
import type { AgentConfig } from '../../config';

/** The realms of reads and of changes. Routes without a realm are open: `/health`, `/version`. */
export const READONLY = 'mesos-agent-readonly';
export const READWRITE = 'mesos-agent-readwrite';

/** The realm of the executor API. */
export const EXECUTOR = 'mesos-agent-executor';

/** The flags that turn authentication on, for error texts. */
export const AUTHENTICATION_FLAGS = '--authenticate_http_readwrite and --http_credentials PATH';

/** The access rules of the agent's routes. They are guarded when changes require authentication. */
export function agentAccess(
  flags: AgentConfig,
  context: { readonly clock: Clock; readonly log: Logger },
): AccessOptions['access'] {
  return {
    realms: realmsOf(
      flags,
      {
        readonly: READONLY,
        readwrite: READWRITE,
        // Executors launch containers in their own by the operator API, with their tokens. They read no pages.
        readwriteSchemes: flags.authenticate_http_executors ? ['jwt'] : [],
        others: executorRealm(flags),
      },
      context,
    ),
    guarded: flags.authenticate_http_readwrite,
  };
}

/** Executors show who they are by their tokens alone: other principals have no claims to compare. */
function executorRealm({ authenticate_http_executors: isRequired }: AgentConfig): RealmFlags[] {
  const schemes = { schemes: 'jwt', schemesFlag: '--authenticate_http_executors' };
  return isRequired ? [{ realm: EXECUTOR, ...schemes }] : [];
}
