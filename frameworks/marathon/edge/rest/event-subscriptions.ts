/** `/v2/eventSubscriptions`: the URLs that events are posted to, where `--event_subscriber http_callback` turns that on. */

import type { Request, Route } from '../../../../cluster/runtime/http/server';
import { handlerOf } from '../../../kit/edge/rest/door';
import { type Outcome, ok } from '../../../kit/edge/rest/outcome';
import { queryAll } from '../../../kit/edge/rest/request';
import type { BusEvent } from '../../api/events';
import { failure, isFailure, notValid } from '../../api/violations';
import { type Callbacks, isCallbackUrl } from '../callbacks';
import type { RestContext } from './context';

const OFF =
  'http event callback system is not running on this Marathon instance. Please re-start this instance with\n' +
  '"--event_subscriber http_callback".';
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
function callbacksFor(context: RestContext, request: Request): Callbacks | ReturnType<typeof failure> {
  const rights = context.rights(request);
  rights.demand('view', { kind: 'events' });
  if (rights.isLimited) return failure(403, LIMITED);
  return context.callbacks ?? failure(400, OFF);
}

function list(context: RestContext, request: Request): Outcome {
  const callbacks = callbacksFor(context, request);
  return isFailure(callbacks) ? callbacks : ok({ callbackUrls: callbacks.urls });
}

async function changed(context: RestContext, request: Request, eventType: Change): Promise<Outcome> {
  const callbacks = callbacksFor(context, request);
  if (isFailure(callbacks)) return callbacks;
  const [callbackUrl = ''] = queryAll(request, 'callbackUrl');
  if (eventType === 'unsubscribe_event') await callbacks.unsubscribe(callbackUrl);
  else if (isCallbackUrl(callbackUrl)) await callbacks.subscribe(callbackUrl);
  else return notValid([{ path: '/', errors: ['callbackUrl must be a URL of http or https'] }]);
  const timestamp = new Date(context.now()).toISOString();
  const event: BusEvent = { clientIp: request.ip, callbackUrl, eventType, timestamp };
  context.publish(event);
  return ok(event);
}
