/**
 * Permissions that operators' calls need (Mesos 1.11 src/master/http.cpp). A refusal is answered 403.
 */

import type { Call } from '../../../api/generated/master';
import { isAllowed, thing } from '../../../model/authorizer';
import type { Principal } from '../../../model/principal';
import type { MasterState } from '../state/state';
import {
  type Action,
  createActions,
  destroyActions,
  reserveActions,
  resizeActions,
  unreserveActions,
} from './operations';

type Needs = (call: Call, state: MasterState) => readonly Action[];

const always =
  (list: Action['list']): Needs =>
  () => [{ list }];

/** Calls without a row need no permission: they only read, and read filters apply to them. */
const NEEDS: Partial<Record<Call.Type, Needs>> = {
  SET_LOGGING_LEVEL: always('set_log_level'),
  TEARDOWN: ({ teardown }, { frameworks }) => {
    const framework = frameworks.get(teardown?.framework_id.value ?? '');
    return framework ? [{ list: 'teardown_frameworks', object: thing(framework.info.principal) }] : [];
  },
  UPDATE_WEIGHTS: ({ update_weights }) =>
    (update_weights?.weight_infos ?? []).map(({ role }) => ({
      list: 'update_weights',
      object: thing(role?.trim()),
    })),
  UPDATE_QUOTA: ({ update_quota }) =>
    (update_quota?.quota_configs ?? []).map(({ role }) => ({ list: 'update_quotas', object: thing(role) })),
  SET_QUOTA: ({ set_quota }) => [{ list: 'update_quotas', object: thing(set_quota?.quota_request.role) }],
  REMOVE_QUOTA: ({ remove_quota }) => [{ list: 'update_quotas', object: thing(remove_quota?.role) }],
  RESERVE_RESOURCES: ({ reserve_resources }) => (reserve_resources ? reserveActions(reserve_resources) : []),
  UNRESERVE_RESOURCES: ({ unreserve_resources }) => unreserveActions(unreserve_resources?.resources),
  CREATE_VOLUMES: ({ create_volumes }) => createActions(create_volumes?.volumes),
  DESTROY_VOLUMES: ({ destroy_volumes }) => destroyActions(destroy_volumes?.volumes),
  GROW_VOLUME: ({ grow_volume }) => (grow_volume ? resizeActions(grow_volume.volume) : []),
  SHRINK_VOLUME: ({ shrink_volume }) => (shrink_volume ? resizeActions(shrink_volume.volume) : []),
  UPDATE_MAINTENANCE_SCHEDULE: always('update_maintenance_schedules'),
  START_MAINTENANCE: always('start_maintenances'),
  STOP_MAINTENANCE: always('stop_maintenances'),
  DRAIN_AGENT: ({ drain_agent }) => [
    { list: 'drain_agents' },
    ...(drain_agent?.mark_gone ? [{ list: 'mark_agents_gone' } as const] : []),
  ],
  DEACTIVATE_AGENT: always('deactivate_agents'),
  REACTIVATE_AGENT: always('reactivate_agents'),
  MARK_AGENT_GONE: always('mark_agents_gone'),
};

/** True when the sender may make this call. */
export function mayCall(state: MasterState, sender: Principal | undefined, call: Call): boolean {
  const needs = call.type && NEEDS[call.type];
  if (!needs || !state.boot.settings.acls) return true;
  return needs(call, state).every(({ list, object }) =>
    isAllowed(state.boot.settings.acls, list, sender, object),
  );
}
