/**
 * Plugins as the door uses them: what they return is checked, and a plugin that fails lets nobody in.
 */

import { errorText } from '../../../../cluster/model/error-text';
import type { Principal } from '../../../../cluster/model/principal';
import type { Request } from '../../../../cluster/runtime/http/server';
import type { Logger } from '../../../../cluster/runtime/log';
import { inTime } from '../../../../cluster/runtime/plugins/load-plugin';
import { RateLimitedLog } from '../../../../cluster/runtime/rate-limited-log';
import { type Authorizer, RequestRefusal } from './authorizer';
import type { AuthenticatorPlugin, AuthorizerPlugin, Outcome, PluginRequest } from './plugin';

/** Time that an authenticator has for one request, as in the original. */
const AUTHENTICATE_MS = 10_000;

const UNAVAILABLE: Outcome = { status: 503, body: { message: 'Authentication is not available' } };
const UNAUTHORIZED: Outcome = { status: 401, body: { message: '401 Unauthorized.' } };

/** Names the sender of a request, or has the answer to one that is not known. */
export type SenderAuthenticator = (
  request: Request,
) => Promise<{ readonly principal: Principal } | { readonly refusal: Outcome }>;

/** Asks the plugin; `undefined` of it is a sender that is not known. */
export function pluginAuthenticator(plugin: AuthenticatorPlugin, logger: Logger): SenderAuthenticator {
  const log = new RateLimitedLog(logger);
  return async (request) => {
    const seen = seenBy(request);
    try {
      const principal = await inTime(plugin.authenticate(seen), AUTHENTICATE_MS);
      if (principal === undefined) return { refusal: plugin.notAuthenticated?.(seen) ?? UNAUTHORIZED };
      if (!isPrincipal(principal)) throw new Error('authenticate returned something that is no principal');
      return { principal };
    } catch (error) {
      log.warn('authenticator', { error: errorText(error) }, 'the authenticator plugin failed');
      return { refusal: UNAVAILABLE };
    }
  };
}

/** Only `true` allows; a plugin that throws ends the request with 503. */
export function pluginAuthorizer(plugin: AuthorizerPlugin, logger: Logger): Authorizer {
  const log = new RateLimitedLog(logger);
  return {
    isAuthorized: (principal, action, resource) => {
      try {
        return (plugin.isAuthorized(principal, action, resource) as unknown) === true;
      } catch (error) {
        log.warn('authorizer', { error: errorText(error) }, 'the authorizer plugin failed');
        throw new RequestRefusal({ status: 503, body: { message: 'Authorization is not available' } });
      }
    },
    notAuthorized: (principal) => plugin.notAuthorized?.(principal),
  };
}

function seenBy(request: Request): PluginRequest {
  return {
    method: request.method,
    path: request.url.split('?')[0] ?? '/',
    query: request.query as PluginRequest['query'],
    headers: request.headers,
    remoteAddress: request.ip,
  };
}

function isPrincipal(value: unknown): value is Principal {
  if (typeof value !== 'object' || value === null) return false;
  const { value: name } = value as Principal;
  return name === undefined || typeof name === 'string';
}
