/**
 * Access to an HTTP API: the realms that guard its paths.
 *
 * Simple APIs have one realm for everything. Master and agent have one for reading, one for writing and one
 * for frameworks; each route names its own.
 */

import type { FastifyReply as Reply, FastifyRequest as Request } from 'fastify';
import type { Principal } from '../../model/principal';
import { type Authenticator, authenticate, type Realms } from '../auth/authenticator';
import { basicAuthenticator } from '../auth/basic';
import type { Logger } from '../log';
import { RateLimitedLog } from '../rate-limited-log';
import { type BrowserRefusal, browserRefusal } from './browser-requests';
import { type CorsOrigins, corsHeaders, isAllowedRead, isPreflight } from './cors';
import type { Credentials } from './guard';
import { type HostRule, hostRule } from './hosts';

export interface AccessOptions {
  /** One user for the whole API. */
  readonly credentials?: Credentials | undefined;
  /** Further users for the whole API: name to password. */
  readonly users?: ReadonlyMap<string, string> | undefined;
  /** Names the senders whom nothing else names. */
  readonly authenticator?: RequestAuthenticator | undefined;
  /** Origins whose pages may read the API. */
  readonly cors?: CorsOrigins | undefined;
  /** Bearer tokens for the whole API, beside or instead of the user. */
  readonly bearer?: Authenticator | undefined;
  /** Realm of the whole API, for the challenge. */
  readonly realm?: string;
  /** Paths of the whole API served without credentials, such as `/health`. */
  readonly openPaths?: readonly string[];
  /** The realms of routes, instead of one realm for everything; `guarded` when changes require authentication. */
  readonly access?: { readonly realms: Realms; readonly guarded: boolean } | undefined;
  /** Names that `Host` may have where no credentials are required; the usual names of a daemon without it. */
  readonly hosts?: HostRule | undefined;
  /** JSONP is answered, also to pages of other sites. */
  readonly jsonp?: boolean | undefined;
}

/** Names the sender of a request of the whole API, or answers it. */
export type RequestAuthenticator = (
  request: Request,
  reply: Reply,
) => Promise<{ readonly principal: Principal } | { readonly answered: Reply }>;

const REALM = 'meseta';

/** The principals of requests that were authenticated. */
const principals = new WeakMap<object, Principal>();

/** The principal of a request; undefined when its path requires no authentication. */
export function principalOf(request: Request): Principal | undefined {
  return principals.get(request);
}

/** True when others cannot control this API without authentication. */
export function isGuarded(options: AccessOptions): boolean {
  const { access, credentials, users, bearer, authenticator } = options;
  return access?.guarded ?? [credentials, users, bearer, authenticator].some((way) => way !== undefined);
}

/**
 * Refuses requests that a foreign page has a browser send, and senders that the route's realm does not know.
 * Undefined when the request may go on.
 */
export function accessCheck(
  options: AccessOptions & { readonly log: Logger },
): (request: Request, reply: Reply) => Reply | undefined | Promise<Reply | undefined> {
  const { authenticator, cors } = options;
  const realms = options.access?.realms ?? realmOfAll(options);
  const realmOf = realmFinder(options);
  const checkBrowser = browserCheck(options);
  return (request, reply) => {
    const realm = realmOf(request);
    const authenticators = realm === undefined ? undefined : realms.get(realm);
    const authenticates = authenticators !== undefined || authenticator !== undefined;
    const refusal = checkBrowser(request, { realm, authenticates });
    if (refusal) return refuse(reply, 403, refusal.text);
    if (cors) reply.headers(corsHeaders(request, cors));
    if (cors && isPreflight(request) && isAllowedRead(request, cors)) return reply.code(200).send();
    if (realm === undefined || !authenticates) return undefined;
    const result = authenticate(authenticators ?? [], request.headers.authorization, realm);
    if (result.kind === 'known') principals.set(request, result.principal);
    else if (authenticator) return askAuthenticator(authenticator, request, reply);
    else return refuse(reply.header('www-authenticate', result.challenges), 401, result.text);
    return undefined;
  };
}

async function askAuthenticator(
  authenticator: RequestAuthenticator,
  request: Request,
  reply: Reply,
): Promise<Reply | undefined> {
  const result = await authenticator(request, reply);
  if ('answered' in result) return result.answered;
  principals.set(request, result.principal);
  return undefined;
}

/** The realm of a request; undefined where its path is open. */
function realmFinder(options: AccessOptions): (request: Request) => string | undefined {
  return (request) => {
    if (options.access) return request.routeOptions.config.realm;
    const path = request.url.split('?')[0] ?? '/';
    return options.openPaths?.includes(path) ? undefined : (options.realm ?? REALM);
  };
}

type RealmState = { readonly realm: string | undefined; readonly authenticates: boolean };

/**
 * Checks the headers that browsers send. Paths without a realm, of a daemon that requires credentials
 * elsewhere, are read under any `Host`.
 */
function browserCheck(
  options: AccessOptions & { readonly log: Logger },
): (request: Request, state: RealmState) => BrowserRefusal | undefined {
  const hosts = options.hosts ?? hostRule();
  const isGuardedApi = isGuarded(options);
  const log = new RateLimitedLog(options.log);
  return (request, { realm, authenticates }) => {
    const { method, headers } = request;
    const isShown = isGuardedApi && realm === undefined && (method === 'GET' || method === 'HEAD');
    const query = request.query as Readonly<Record<string, unknown>> | undefined;
    const refusal = browserRefusal({
      method,
      headers,
      hosts: authenticates || isShown ? undefined : hosts,
      changes: request.routeOptions.config?.changes === true,
      jsonp: query?.['jsonp'] !== undefined,
      jsonpAllowed: options.jsonp === true,
      isAllowedRead: isAllowedRead(request, options.cors),
    });
    if (refusal) {
      const { host, origin } = headers;
      const fields = { method, path: request.url.split('?')[0], host, origin, peer: request.ip };
      log.warn(refusal.kind, fields, refusal.text);
    }
    return refusal;
  };
}

function realmOfAll({ credentials, users, bearer, realm }: AccessOptions): Realms {
  const passwords = new Map(users);
  if (credentials) passwords.set(credentials.user, credentials.password);
  const authenticators = [
    ...(passwords.size > 0 ? [basicAuthenticator(passwords)] : []),
    ...(bearer ? [bearer] : []),
  ];
  return new Map(authenticators.length > 0 ? [[realm ?? REALM, authenticators]] : []);
}

function refuse(reply: Reply, status: number, text: string): Reply {
  return reply.code(status).type('text/plain; charset=utf-8').send(text);
}
