/**
 * HTTP calls over Node's own client, which is there at once when a process starts and reads large bodies at the least cost.
 *
 * Always true: a failure of the signal or the network is the error of the promise until the headers are there, and of the
 * body after that. An error of a body that nobody listens to does no harm.
 */

import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';

export interface HttpCallerOptions {
  /** Limit for a new connection, with TLS once it is agreed on. */
  readonly connectMs: number;
  readonly tls: Pick<https.AgentOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized'>;
}

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

export interface HttpCaller {
  /** Sends a call to an http or https URL; resolves when the headers are there, whatever the status. */
  call(url: string, call: HttpCall): Promise<http.IncomingMessage>;
  /** Ends all calls and connections. */
  close(): void;
}

const CONNECTIONS_MAX = 64;
/** The time for which an idle connection is kept: shorter than servers keep theirs. */
const IDLE_MS = 4000;

export function httpCaller({ connectMs, tls }: HttpCallerOptions): HttpCaller {
  const pooling = { keepAlive: true, maxSockets: CONNECTIONS_MAX, timeout: IDLE_MS };
  const plain = new http.Agent(pooling);
  const secure = new https.Agent({ ...pooling, ...tls });
  const call = async (url: string, options: HttpCall): Promise<http.IncomingMessage> => {
    options.signal.throwIfAborted();
    const isSecure = url.startsWith('https:');
    const { method, headers } = options;
    const request = isSecure
      ? https.request(url, { method, headers, agent: secure })
      : http.request(url, { method, headers, agent: plain });
    limitConnecting(request, isSecure ? 'secureConnect' : 'connect', connectMs);
    try {
      return await send(request, options);
    } catch (error) {
      // The server closed the idle connection: nothing of the call was handled.
      if (!request.reusedSocket || !isReset(error)) throw error;
      return await call(url, options);
    }
  };
  return {
    call,
    close: () => {
      plain.destroy();
      secure.destroy();
    },
  };
}

function send(
  request: http.ClientRequest,
  { body, signal }: Pick<HttpCall, 'body' | 'signal'>,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    let reply: http.IncomingMessage | undefined;
    const abort = (): void => void (reply ?? request).destroy(reasonOf(signal));
    signal.addEventListener('abort', abort);
    request.once('close', () => signal.removeEventListener('abort', abort));
    request.on('error', reject);
    request.once('response', (response) => {
      reply = response;
      response.on('error', () => undefined);
      resolve(response);
    });
    request.end(body);
  });
}

function limitConnecting(request: http.ClientRequest, done: 'connect' | 'secureConnect', ms: number): void {
  request.once('socket', (socket: Socket) => {
    if (!socket.connecting) return;
    const limit = setTimeout(() => socket.destroy(new Error('no connection in time')), ms);
    for (const event of [done, 'close']) socket.once(event, () => clearTimeout(limit));
  });
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

function isReset(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return code === 'ECONNRESET' || code === 'EPIPE';
}
