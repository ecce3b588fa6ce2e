/**
 * The v1 operator API: `POST /api/v1` (Mesos 1.11 Master::Http::api). Calls that read are answered here, those that
 * change something by the core.
 */

import { NOT_ACCEPTABLE, readCallBody } from '../../../api/call-body';
import type { Call } from '../../../api/generated/master';
import { readAccept } from '../../../api/media-type';
import { principalOf } from '../../../runtime/http/access';
import type { Reply, Request } from '../../../runtime/http/server';
import { isPermitted } from '../../core/authorize/operator';
import { changingCall } from '../../core/operator-calls/list';
import { callError, NO_TYPE, type Part, partOf } from '../../core/validate/operator-call';
import { type Exchange, FORBIDDEN, type OperatorContext, passCall } from './operator-door';
import { type ReadingCall, readingCall } from './operator-reads';
import { plain } from './scheduler-api';

export function handleOperator(door: OperatorContext, request: Request, reply: Reply): unknown {
  const body = request.body as Buffer | undefined;
  const read = readCallBody('mesos.v1.master.Call', request.headers['content-type'], body);
  if ('status' in read) return plain(reply, read.status, read.text);
  const { call } = read;
  const { type } = call;
  if (type === undefined) return plain(reply, 400, NO_TYPE);
  const reading = readingCall(type);
  const changing = changingCall(type);
  const wrong = reading ? callError(reading, call) : changing && callError(changing, call);
  if (wrong) return plain(reply, 400, wrong);
  const accept = readAccept(request.headers.accept);
  if (!accept) return plain(reply, 406, NOT_ACCEPTABLE);
  if (!reading) return passCall(door, request, reply, call);
  return answer({ door, request, reply, type, accept }, reading, call);
}

/** Answers a call that reads, if its sender may make it. */
function answer<T extends Call.Type>(exchange: Exchange, row: ReadingCall<T>, call: Call): unknown {
  const { door, request, reply } = exchange;
  // Present where the call has a part: its form is checked.
  const part = partOf(row, call) as Part<T>;
  const { permission } = row;
  const isAllowed = door.read((state) => isPermitted(state, principalOf(request), { permission, part }));
  return isAllowed ? row.answer(exchange, part) : plain(reply, 403, FORBIDDEN);
}
