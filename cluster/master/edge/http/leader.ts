/**
 * Answers of a master that does not lead: a redirect to the leader, or 503. The checks have the order of Mesos 1.11:
 * the sender's principal, then leadership, then recovery.
 */

import { principalOf } from '../../../runtime/http/access';
import { sendText } from '../../../runtime/http/json';
import type { Handler, Reply, Request, Route } from '../../../runtime/http/server';

/** The knowledge of a master about the leader. */
export type Leadership =
  /** This master leads. Until it has recovered, that is, read the registry, the v1 APIs answer 503. */
  | { readonly kind: 'leading'; readonly recovered: boolean }
  | { readonly kind: 'following'; readonly hostname: string; readonly port: number }
  | { readonly kind: 'none' };

/** The answer to senders whose token has claims but no principal. */
const NAMELESS =
  "The request's authenticated principal contains claims, but no value string. " +
  'The master currently requires that principals have a value';

/** Paths that every master answers itself. Of these only `/flags` requires that a sender has a principal. */
const OPEN = new Set(['/', '/health', '/flags', '/redirect', '/version']);
const NAMED = '/flags';

/** Wraps routes so that only the leader answers them, whatever the method. */
export function leaderOnly(routes: readonly Route[], leadership: () => Leadership): Route[] {
  return routes.map((route) => {
    if (route.path === NAMED) return { ...route, before: unnamedHost };
    if (OPEN.has(route.path)) return route;
    const waits = route.path.startsWith('/api/v1');
    const before: Route['before'] = (request, reply) =>
      unnamedHost(request, reply) ?? redirectOrRefuse(leadership(), waits, request, reply);
    return { ...route, before };
  });
}

function unnamedHost(request: Request, reply: Reply): Reply | undefined {
  const sender = principalOf(request);
  return sender && sender.value === undefined ? sendText(reply, 403, NAMELESS) : undefined;
}

function redirectOrRefuse(
  leader: Leadership,
  waits: boolean,
  request: Request,
  reply: Reply,
): Reply | undefined {
  switch (leader.kind) {
    case 'none':
      return sendText(reply, 503, 'No leader elected');
    case 'following':
      return redirectTo(reply, `//${leader.hostname}:${leader.port}${request.originalUrl}`);
    case 'leading':
      return waits && !leader.recovered
        ? sendText(reply, 503, 'Master has not finished recovery')
        : undefined;
  }
}

/**
 * `/redirect`: redirects to the leader, also from the leader itself. A longer path is 404: it would redirect to
 * itself.
 */
export function redirect(leadership: () => Leadership, ownAddress: () => string): Handler {
  return (request, reply) => {
    const path = request.originalUrl.split('?')[0] ?? '';
    if (!path.endsWith('/redirect')) return sendText(reply, 404, '404 Not Found.');
    const leader = leadership();
    if (leader.kind === 'none') return sendText(reply, 503, 'No leader elected');
    return redirectTo(
      reply,
      leader.kind === 'leading' ? `//${ownAddress()}` : `//${leader.hostname}:${leader.port}`,
    );
  };
}

/** Redirects to a location without a scheme, so that the client keeps its own (http or https). */
export function redirectTo(reply: Reply, location: string): Reply {
  return reply.code(307).header('location', location).send();
}
