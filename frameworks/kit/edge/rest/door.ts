/**
 * The REST door of a framework: the headers of every response, the limit on concurrent requests, and the errors that no
 * handler makes.
 */

import type { RequestAuthenticator } from '../../../../cluster/runtime/http/access';
import type { Handler, HttpServerOptions, Reply, Request } from '../../../../cluster/runtime/http/server';
import type { SenderAuthenticator } from '../access/adapt-plugins';
import { RequestRefusal } from '../access/authorizer';
import type { Outcome } from './outcome';

/** The particulars of a framework. */
export interface RestDoor {
  /** Requests that are handled at once; further ones are refused. */
  readonly concurrentMax: number | undefined;
  /** Requests being handled. */
  readonly active: { count: number };
  /** Headers of every response. */
  headers(): Record<string, string>;
  /** The JSON of an error. */
  errorBody(status: number, message: string): object;
}

export type RestHandler = (request: Request) => Outcome | Promise<Outcome>;

/** Headers of answers that nobody may keep. */
export const NO_CACHE = {
  'cache-control': 'no-cache, no-store, must-revalidate',
  pragma: 'no-cache',
  expires: '0',
};

/** Turns handlers into the server's form: headers, bodies, the limit on concurrent requests. */
export function handlerOf(door: RestDoor, handle: RestHandler): Handler {
  return async (request, reply) => {
    const { active, concurrentMax } = door;
    if (concurrentMax !== undefined && active.count >= concurrentMax) {
      const text = `Too many concurrent requests! Allowed: ${concurrentMax}.`;
      return send(door, reply, { status: 503, text, type: 'text/plain' });
    }
    active.count++;
    try {
      return send(door, reply, await handle(request));
    } catch (error) {
      if (error instanceof RequestRefusal) return send(door, reply, error.outcome);
      throw error;
    } finally {
      active.count--;
    }
  };
}

export function send(
  door: Pick<RestDoor, 'headers'>,
  reply: Reply,
  { status, body, text, type, headers }: Outcome,
): Reply {
  reply.code(status).headers({ ...door.headers(), ...headers });
  if (text === undefined && body === undefined) return reply.send();
  return reply.type(type ?? 'application/json').send(text ?? JSON.stringify(body));
}

/** What names the senders of requests, and sends the answers to others. */
export function authenticatorOf(
  door: Pick<RestDoor, 'headers'>,
  authenticate: SenderAuthenticator | undefined,
): RequestAuthenticator | undefined {
  if (!authenticate) return undefined;
  return async (request, reply) => {
    const result = await authenticate(request);
    return 'principal' in result ? result : { answered: send(door, reply, result.refusal) };
  };
}

/** The answers to requests that reach no handler, or whose handler threw. */
export function errorAnswers(
  door: Pick<RestDoor, 'headers' | 'errorBody'>,
): Required<Pick<HttpServerOptions, 'notFound' | 'methodNotAllowed' | 'failed'>> {
  const refuse = (reply: Reply, status: number, message: string, headers?: Record<string, string>): Reply =>
    send(door, reply, { status, body: door.errorBody(status, message), headers });
  return {
    notFound: (_request, reply) => refuse(reply, 404, 'URI not found'),
    methodNotAllowed: (_request, reply, allowed) =>
      refuse(reply, 405, 'Method Not Allowed', { allow: allowed.join(', ') }),
    failed: (error, _request, reply) => {
      const status = (error as Error & { statusCode?: number }).statusCode ?? 500;
      return refuse(reply, status, status >= 500 ? 'Internal error' : error.message);
    },
  };
}
