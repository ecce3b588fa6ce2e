/**
 * The v1 scheduler API: `POST /api/v1/scheduler`. The order of the checks is the original's (Mesos 1.11
 * Master::Http::scheduler).
 */

import { randomUUID } from 'node:crypto';
import { type CallRefusal, NOT_ACCEPTABLE, readCallBody } from '../../../api/call-body';
import type { Call } from '../../../api/generated/scheduler';
import { readAccept } from '../../../api/media-type';
import type { Principal } from '../../../model/principal';
import { principalOf } from '../../../runtime/http/access';
import { sendText } from '../../../runtime/http/json';
import type { Reply, Request } from '../../../runtime/http/server';
import type { Requests } from '../../../runtime/requests';
import { callError } from '../../core/scheduler-calls/list';
import type { MasterEffect } from '../../core/state/effects';
import type { MasterInput } from '../../core/state/events';
import { type PatternLimits, patternsOf } from '../patterns';

import type { Streams } from '../streams';

/** The answer of the core to a call of the scheduler or operator API. */
export type Answer = Omit<Extract<MasterEffect, { kind: 'answer' }>, 'kind' | 'request'>;

export interface SchedulerContext {
  readonly streams: Streams<'mesos.v1.scheduler.Event'>;
  readonly requests: Requests<Answer>;
  readonly post: (event: MasterInput) => void;
  readonly patternLimits: PatternLimits;
}

/** Handles one call: SUBSCRIBE opens a stream, every other call is answered by the core. */
export function handleScheduler(door: SchedulerContext, request: Request, reply: Reply): unknown {
  const principal = principalOf(request);
  const call = readCall(door, request, reply);
  if (!call) return reply;
  const stream = request.headers['mesos-stream-id'];
  const streamId = Array.isArray(stream) ? stream[0] : stream;
  if (call.type !== 'SUBSCRIBE') return forwardCall(door, reply, { call, stream: streamId, principal });
  if (streamId !== undefined) {
    return plain(reply, 400, "Subscribe calls should not include the 'Mesos-Stream-Id' header");
  }
  return subscribe(door, request, reply, call);
}

function readCall(door: SchedulerContext, request: Request, reply: Reply): Call | undefined {
  const body = request.body as Buffer | undefined;
  const read = readCallBody('mesos.v1.scheduler.Call', request.headers['content-type'], body);
  const refusal = 'status' in read ? read : refusalOf(door, request, read.call);
  if (refusal) void plain(reply, refusal.status, refusal.text);
  return 'status' in read || refusal ? undefined : read.call;
}

/** The error in a decoded call. Only calls that are answered with a body need an acceptable media type. */
function refusalOf({ post }: SchedulerContext, request: Request, call: Call): CallRefusal | undefined {
  const error = callError(call, principalOf(request)?.value);
  if (error) {
    post({ kind: 'scheduler.invalid', type: call.type });
    return { status: 400, text: `Failed to validate scheduler::Call: ${error}` };
  }
  const needsForm = call.type === 'SUBSCRIBE' || call.type === 'RECONCILE_OPERATIONS';
  return needsForm && !readAccept(request.headers.accept) ? { status: 406, text: NOT_ACCEPTABLE } : undefined;
}

function subscribe(door: SchedulerContext, request: Request, reply: Reply, call: Call): unknown {
  const type = readAccept(request.headers.accept);
  if (!type) {
    return plain(reply, 406, NOT_ACCEPTABLE);
  }
  if (!call.subscribe) return plain(reply, 400, "Expecting 'subscribe' to be present");
  const stream = randomUUID();
  door.streams.open(stream, reply, {
    type,
    headers: { 'Mesos-Stream-Id': stream },
    closed: (reason) => door.post({ kind: 'scheduler.closed', stream, reason }),
  });
  door.post({
    kind: 'scheduler.subscribe',
    stream,
    subscribe: call.subscribe,
    patterns: patternsOf(call, door.patternLimits),
    principal: principalOf(request),
  });
  return reply;
}

function forwardCall(
  door: SchedulerContext,
  reply: Reply,
  received: { call: Call; stream: string | undefined; principal: Principal | undefined },
): unknown {
  const request = door.requests.add(({ status, text = '' }) => void plain(reply, status, text));
  const patterns = patternsOf(received.call, door.patternLimits);
  door.post({ kind: 'scheduler.call', request, patterns, ...received });
  return reply;
}

/** Sends an answer in plain text, as Mesos sends errors. */
export function plain(reply: Reply, status: number, text: string): Reply {
  return sendText(reply, status, text);
}
