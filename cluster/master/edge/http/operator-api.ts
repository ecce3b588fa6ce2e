/**
 * The v1 operator API: `POST /api/v1` (Mesos 1.11 Master::Http::api). Calls without a row are answered 501.
 */

import { randomUUID } from 'node:crypto';
import { NOT_ACCEPTABLE, readCallBody } from '../../../api/call-body';
import type { Call, Event, Response } from '../../../api/generated/master';
import { encodeBody, type MediaType, readAccept } from '../../../api/media-type';
import { VERSION_INFO } from '../../../runtime/build';
import { principalOf } from '../../../runtime/http/access';
import type { Reply, Request } from '../../../runtime/http/server';
import { printMasterInfo } from '../../core/state/master-info';
import { callError } from '../../core/validate/operator-call';
import { filterEvent } from '../../views/filtered-event';
import { getMaintenanceStatus, getSchedule } from '../../views/maintenance';
import { getRoles, getWeights } from '../../views/operator';
import { isRestricted, readFilterOf } from '../../views/read-filter';
import { getQuota } from '../../views/roles';
import { EXPLAIN_CALLS } from './explain-routes';
import { FORBIDDEN, type OperatorContext, passCall, readFilterFor, readFor } from './operator-door';
import { answerHelper, HELPERS } from './operator-helpers';
import { answerLists } from './operator-lists';
import { plain } from './scheduler-api';

/** The response to a read; undefined if the sender may not have it, which is 403. */
type Read = (door: OperatorContext, request: Request) => Response | undefined;

/** Small reads, each of one moment of the state; lists are in operator-lists.ts. */
const READS: Partial<Record<Call.Type, Read>> = {
  GET_HEALTH: () => ({ type: 'GET_HEALTH', get_health: { healthy: true } }),
  GET_FLAGS: (door, request) =>
    readFilterFor(door, request).flags
      ? {
          type: 'GET_FLAGS',
          get_flags: { flags: Object.entries(door.flags).map(([name, value]) => ({ name, value })) },
        }
      : undefined,
  GET_VERSION: () => ({ type: 'GET_VERSION', get_version: { version_info: VERSION_INFO } }),
  GET_METRICS: ({ metrics }) => ({
    type: 'GET_METRICS',
    get_metrics: { metrics: Object.entries(metrics()).map(([name, value]) => ({ name, value })) },
  }),
  GET_MASTER: ({ read }) => ({
    type: 'GET_MASTER',
    get_master: read((state) => ({
      master_info: printMasterInfo(state),
      start_time: state.boot.startedAt / 1000,
      elected_time: (state.electedAt ?? 0) / 1000,
    })),
  }),
  GET_ROLES: (door, request) => {
    const { roles = [] } = readFor(door, request, getRoles);
    const filter = readFilterFor(door, request);
    return { type: 'GET_ROLES', get_roles: { roles: roles.filter(({ name }) => filter.role(name)) } };
  },
  GET_WEIGHTS: (door, request) => {
    const weights = readFor(door, request, getWeights);
    // Without weights the original leaves out `get_weights`.
    return { type: 'GET_WEIGHTS', ...(weights.weight_infos?.length ? { get_weights: weights } : {}) };
  },
  GET_QUOTA: (door, request) => {
    const { quota } = readFilterFor(door, request);
    return {
      type: 'GET_QUOTA',
      get_quota: { status: readFor(door, request, (state) => getQuota(state, quota)) },
    };
  },
  GET_MAINTENANCE_SCHEDULE: (door, request) => ({
    type: 'GET_MAINTENANCE_SCHEDULE',
    get_maintenance_schedule: { schedule: readFor(door, request, getSchedule) },
  }),
  GET_MAINTENANCE_STATUS: (door, request) => ({
    type: 'GET_MAINTENANCE_STATUS',
    get_maintenance_status: { status: readFor(door, request, getMaintenanceStatus) },
  }),
};

export function handleOperator(door: OperatorContext, request: Request, reply: Reply): unknown {
  const body = request.body as Buffer | undefined;
  const read = readCallBody('mesos.v1.master.Call', request.headers['content-type'], body);
  if ('status' in read) return plain(reply, read.status, read.text);
  const { call } = read;
  const wrong = callError(call);
  if (wrong) return plain(reply, 400, wrong);
  const accept = readAccept(request.headers.accept);
  if (!accept) return plain(reply, 406, NOT_ACCEPTABLE);
  return answer(door, request, reply, { call, accept });
}

function answer(
  door: OperatorContext,
  request: Request,
  reply: Reply,
  { call, accept }: { call: Call; accept: MediaType },
): unknown {
  const lists = answerLists(door, request, reply, { type: call.type, accept });
  if (lists) return lists;
  const read = call.type && READS[call.type];
  if (read) {
    const response = read(door, request);
    if (!response) return plain(reply, 403, FORBIDDEN);
    return reply.type(accept).send(encodeBody('mesos.v1.master.Response', accept, response));
  }
  const helper = call.type && (HELPERS[call.type] ?? EXPLAIN_CALLS[call.type]);
  if (helper) return answerHelper(helper(door, request, call), reply, accept);
  if (call.type === 'SUBSCRIBE') return subscribe(door, request, reply, accept);
  return passCall(door, request, reply, call);
}

function subscribe(door: OperatorContext, request: Request, reply: Reply, type: MediaType): unknown {
  const stream = randomUUID();
  const sender = principalOf(request);
  const shown = (event: Event): Event | undefined =>
    door.read((state) =>
      isRestricted(state, sender) ? filterEvent(state, readFilterOf(state, sender), event) : event,
    );
  const closed = (): void => {
    door.viewers.delete(stream);
    door.post({ kind: 'operator.closed', stream });
  };
  door.viewers.set(stream, sender);
  door.streams.open(stream, reply, { type, shown, closed, waits: true });
  door.post({ kind: 'operator.subscribe', stream });
  return reply;
}
