/** The force of requests: whether a change cancels the deployments in its way, and which of them the sender may cancel. */

import type { Request } from '../../../../cluster/runtime/http/server';
import { queryFlag } from '../../../kit/edge/rest/request';
import type { Force } from '../../core/state/events';
import type { RestContext } from './context';
import { cancellable } from './rights';

export function forceOf(context: RestContext, request: Request, fallback = false): Force {
  const force = queryFlag(request, 'force', fallback);
  return { force, cancellable: force ? cancellable(context, context.rights(request)) : undefined };
}
