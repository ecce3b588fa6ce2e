/**
 * Every operator's call that changes something, each with its row. The calls that are not here are read by
 * edge/http/operator-reads.ts: the compiler demands each `Call.Type` in exactly one of the two.
 */

import type { Call } from '../../../api/generated/master';
import type { ChangingCall } from './call';
import { createVolumes } from './create-volumes';
import { deactivateAgent } from './deactivate-agent';
import { destroyVolumes } from './destroy-volumes';
import { drainAgent } from './drain-agent';
import { growVolume } from './grow-volume';
import { markAgentGone } from './mark-agent-gone';
import { reactivateAgent } from './reactivate-agent';
import { removeQuota } from './remove-quota';
import { reserveResources } from './reserve-resources';
import { setQuota } from './set-quota';
import { shrinkVolume } from './shrink-volume';
import { startMaintenance } from './start-maintenance';
import { stopMaintenance } from './stop-maintenance';
import { teardown } from './teardown';
import { unreserveResources } from './unreserve-resources';
import { updateMaintenanceSchedule } from './update-maintenance-schedule';
import { updateQuota } from './update-quota';
import { updateWeights } from './update-weights';

export const CHANGING_CALLS = {
  TEARDOWN: teardown,
  UPDATE_WEIGHTS: updateWeights,
  UPDATE_QUOTA: updateQuota,
  SET_QUOTA: setQuota,
  REMOVE_QUOTA: removeQuota,
  MARK_AGENT_GONE: markAgentGone,
  DRAIN_AGENT: drainAgent,
  DEACTIVATE_AGENT: deactivateAgent,
  REACTIVATE_AGENT: reactivateAgent,
  UPDATE_MAINTENANCE_SCHEDULE: updateMaintenanceSchedule,
  START_MAINTENANCE: startMaintenance,
  STOP_MAINTENANCE: stopMaintenance,
  RESERVE_RESOURCES: reserveResources,
  UNRESERVE_RESOURCES: unreserveResources,
  CREATE_VOLUMES: createVolumes,
  DESTROY_VOLUMES: destroyVolumes,
  GROW_VOLUME: growVolume,
  SHRINK_VOLUME: shrinkVolume,
} as const satisfies { readonly [T in Call.Type]?: ChangingCall<T> };

export type ChangingType = keyof typeof CHANGING_CALLS;
/** The calls that the edge answers: they change nothing in the core. UNKNOWN is no call. */
export type ReadingType = Exclude<Call.Type, ChangingType | 'UNKNOWN'>;

const ROWS: { readonly [T in ChangingType]: ChangingCall<T> } = CHANGING_CALLS;

/** The row of a call that changes something; undefined for every other one. */
export function changingCall(type: Call.Type | undefined): ChangingCall<ChangingType> | undefined {
  return type && isChanging(type) ? rowOf(type) : undefined;
}

function isChanging(type: Call.Type): type is ChangingType {
  return Object.hasOwn(ROWS, type);
}

function rowOf<T extends ChangingType>(type: T): ChangingCall<T> {
  return ROWS[type];
}
