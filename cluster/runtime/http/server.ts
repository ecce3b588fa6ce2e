/**
 * The HTTP server of every process, by Fastify.
 *
 * Bodies are raw bytes that each API decodes itself. Libprocess messages come on the same port. Known paths
 * answer 405 to other methods. Guards refuse other machines and foreign web pages.
 */

import type { RequestListener, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from '../log';
import { MessageRouter } from '../messages/receive';
import { createWebServer } from '../tls/server';
import type { TlsSettings } from '../tls/settings';
import { MESETA_VERSION } from '../version';
import { type AccessOptions, accessCheck, isGuarded } from './access';
import { addCompression } from './compress';
import { corkWrites } from './cork-writes';
import { checkListen } from './guard';
import { hostRule } from './hosts';
import { listenError } from './listen-error';
import { type PathRules, routeUrl, urlRefusal } from './paths';

export type Request = FastifyRequest;
export type Reply = FastifyReply;
export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'TRACE';
export type Handler = (request: Request, reply: Reply) => unknown;

/** A path with a handler for each method. Patterns are Fastify's: `:name`, and `*` at the end. */
export interface Route {
  readonly path: string;
  /** The realm that guards the route; a route without one is open. */
  readonly realm?: string;
  readonly methods: Partial<Record<Method, Handler>>;
  /**
   * True when any other method is handled like GET: many pages of Mesos never check the method, and some
   * exporters POST.
   */
  readonly anyMethod?: () => boolean;
  /** Every method changes something, even GET, so that links may not lead browsers there. */
  readonly changes?: boolean;
  /** Runs before the handler of any method; a reply of it ends the request. */
  readonly before?: (request: Request, reply: Reply) => Reply | undefined;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    realm?: string | undefined;
    changes?: boolean | undefined;
  }
}

export interface HttpServerOptions extends AccessOptions {
  /** The name of the listener, for messages: `the master`. */
  readonly what: string;
  /** The line of the page `/` about the server's purpose. Without it there is no such page. */
  readonly about?: string;
  readonly address: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly addressFlag: string;
  readonly portFlag: string;
  readonly log: Logger;
  readonly routes: readonly Route[];
  /** Runs before every handler, also that of other methods and `notFound`; a reply of it ends the request. */
  readonly before?: Before;
  readonly notFound?: Handler;
  readonly methodNotAllowed?: (request: Request, reply: Reply, allowed: readonly Method[]) => unknown;
  /** Answers an exception of a handler; the default is 500 and plain text. */
  readonly failed?: (error: Error, request: Request, reply: Reply) => unknown;
  /** The rules by which URLs become paths where several processes share them, as in libprocess. */
  readonly paths?: PathRules;
  /** Serves TLS. */
  readonly tls?: TlsSettings | undefined;
  /** Sends whole answers gzipped to those who ask for it. */
  readonly compress?: boolean;
  /** Several slashes in a path count as one. */
  readonly mergesSlashes?: boolean;
  /** Sees the beginning and the end of each request, for metrics. */
  readonly observer?: RequestObserver;
  readonly bodyMaxBytes?: number;
  /** Media types whose bodies are given to the handlers as streams; such a request may take as long as it wants. */
  readonly streamedTypes?: readonly string[];
  readonly messages?: MessageRouter;
  readonly insecure?: boolean;
  /** The flag that turns authentication on, for messages. */
  readonly credentialsFlag?: string;
}

export interface RequestObserver {
  began(): void;
  ended(request: EndedRequest): void;
}

export interface EndedRequest {
  readonly method: string;
  readonly status: number;
  readonly ms: number;
  /** Bytes of the body of the request, as far as its length was told. */
  readonly requestBytes: number;
  /** Bytes of the answer: of its body, or of a stream with its frame. */
  readonly answerBytes: number;
  readonly isGzipped: boolean;
  /** The path of its route; undefined for a path without one. */
  readonly route: string | undefined;
}

export interface HttpServer {
  readonly address: string;
  readonly port: number;
  /** `http://host:port`, with the address it listens on. */
  readonly url: string;
  close(): Promise<void>;
}

const BODY_MAX_BYTES = 16 * 1024 * 1024;

/** The connections with a request that has no end in time, such as the input of a terminal. */
const endless = new WeakSet<Socket>();

/** The time for a whole request, however slowly it comes. */
const REQUEST_TIMEOUT_MS = 60_000;

/**
 * Starts to listen. Fails with a StartError that names the port and the flag when the port is taken, and when
 * the address is open to others without authentication.
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  checkListen({
    what: options.what,
    address: options.address,
    addressFlag: options.addressFlag,
    authenticationFlag: options.credentialsFlag,
    authenticated: isGuarded(options),
    insecure: options.insecure ?? false,
  });
  options.messages?.guard(options.hosts ?? hostRule());
  const app = createApp(options);
  addGuards(app, options);
  addRoutes(app, options);
  await listen(app, options);
  const { address, port } = app.server.address() as AddressInfo;
  const host = address.includes(':') ? `[${address}]` : address;
  return {
    address,
    port,
    url: `${options.tls ? 'https' : 'http'}://${host}:${port}`,
    close: () => app.close(),
  };
}

function createApp(options: HttpServerOptions): FastifyInstance {
  const app = fastify({
    bodyLimit: options.bodyMaxBytes ?? BODY_MAX_BYTES,
    forceCloseConnections: true,
    rewriteUrl: ({ url = '/' }) => (options.paths ? routeUrl(url, options.paths) : url),
    routerOptions: {
      maxParamLength: 16_384,
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: options.mergesSlashes === true,
    },
    exposeHeadRoutes: false,
    clientErrorHandler: answerClientError,
    // A path that cannot be decoded is answered in the form of other errors, where there is one.
    ...(options.failed && { frameworkErrors: options.failed }),
    serverFactory: (handler) => createServer(handler, options),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  for (const type of options.streamedTypes ?? []) {
    app.addContentTypeParser(type, (request, body, done) => {
      endless.add(request.raw.socket);
      done(null, body);
    });
  }
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500)
      options.log.error({ error: error.stack ?? error.message, url: request.url }, 'request failed');
    if (options.failed) return options.failed(error, request, reply);
    return reply
      .code(status)
      .type('text/plain; charset=utf-8')
      .send(status >= 500 ? 'Internal error' : error.message);
  });
  const { before, notFound } = options;
  if (notFound)
    app.setNotFoundHandler((request, reply) =>
      after(before?.(request, reply), () => notFound(request, reply)),
    );
  return app;
}

function createServer(handler: RequestListener, { messages, tls }: HttpServerOptions): Server {
  return createWebServer({
    tls,
    messages,
    handler: (request, response) => {
      corkWrites(request.socket);
      if (messages && MessageRouter.isMessage(request)) messages.receive(request, response);
      else handler(request, response);
    },
    configure: (server) => {
      // Idle connections stay open: for a libprocess peer the end of its link means our death.
      server.keepAliveTimeout = 0;
      server.requestTimeout = REQUEST_TIMEOUT_MS;
    },
  });
}

/**
 * Answers bytes that are not HTTP, and requests that are not finished in time. A connection without any bytes
 * stays open: it may be the link of a peer that has nothing to send yet.
 */
export function answerClientError(error: { code?: string }, socket: Socket): void {
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  if (late && (socket.bytesRead === 0 || endless.has(socket))) return;
  const status = late
    ? '408 Request Timeout'
    : error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : '400 Bad Request';
  if (error.code !== 'ECONNRESET' && socket.writable) {
    socket.write(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  }
  socket.destroySoon();
}

function addGuards(app: FastifyInstance, options: HttpServerOptions): void {
  const { paths } = options;
  const check = accessCheck(options);
  app.addHook('onRequest', (request, reply, done) => {
    const refusal = paths && urlRefusal(request.originalUrl, paths);
    if (refusal) void reply.code(refusal.status).type('text/plain; charset=utf-8').send(refusal.text);
    else {
      const answer = check(request, reply);
      if (answer instanceof Promise) answer.then((late) => late ?? done(), done);
      else if (!answer) done();
    }
  });
  if (options.compress) addCompression(app);
  if (options.observer) observe(app, options.observer);
}

function observe(app: FastifyInstance, observer: RequestObserver): void {
  /** Bytes that were written to the connection before an answer. */
  const before = new WeakMap<Request, number>();
  app.addHook('onRequest', (request, _reply, done) => {
    before.set(request, request.raw.socket.bytesWritten);
    observer.began();
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const length = reply.getHeader('content-length');
    const written = request.raw.socket.bytesWritten - (before.get(request) ?? 0);
    observer.ended({
      method: request.method,
      status: reply.raw.statusCode,
      ms: reply.elapsedTime,
      requestBytes: Number(request.headers['content-length'] ?? 0) || 0,
      answerBytes: length === undefined ? written : Number(length),
      isGzipped: reply.getHeader('content-encoding') === 'gzip',
      route: request.routeOptions.url,
    });
    done();
  });
}

/** Ends a request by a reply, perhaps after a while, or lets it go on. */
export type Before = (request: Request, reply: Reply) => Reply | undefined | Promise<Reply | undefined>;

/** The value of `anyMethod` for routes that never check the method. */
export const always = (): boolean => true;

const METHODS: readonly Method[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];

function addRoutes(app: FastifyInstance, options: HttpServerOptions): void {
  for (const { path, methods, realm, changes, before, anyMethod } of [
    ...options.routes,
    ...aboutPage(options),
  ]) {
    const allowed = METHODS.filter((method) => methods[method]);
    for (const method of METHODS) {
      const methodHandler = methods[method] ?? (method === 'HEAD' ? methods.GET : undefined);
      const refuse: Handler = (request, reply) => refuseMethod(options, request, reply, allowed);
      const handler: Handler =
        methodHandler ?? ((...both) => (anyMethod?.() && methods.GET ? methods.GET : refuse)(...both));
      app.route({
        method,
        url: path,
        config: { realm, changes },
        handler: (request, reply) =>
          after(options.before?.(request, reply), () => before?.(request, reply) ?? handler(request, reply)),
      });
    }
  }
}

/** The reply that ends a request early, or the result of its handler. */
function after(early: ReturnType<Before>, handle: () => unknown): unknown {
  return early instanceof Promise ? early.then((reply) => reply ?? handle()) : (early ?? handle());
}

/** The page `/`: the program, its version and its purpose in two lines. */
function aboutPage({ what, about }: HttpServerOptions): Route[] {
  if (about === undefined) return [];
  const text = `Meseta ${MESETA_VERSION}, ${what.replace(/^the /i, '')}\n${about}\n`;
  const page: Handler = (_request, reply) => reply.type('text/plain; charset=utf-8').send(text);
  return [{ path: '/', methods: { GET: page } }];
}

function refuseMethod(
  options: HttpServerOptions,
  request: Request,
  reply: Reply,
  allowed: readonly Method[],
): unknown {
  reply.code(405).header('allow', allowed.join(', '));
  if (options.methodNotAllowed) return options.methodNotAllowed(request, reply, allowed);
  const expected = allowed.map((method) => `'${method}'`).join(', ');
  return reply
    .type('text/plain; charset=utf-8')
    .send(`405 Method Not Allowed. Expecting one of { ${expected} }, but received '${request.method}'.`);
}

async function listen(app: FastifyInstance, options: HttpServerOptions): Promise<void> {
  try {
    await app.listen({ host: options.address, port: options.port });
  } catch (error) {
    await app.close();
    throw listenError(error as NodeJS.ErrnoException, options);
  }
}
