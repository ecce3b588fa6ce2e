/**
 * Operators' calls that change something. They are answered once the change is stored.
 *
 * In: operator.call      Out: answer, store, and the effects of the call
 * Always true: the checks have the original's order: missing members and errors (400), then permissions (403), then
 * conflicts with the state.
 */

import type { Call } from '../../../api/generated/master';
import { mayCall } from '../authorize/operator';
import { endFramework } from '../frameworks/removal';
import { quotaError, removeQuota, setOldQuota, updateQuota } from '../quota/calls';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import type { MasterState } from '../state/state';
import { partError } from '../validate/operator-call';
import { deactivateAgent, markGone, reactivateAgent } from './agents';
import { drainAgent, drainError } from './drain-agent';
import {
  laterMachinesError,
  machinesError,
  startMaintenance,
  stopMaintenance,
  updateSchedule,
} from './maintenance';
import { operateResources, resourceRequestError } from './resources';
import { updateWeights, weightsError } from './weights';

type CallEvent = EventOf<'operator.call'>;

interface Row {
  /** The error in the call, answered 400. */
  readonly error?: (state: MasterState, event: CallEvent) => string | undefined;
  /** An error that the original finds only after it has authorized the sender; also answered 400. */
  readonly late?: (state: MasterState, event: CallEvent) => string | undefined;
  readonly run: (state: MasterState, event: CallEvent) => MasterEffect[];
}

const ON_RESOURCES: Row = { error: resourceRequestError, run: operateResources };

/** Calls by type; one without a row is answered 501. */
const CALLS: Partial<Record<Call.Type, Row>> = {
  TEARDOWN: { error: teardownError, run: teardown },
  UPDATE_WEIGHTS: { error: weightsError, run: updateWeights },
  UPDATE_QUOTA: { error: quotaError, run: updateQuota },
  SET_QUOTA: { error: quotaError, run: setOldQuota },
  REMOVE_QUOTA: { error: quotaError, run: removeQuota },
  MARK_AGENT_GONE: { run: markGone },
  DRAIN_AGENT: { error: drainError, run: drainAgent },
  UPDATE_MAINTENANCE_SCHEDULE: { error: machinesError, run: updateSchedule },
  START_MAINTENANCE: { error: machinesError, late: laterMachinesError, run: startMaintenance },
  STOP_MAINTENANCE: { error: machinesError, late: laterMachinesError, run: stopMaintenance },
  DEACTIVATE_AGENT: { run: deactivateAgent },
  REACTIVATE_AGENT: { run: reactivateAgent },
  RESERVE_RESOURCES: ON_RESOURCES,
  UNRESERVE_RESOURCES: ON_RESOURCES,
  CREATE_VOLUMES: ON_RESOURCES,
  DESTROY_VOLUMES: ON_RESOURCES,
  GROW_VOLUME: ON_RESOURCES,
  SHRINK_VOLUME: ON_RESOURCES,
};

export function operatorCall(state: MasterState, event: CallEvent): MasterEffect[] {
  const { request, call, principal } = event;
  const refuse = (status: number, text: string): MasterEffect[] => [
    { kind: 'answer', request, status, text },
  ];
  const row = call.type && CALLS[call.type];
  if (!row) return refuse(501, '501 Not Implemented.');
  // A change before the registry is read would be stored over its contents.
  if (state.electedAt === undefined) return refuse(503, 'Master has not finished recovery');
  const wrong = partError(call) ?? row.error?.(state, event);
  if (wrong) return refuse(400, wrong);
  if (!mayCall(state, principal, call)) return refuse(403, '403 Forbidden.');
  const late = row.late?.(state, event);
  if (late) return refuse(400, late);
  return row.run(state, event);
}

function teardownError({ frameworks }: MasterState, { call }: CallEvent): string | undefined {
  const isKnown = frameworks.has(call.teardown?.framework_id.value ?? '');
  return isKnown ? undefined : 'No framework found with specified ID';
}

/** TEARDOWN: ends a framework. */
function teardown(state: MasterState, { request, call, at: now }: CallEvent): MasterEffect[] {
  const framework = state.frameworks.get(call.teardown?.framework_id.value ?? '');
  return framework ? [{ kind: 'answer', request, status: 200 }, ...endFramework(state, framework, now)] : [];
}
