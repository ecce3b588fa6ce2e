/**
 * The v0 endpoints of maintenance: `/maintenance/schedule`, `/maintenance/status`, `/machine/down`,
 * `/machine/up`. Writes are passed on as v1 calls (Mesos 1.11 src/master/http.cpp).
 */

import type { Call } from '../../../api/generated/master';
import { messageFromJson, parseExact } from '../../../api/json-read';
import { encodeJson } from '../../../api/json-write';
import type { Handler, Request, Route } from '../../../runtime/http/server';
import { getMaintenanceStatus, getSchedule } from '../../views/maintenance';
import type { FilteredState } from '../../views/read-filter';
import { READONLY, READWRITE } from '../authentication';
import { type OperatorContext, passCall } from './operator-door';
import { plain } from './scheduler-api';

/** Creates a handler from a function that prints the state as JSON; JSONP included. */
type Page = (print: (state: FilteredState) => string) => Handler;

export function maintenanceRoutes(door: OperatorContext, page: Page): Route[] {
  return [
    {
      path: '/maintenance/schedule',
      realm: READWRITE,
      methods: {
        GET: page((state) => encodeJson('mesos.v1.maintenance.Schedule', getSchedule(state))),
        POST: write(door, (json) => ({
          type: 'UPDATE_MAINTENANCE_SCHEDULE',
          update_maintenance_schedule: { schedule: messageFromJson('mesos.v1.maintenance.Schedule', json) },
        })),
      },
    },
    {
      path: '/maintenance/status',
      realm: READONLY,
      methods: {
        GET: page((state) => encodeJson('mesos.v1.maintenance.ClusterStatus', getMaintenanceStatus(state))),
      },
    },
    {
      path: '/machine/down',
      realm: READWRITE,
      methods: { POST: write(door, machinesCall('START_MAINTENANCE', 'start_maintenance')) },
    },
    {
      path: '/machine/up',
      realm: READWRITE,
      methods: { POST: write(door, machinesCall('STOP_MAINTENANCE', 'stop_maintenance')) },
    },
  ];
}

function machinesCall(type: Call.Type, field: 'start_maintenance' | 'stop_maintenance') {
  return (json: unknown): Call => {
    if (!Array.isArray(json)) throw new Error('Expecting a JSON array of machines');
    return {
      type,
      [field]: { machines: json.map((machine) => messageFromJson('mesos.v1.MachineID', machine)) },
    };
  };
}

/** Passes the JSON of the body on as a call; a body that cannot be read is answered 400. */
function write(door: OperatorContext, read: (json: unknown) => Call): Handler {
  return (request, reply) => {
    let call: Call;
    try {
      call = read(parseExact(bodyOf(request)));
    } catch (error) {
      return plain(reply, 400, error instanceof Error ? error.message : String(error));
    }
    return passCall(door, request, reply, call);
  };
}

function bodyOf(request: Request): string {
  return (request.body as Buffer | undefined)?.toString('utf8') ?? '';
}
