/**
 * The v1 executor API: its endpoint, `POST /api/v1/executor` (Mesos 1.11 Http::executor in src/slave/http.cpp), and the same
 * without a connection for executors in this process.
 */

import { randomUUID } from 'node:crypto';
import { NOT_ACCEPTABLE, readCallBody } from '../../../api/call-body';
import type { Call, Event } from '../../../api/generated/executor';
import { encodeBody, type MediaType, readAccept } from '../../../api/media-type';
import { principalOf } from '../../../runtime/http/access';
import { sendText } from '../../../runtime/http/json';
import type { Reply, Request } from '../../../runtime/http/server';
import { ResponseStream } from '../../../runtime/http/stream';
import { Requests } from '../../../runtime/requests';
import { encodeRecord } from '../../../runtime/streams/recordio';
import type { ExecutorClaims } from '../../core/connections/executor-api';
import type { AgentEffect } from '../../core/state/effects';
import type { AgentInput } from '../../core/state/events';
import { claimsError } from '../executors/executor-tokens';
import { executorCallError } from './executor-call';

/** The answer of the core to a call. */
type Answer = Omit<Extract<AgentEffect, { kind: 'answer' }>, 'kind' | 'request'>;

/** The way of the agent's events to one executor. */
interface EventStream {
  write(event: Event): void;
  /** Ends it; the end is posted as executor.closed. */
  close(reason: string): void;
  /** Ends it as the end of this process would. */
  breakOff(reason: string): void;
}

/** An executor in this process. */
export interface LocalSubscriber {
  event(event: Event): void;
  /** The subscription is refused, or has ended. */
  closed(reason: string): void;
}

/** The answers of the core about the executor that a call names. */
export interface ExecutorLookup {
  /** The refusal of a call of an unknown framework or executor. */
  readonly missing: (call: Call) => string | undefined;
  /** The refusal of all calls until the containers of an earlier run are known. */
  readonly unready: () => string | undefined;
  /** The claims of its token. */
  readonly claims: (call: Call) => ExecutorClaims | undefined;
}

/** The open streams and waiting requests of executors. */
export class ExecutorDoor {
  private readonly streams = new Map<string, EventStream>();
  private readonly requests = new Requests<Answer>();

  constructor(
    private readonly post: (event: AgentInput) => void,
    private readonly core: ExecutorLookup,
  ) {}

  handle(request: Request, reply: Reply): unknown {
    const unready = this.core.unready();
    if (unready !== undefined) return plain(reply, 503, unready);
    const body = request.body as Buffer | undefined;
    const read = readCallBody('mesos.v1.executor.Call', request.headers['content-type'], body);
    if ('status' in read) return plain(reply, read.status, read.text);
    const { call } = read;
    const error = executorCallError(call);
    if (error) return plain(reply, 400, `Failed to validate Executor::Call: ${error}`);
    if (call.type === 'SUBSCRIBE') return this.subscribe(request, reply, call);
    return this.forbidden(request, reply, call) ?? this.passOn(reply, call);
  }

  event(stream: string, event: Event): void {
    this.streams.get(stream)?.write(event);
  }

  answer(request: number, answer: Answer): void {
    this.requests.answer(request, answer);
  }

  close(stream: string, reason: string): void {
    this.streams.get(stream)?.close(reason);
  }

  /** Breaks all streams off: mesos-rxjava takes the end of a response for the end of all events. */
  breakOffAll(): void {
    for (const stream of [...this.streams.values()]) stream.breakOff('the agent stops');
  }

  /** Executors in this process: their calls and events are passed on as they are. */
  readonly local = {
    subscribe: (call: Call, subscriber: LocalSubscriber): void => {
      const missing = this.core.missing(call);
      if (missing !== undefined) return subscriber.closed(missing);
      const close = (id: string, reason: string): void => {
        this.closed(id);
        subscriber.closed(reason);
      };
      this.opened(call, (id) => ({
        write: (event) => subscriber.event(event),
        close: (reason) => close(id, reason),
        breakOff: (reason) => close(id, reason),
      }));
    },
    call: (call: Call, refused: (reason: string) => void): void => {
      const request = this.requests.add(({ status, text = '' }) => {
        if (status >= 300) refused(`${status} ${text}`);
      });
      this.post({ kind: 'executor.call', request, call });
    },
  };

  private opened(call: Call, open: (id: string) => EventStream): void {
    const id = randomUUID();
    this.streams.set(id, open(id));
    this.post({ kind: 'executor.subscribe', stream: id, call });
  }

  private closed(id: string): void {
    this.streams.delete(id);
    this.post({ kind: 'executor.closed', stream: id });
  }

  private subscribe(request: Request, reply: Reply, call: Call): unknown {
    const type = readAccept(request.headers.accept);
    if (!type) return plain(reply, 406, NOT_ACCEPTABLE);
    const missing = this.core.missing(call);
    if (missing !== undefined) return plain(reply, 400, missing);
    const forbidden = this.forbidden(request, reply, call);
    if (forbidden) return forbidden;
    this.opened(call, (id) => responseStream(reply, type, () => this.closed(id)));
    return reply;
  }

  /** Refuses the call of an executor whose token is another's. A heartbeat is nobody's in particular. */
  private forbidden(request: Request, reply: Reply, call: Call): Reply | undefined {
    const principal = principalOf(request);
    const expected = call.type === 'HEARTBEAT' ? undefined : this.core.claims(call);
    const error = principal && expected && claimsError(principal, expected);
    return error === undefined ? undefined : plain(reply, 403, error);
  }

  private passOn(reply: Reply, call: Call): unknown {
    const request = this.requests.add(({ status, text = '' }) => void plain(reply, status, text));
    this.post({ kind: 'executor.call', request, call });
    return reply;
  }
}

function responseStream(reply: Reply, type: MediaType, closed: () => void): EventStream {
  const headers = { 'content-type': type, 'transfer-encoding': 'chunked' };
  const stream = new ResponseStream(reply, { headers, closed });
  return {
    write: (event) => stream.write(encodeRecord(encodeBody('mesos.v1.executor.Event', type, event))),
    close: (reason) => stream.close(reason),
    breakOff: (reason) => stream.breakOff(reason),
  };
}

function plain(reply: Reply, status: number, text: string): Reply {
  return sendText(reply, status, text);
}
