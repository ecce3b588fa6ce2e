/** `/v2/eventSubscriptions`: the URLs that events are posted to, where `--event_subscriber http_callback` turns that on. */

import type { Request, Route } from '../../../../cluster/runtime/http/server';
import { hideUserinfo } from '../../../../cluster/runtime/http/userinfo';
import type { Action } from '../../../kit/edge/access/authorizer';
import { handlerOf } from '../../../kit/edge/rest/door';
import { type Outcome, ok } from '../../../kit/edge/rest/outcome';
import { queryAll } from '../../../kit/edge/rest/request';
import type { BusEvent } from '../../api/events';
import { failure, isFailure, notValid } from '../../api/violations';
import { type Callbacks, isCallbackUrl } from '../callbacks';
import type { RestContext } from './context';
import { seesTree } from './rights';

const OFF =
  'http event callback system is not running on this Marathon instance. Please re-start this instance with\n' +
  '"--event_subscriber http_callback".';
const NO_URL = 'callbackUrl must be a URL of http or https, and of no link-local address';
const LIMITED = 'Callbacks get the events of all apps, and you may not view all of them.';

export function eventSubscriptionRoutes(context: RestContext): Route[] {
  const change = (eventType: Change) => handlerOf(context, (request) => changed(context, request, eventType));
  return [
    {
      path: '/v2/eventSubscriptions',
      methods: {
        GET: handlerOf(context, (request) => list(context, request)),
        POST: change('subscribe_event'),
        DELETE: change('unsubscribe_event'),
      },
    },
  ];
}

type Change = 'subscribe_event' | 'unsubscribe_event';

/** The callbacks, or the refusal for this request. */
function callbacksFor(
  context: RestContext,
  request: Request,
  action: Action,
): Callbacks | ReturnType<typeof failure> {
  const rights = context.rights(request);
  rights.demand(action, { kind: 'events' });
  if (rights.isLimited && !seesTree(rights)) return failure(403, LIMITED);
  return context.callbacks ?? failure(400, OFF);
}

function list(context: RestContext, request: Request): Outcome {
  const callbacks = callbacksFor(context, request, 'view');
  return isFailure(callbacks) ? callbacks : ok({ callbackUrls: callbacks.urls.map(hideUserinfo) });
}

async function changed(context: RestContext, request: Request, eventType: Change): Promise<Outcome> {
  const callbacks = callbacksFor(context, request, 'update');
  if (isFailure(callbacks)) return callbacks;
  const [url = ''] = queryAll(request, 'callbackUrl');
  if (eventType === 'unsubscribe_event') await callbacks.unsubscribe(url);
  else if (!isCallbackUrl(url)) return notValid([{ path: '/', errors: [NO_URL] }]);
  else if (callbacks.isFull) return failure(503, 'Too many event callbacks');
  else await callbacks.subscribe(url);
  const timestamp = new Date(context.now()).toISOString();
  const event: BusEvent = { clientIp: request.ip, callbackUrl: hideUserinfo(url), eventType, timestamp };
  context.publish(event);
  return ok(event);
}
