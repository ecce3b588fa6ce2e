/**
 * Errors in an operator's call by itself, without the state (Mesos 1.11 validation::master::call::validate).
 */

import type { Call } from '../../../api/generated/master';
import { formError } from '../../../model/resource-errors';

/** Calls that must have a member, whose name is that of the call in small letters. */
const WITH_PART: ReadonlySet<Call.Type> = new Set<Call.Type>([
  'GET_METRICS',
  'SET_LOGGING_LEVEL',
  'LIST_FILES',
  'READ_FILE',
  'UPDATE_WEIGHTS',
  'RESERVE_RESOURCES',
  'UNRESERVE_RESOURCES',
  'CREATE_VOLUMES',
  'DESTROY_VOLUMES',
  'GROW_VOLUME',
  'SHRINK_VOLUME',
  'UPDATE_MAINTENANCE_SCHEDULE',
  'START_MAINTENANCE',
  'STOP_MAINTENANCE',
  'DRAIN_AGENT',
  'DEACTIVATE_AGENT',
  'REACTIVATE_AGENT',
  'UPDATE_QUOTA',
  'SET_QUOTA',
  'REMOVE_QUOTA',
  'TEARDOWN',
  'MARK_AGENT_GONE',
  'EXPLAIN_FRAMEWORK',
  'EXPLAIN_ROLE',
  'EXPLAIN_TASK',
]);

const PREFIX = 'Failed to validate master::Call: ';
const NO_AGENT = "Expecting 'agent_id' to be present; only agent default resources are supported right now";

/** The error when a call lacks its member, or undefined. */
export function partError(call: Call): string | undefined {
  const { type, grow_volume, shrink_volume } = call;
  if (type === undefined) return `${PREFIX}Expecting 'type' to be present`;
  const part = type.toLowerCase();
  if (WITH_PART.has(type) && call[part as keyof Call] === undefined)
    return `${PREFIX}Expecting '${part}' to be present`;
  const resized = grow_volume ?? shrink_volume;
  return resized && resized.agent_id === undefined ? PREFIX + NO_AGENT : undefined;
}

/**
 * The error in a call of the v1 API, or undefined. Resources to be reserved are checked here already; the older
 * endpoints check them after they have found the agent, so the order of errors differs.
 */
export function callError(call: Call): string | undefined {
  const wrong =
    formError(call.reserve_resources?.resources) ?? formError(call.unreserve_resources?.resources);
  return partError(call) ?? (wrong && PREFIX + wrong);
}
