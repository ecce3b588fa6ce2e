/**
 * The v1 operator API: `POST /api/v1` (Mesos 1.11 Master::Http::api). Calls without a row are answered 501.
 */

import { randomUUID } from 'node:crypto';
import type { Call, Response } from '../../../api/generated/master';
import { decodeBody, encodeBody, type MediaType, readAccept, readContentType } from '../../../api/media-type';
import { principalOf } from '../../../runtime/http/access';
import type { Reply, Request } from '../../../runtime/http/server';
import { getMaintenanceStatus, getSchedule } from '../../core/views/maintenance';
import {
  getAgents,
  getFrameworks,
  getRoles,
  getState,
  getTasks,
  getWeights,
  printMasterInfo,
} from '../../core/views/operator';
import { type OperatorDoor, passCall } from './operator-door';
import { NAMELESS, plain } from './scheduler-api';

type Read = (door: OperatorDoor) => Response;

/** Reads, each from one moment of the state. */
const READS: Partial<Record<Call.Type, Read>> = {
  GET_HEALTH: () => ({ type: 'GET_HEALTH', get_health: { healthy: true } }),
  GET_FLAGS: ({ flags }) => ({
    type: 'GET_FLAGS',
    get_flags: { flags: Object.entries(flags).map(([name, value]) => ({ name, value })) },
  }),
  GET_VERSION: ({ read }) => ({
    type: 'GET_VERSION',
    get_version: { version_info: { version: read((state) => state.boot.version) } },
  }),
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
  GET_STATE: ({ read }) => ({ type: 'GET_STATE', get_state: read(getState) }),
  GET_AGENTS: ({ read }) => ({ type: 'GET_AGENTS', get_agents: read(getAgents) }),
  GET_FRAMEWORKS: ({ read }) => ({ type: 'GET_FRAMEWORKS', get_frameworks: read(getFrameworks) }),
  GET_TASKS: ({ read }) => ({ type: 'GET_TASKS', get_tasks: read(getTasks) }),
  GET_ROLES: ({ read }) => ({ type: 'GET_ROLES', get_roles: read(getRoles) }),
  GET_WEIGHTS: ({ read }) => ({ type: 'GET_WEIGHTS', get_weights: read(getWeights) }),
  GET_MAINTENANCE_SCHEDULE: ({ read }) => ({
    type: 'GET_MAINTENANCE_SCHEDULE',
    get_maintenance_schedule: { schedule: read(getSchedule) },
  }),
  GET_MAINTENANCE_STATUS: ({ read }) => ({
    type: 'GET_MAINTENANCE_STATUS',
    get_maintenance_status: { status: read(getMaintenanceStatus) },
  }),
  GET_EXECUTORS: () => ({ type: 'GET_EXECUTORS', get_executors: {} }),
  GET_OPERATIONS: () => ({ type: 'GET_OPERATIONS', get_operations: {} }),
};

export function handleOperator(door: OperatorDoor, request: Request, reply: Reply): unknown {
  const principal = principalOf(request);
  if (principal && principal.value === undefined) return plain(reply, 403, NAMELESS);
  if (!door.isLeading()) return plain(reply, 503, 'Master has not finished recovery');
  const header = request.headers['content-type'];
  if (header === undefined) return plain(reply, 400, "Expecting 'Content-Type' to be present");
  const type = readContentType(header);
  if (!type)
    return plain(reply, 415, "Expecting 'Content-Type' of application/json or application/x-protobuf");
  const accept = readAccept(request.headers.accept);
  try {
    const call = decodeBody(
      'mesos.v1.master.Call',
      type,
      (request.body as Buffer | undefined) ?? Buffer.alloc(0),
    );
    if (call.type === undefined) {
      return plain(reply, 400, "Failed to validate master::Call: Expecting 'type' to be present");
    }
    if (!accept)
      return plain(reply, 406, "Expecting 'Accept' to allow application/json or application/x-protobuf");
    return answer(door, request, reply, { call, accept });
  } catch (error) {
    return plain(reply, 400, `Failed to parse body into Call protobuf: ${(error as Error).message}`);
  }
}

function answer(
  door: OperatorDoor,
  request: Request,
  reply: Reply,
  { call, accept }: { call: Call; accept: MediaType },
): unknown {
  const read = call.type && READS[call.type];
  if (read) return reply.type(accept).send(encodeBody('mesos.v1.master.Response', accept, read(door)));
  if (call.type === 'SUBSCRIBE') return subscribe(door, reply, accept);
  return passCall(door, request, reply, call);
}

function subscribe(door: OperatorDoor, reply: Reply, type: MediaType): unknown {
  const stream = randomUUID();
  door.streams.open(stream, reply, { type, closed: () => door.post({ kind: 'operator.closed', stream }) });
  door.post({ kind: 'operator.subscribe', stream });
  return reply;
}
