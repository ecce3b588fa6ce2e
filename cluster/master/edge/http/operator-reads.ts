/**
 * Every call of the v1 operator API that reads, each with its permission and its answer. Those that change something
 * are in core/operator-calls/list.ts: the compiler demands each `Call.Type` in exactly one of the two.
 */

import type { Call } from '../../../api/generated/master';
import { Part as Lists } from '../../../api/slices';
import { VERSION_INFO } from '../../../runtime/build';
import { needs, needsNothing, type Permission } from '../../core/authorize/operator';
import type { ReadingType } from '../../core/operator-calls/list';
import { printMasterInfo } from '../../core/state/master-info';
import type { CallForm, Part, PartName } from '../../core/validate/operator-call';
import { getMaintenanceStatus, getSchedule } from '../../views/maintenance';
import { getAgents, getExecutors, getFrameworks, getRoles, getTasks, getWeights } from '../../views/operator';
import { getQuota } from '../../views/roles';
import { explainFrameworkCall, explainRoleCall, explainTaskCall } from './explain-routes';
import { type Exchange, readFilterFor, readFor } from './operator-door';
import { listFilesCall, readFileCall, responds } from './operator-helpers';
import { lists, operationsPart, statePart } from './operator-lists';
import { subscribe } from './operator-stream';

export interface ReadingCall<T extends Call.Type> extends CallForm<T> {
  readonly part: [PartName<T>] extends [never] ? undefined : PartName<T>;
  readonly permission: Permission<Part<T>>;
  readonly answer: (exchange: Exchange, part: Part<T>) => unknown;
}

const FILTERED = needsNothing('it shows what its reader may see');
const OPEN = needsNothing('it is about the process and tells nothing of frameworks');

const READING_CALLS: { readonly [T in ReadingType]: ReadingCall<T> } = {
  GET_HEALTH: {
    part: undefined,
    permission: OPEN,
    answer: responds(() => ({ type: 'GET_HEALTH', get_health: { healthy: true } })),
  },
  GET_FLAGS: {
    part: undefined,
    permission: needs('view_flags'),
    answer: responds((door) => ({
      type: 'GET_FLAGS',
      get_flags: { flags: Object.entries(door.flags).map(([name, value]) => ({ name, value })) },
    })),
  },
  GET_VERSION: {
    part: undefined,
    permission: OPEN,
    answer: responds(() => ({ type: 'GET_VERSION', get_version: { version_info: VERSION_INFO } })),
  },
  GET_METRICS: {
    part: 'get_metrics',
    permission: OPEN,
    answer: responds(({ metrics }) => ({
      type: 'GET_METRICS',
      get_metrics: { metrics: Object.entries(metrics()).map(([name, value]) => ({ name, value })) },
    })),
  },
  GET_LOGGING_LEVEL: {
    part: undefined,
    permission: OPEN,
    answer: responds(({ verbosity }) => ({
      type: 'GET_LOGGING_LEVEL',
      get_logging_level: { level: verbosity.level },
    })),
  },
  SET_LOGGING_LEVEL: {
    part: 'set_logging_level',
    permission: needs('set_log_level'),
    answer: responds(({ verbosity }, _request, { level, duration }) => {
      verbosity.set(level, Number(duration.nanoseconds) / 1e6);
      return undefined;
    }),
  },
  LIST_FILES: {
    part: 'list_files',
    permission: needsNothing('each file has a permission of its own'),
    answer: responds(listFilesCall),
  },
  READ_FILE: {
    part: 'read_file',
    permission: needsNothing('each file has a permission of its own'),
    answer: responds(readFileCall),
  },
  GET_STATE: { part: undefined, permission: FILTERED, answer: lists('get_state', statePart) },
  GET_AGENTS: {
    part: undefined,
    permission: FILTERED,
    answer: lists('get_agents', (state) => new Lists(getAgents(state))),
  },
  GET_FRAMEWORKS: {
    part: undefined,
    permission: FILTERED,
    answer: lists('get_frameworks', (state) => new Lists(getFrameworks(state))),
  },
  GET_TASKS: {
    part: undefined,
    permission: FILTERED,
    answer: lists('get_tasks', (state) => new Lists(getTasks(state))),
  },
  GET_EXECUTORS: {
    part: undefined,
    permission: FILTERED,
    answer: lists('get_executors', (state) => new Lists(getExecutors(state))),
  },
  GET_OPERATIONS: { part: undefined, permission: FILTERED, answer: lists('get_operations', operationsPart) },
  GET_MASTER: {
    part: undefined,
    permission: OPEN,
    answer: responds(({ read }) => ({
      type: 'GET_MASTER',
      get_master: read((state) => ({
        master_info: printMasterInfo(state),
        start_time: state.boot.startedAt / 1000,
        elected_time: (state.electedAt ?? 0) / 1000,
      })),
    })),
  },
  GET_ROLES: {
    part: undefined,
    permission: FILTERED,
    answer: responds((door, request) => {
      const { roles = [] } = readFor(door, request, getRoles);
      const filter = readFilterFor(door, request);
      return { type: 'GET_ROLES', get_roles: { roles: roles.filter(({ name }) => filter.role(name)) } };
    }),
  },
  GET_WEIGHTS: {
    part: undefined,
    permission: FILTERED,
    answer: responds((door, request) => {
      const weights = readFor(door, request, getWeights);
      // Without weights the original leaves out `get_weights`.
      return { type: 'GET_WEIGHTS', ...(weights.weight_infos?.length ? { get_weights: weights } : {}) };
    }),
  },
  GET_QUOTA: {
    part: undefined,
    permission: FILTERED,
    answer: responds((door, request) => {
      const { quota } = readFilterFor(door, request);
      const status = readFor(door, request, (state) => getQuota(state, quota));
      return { type: 'GET_QUOTA', get_quota: { status } };
    }),
  },
  GET_MAINTENANCE_SCHEDULE: {
    part: undefined,
    permission: FILTERED,
    answer: responds((door, request) => ({
      type: 'GET_MAINTENANCE_SCHEDULE',
      get_maintenance_schedule: { schedule: readFor(door, request, getSchedule) },
    })),
  },
  GET_MAINTENANCE_STATUS: {
    part: undefined,
    permission: FILTERED,
    answer: responds((door, request) => ({
      type: 'GET_MAINTENANCE_STATUS',
      get_maintenance_status: { status: readFor(door, request, getMaintenanceStatus) },
    })),
  },
  SUBSCRIBE: { part: undefined, permission: FILTERED, answer: subscribe },
  EXPLAIN_FRAMEWORK: {
    part: 'explain_framework',
    permission: FILTERED,
    answer: responds(explainFrameworkCall),
  },
  EXPLAIN_ROLE: { part: 'explain_role', permission: FILTERED, answer: responds(explainRoleCall) },
  EXPLAIN_TASK: { part: 'explain_task', permission: FILTERED, answer: responds(explainTaskCall) },
};

/** The row of a call that reads; undefined for every other one. */
export function readingCall(type: Call.Type): ReadingCall<ReadingType> | undefined {
  return isReading(type) ? rowOf(type) : undefined;
}

function isReading(type: Call.Type): type is ReadingType {
  return Object.hasOwn(READING_CALLS, type);
}

function rowOf<T extends ReadingType>(type: T): ReadingCall<T> {
  return READING_CALLS[type];
}
