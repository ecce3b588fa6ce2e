/** The text form of tasks, for load balancers that ask for `text/plain`; those that take JSON, too, get JSON. */

import type { Request } from '../../../../cluster/runtime/http/server';
import { preferredType } from '../../../kit/edge/rest/accept';
import { slicedOutcome } from '../../../kit/edge/rest/long-answer';
import type { Outcome } from '../../../kit/edge/rest/outcome';
import { queryAll } from '../../../kit/edge/rest/request';
import { endpointLines } from '../../views/endpoints';
import type { RestContext } from './context';

const TYPE = 'text/plain';

export function wantsText({ headers: { accept } }: Request): boolean {
  return preferredType(accept, ['application/json']) === undefined && preferredType(accept, [TYPE]) === TYPE;
}

export function endpoints(context: RestContext, request: Request, ids: readonly string[]): Promise<Outcome> {
  const [names = ''] = queryAll(request, 'containerNetworks');
  const networks = new Set(names.split(','));
  return slicedOutcome(context, request, linesOf(context, ids, networks), TYPE);
}

function* linesOf(
  { read }: RestContext,
  ids: readonly string[],
  networks: ReadonlySet<string>,
): Generator<string, void> {
  for (const id of ids)
    yield read((state) => {
      const app = state.apps.get(id);
      return app ? endpointLines(state, app, networks) : '';
    });
}
