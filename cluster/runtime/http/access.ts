/**
 * Who may use which path of an HTTP API. Simple APIs have one realm for everything; the master and agents
 * have one for reading, one for writing and one for frameworks, and each route says its own.
 */

import type { FastifyReply as Reply, FastifyRequest as Request } from 'fastify';
import type { Principal } from '../../model/principal';
import { type Authenticator, judge, type Realms } from '../auth/authenticator';
import { basicAuthenticator } from '../auth/basic';
import { type Credentials, isForeignPage } from './guard';

export interface AccessOptions {
  /** One user for the whole API. */
  readonly credentials?: Credentials | undefined;
  /** Bearer tokens for the whole API, beside or instead of the user. */
  readonly bearer?: Authenticator | undefined;
  /** Realm of the whole API, for the challenge. */
  readonly realm?: string;
  /** Paths of the whole API served without credentials, such as `/health`. */
  readonly openPaths?: readonly string[];
  /** Instead of one realm for everything: what each route's realm asks for, and whether control is guarded by it. */
  readonly access?: { readonly realms: Realms; readonly guarded: boolean } | undefined;
}

const REALM = 'meseta';

/** Who sent a request, as far as its realm asked. */
const principals = new WeakMap<object, Principal>();

/** The sender of a request; undefined when nobody asked who it is. */
export function principalOf(request: Request): Principal | undefined {
  return principals.get(request);
}

/** Whether others cannot control this API without showing who they are. */
export function isGuarded(options: AccessOptions): boolean {
  return options.access?.guarded ?? (options.credentials !== undefined || options.bearer !== undefined);
}

/** Refuses pages of other origins and senders that the route's realm does not know. Undefined when the request may go on. */
export function accessCheck(options: AccessOptions): (request: Request, reply: Reply) => Reply | undefined {
  const realms = options.access?.realms ?? realmOfAll(options);
  const realmOf = (request: Request): string | undefined => {
    if (options.access) return request.routeOptions.config.realm;
    const path = request.url.split('?')[0] ?? '/';
    return options.openPaths?.includes(path) ? undefined : (options.realm ?? REALM);
  };
  return (request, reply) => {
    if (isForeignPage(request.headers)) {
      return refuse(reply, 403, 'Requests of web pages from another origin are refused');
    }
    const realm = realmOf(request);
    const authenticators = realm === undefined ? undefined : realms.get(realm);
    if (realm === undefined || !authenticators) return undefined;
    const verdict = judge(authenticators, request.headers.authorization, realm);
    if (verdict.kind === 'unknown') {
      return refuse(reply.header('www-authenticate', verdict.challenges), 401, verdict.text);
    }
    principals.set(request, verdict.principal);
    return undefined;
  };
}

function realmOfAll({ credentials, bearer, realm }: AccessOptions): Realms {
  const authenticators = [
    ...(credentials ? [basicAuthenticator(new Map([[credentials.user, credentials.password]]))] : []),
    ...(bearer ? [bearer] : []),
  ];
  return new Map(authenticators.length > 0 ? [[realm ?? REALM, authenticators]] : []);
}

function refuse(reply: Reply, status: number, text: string): Reply {
  return reply.code(status).type('text/plain').send(text);
}
