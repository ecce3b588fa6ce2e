/** Commands of master scripts: what operators ask for. */

import type { Call as OperatorCall } from '../../../../cluster/api/generated/master';
import { readOperation } from '../operation-words';
import type { Commands, Stage } from '../stage';

export function operatorsCommands(script: Stage): Commands {
  return {
    by: ([name]) => {
      script.operator = name;
    },
    follow: () => script.post({ kind: 'operator.subscribe', stream: 'follower' }),
    wish: ([id = '', word = '']) => script.operatorCall(wishOf(id, word)),
    weights: ([role = '', weight = '1']) => {
      const update_weights = { weight_infos: [{ role, weight: Number(weight) }] };
      script.operatorCall({ type: 'UPDATE_WEIGHTS', update_weights });
    },
    quota: ([role = ''], given) => {
      // `quota web guarantee=cpus:2,mem:100 limit=cpus:4 force=yes`
      const guarantees = scalarsOf(given['guarantee']);
      const quota_configs = [{ role, guarantees, limits: scalarsOf(given['limit']) }];
      const update_quota = { force: given['force'] === 'yes', quota_configs };
      script.operatorCall({ type: 'UPDATE_QUOTA', update_quota });
    },
    oldQuota: ([role = ''], given) => {
      const guarantee = Object.entries(scalarsOf(given['guarantee'])).map(([name, scalar]) => ({
        name,
        type: 'SCALAR' as const,
        scalar,
      }));
      const quota_request = { role, guarantee, force: given['force'] === 'yes' };
      script.operatorCall({ type: 'SET_QUOTA', set_quota: { quota_request } });
    },
    removeQuota: ([role = '']) => script.operatorCall({ type: 'REMOVE_QUOTA', remove_quota: { role } }),
    schedule: (words) => {
      // `a,b:10:60` is a window for two machines, from second 10 on for 60 seconds.
      const windows = words.map((word) => {
        const [machines = '', start = '0', duration] = word.split(':');
        return {
          machine_ids: machines.split(',').filter(Boolean).map(machineId),
          unavailability: {
            start: { nanoseconds: Number(start) * 1e9 },
            ...(duration !== undefined && { duration: { nanoseconds: Number(duration) * 1e9 } }),
          },
        };
      });
      const update_maintenance_schedule = { schedule: { windows } };
      script.operatorCall({ type: 'UPDATE_MAINTENANCE_SCHEDULE', update_maintenance_schedule });
    },
    machineDown: (words) =>
      script.operatorCall({
        type: 'START_MAINTENANCE',
        start_maintenance: { machines: words.map(machineId) },
      }),
    machineUp: (words) =>
      script.operatorCall({ type: 'STOP_MAINTENANCE', stop_maintenance: { machines: words.map(machineId) } }),
    markGone: ([id = '']) =>
      script.operatorCall({ type: 'MARK_AGENT_GONE', mark_agent_gone: { agent_id: { value: id } } }),
    drain: ([id = ''], given) => {
      const grace = given['grace'];
      const max_grace_period = grace === undefined ? undefined : { seconds: Number(grace), nanos: 0 };
      const drain_agent = { agent_id: { value: id }, mark_gone: given['gone'] === 'yes', max_grace_period };
      script.operatorCall({ type: 'DRAIN_AGENT', drain_agent });
    },
    deactivate: ([id = '']) =>
      script.operatorCall({ type: 'DEACTIVATE_AGENT', deactivate_agent: { agent_id: { value: id } } }),
    reactivate: ([id = '']) =>
      script.operatorCall({ type: 'REACTIVATE_AGENT', reactivate_agent: { agent_id: { value: id } } }),
    operator: ([stream = '']) => script.post({ kind: 'operator.subscribe', stream }),
  };
}

function scalarsOf(text = ''): Record<string, { value: number }> {
  const parts = text.split(',').filter(Boolean);
  return Object.fromEntries(
    parts.map((part) => {
      const [name = '', value = '0'] = part.split(':');
      return [name, { value: Number(value) }];
    }),
  );
}

/** The machine of an agent: its name, at the address that its pid has. */
function machineId(word: string): { hostname?: string; ip?: string } {
  const [hostname = '', ip = ''] = word.split('@');
  return { ...(hostname !== '' && { hostname }), ...(ip !== '' && { ip }) };
}

/** An operator's call for an operation on an agent. */
function wishOf(id: string, word: string): OperatorCall {
  const { type, reserve, unreserve, create, destroy, grow_volume, shrink_volume } = readOperation(
    word,
    id,
    '',
  );
  const agent_id = { value: id };
  return {
    type: RESOURCE_CALLS[type ?? ''] as never,
    reserve_resources: reserve && { agent_id, ...reserve },
    unreserve_resources: unreserve && { agent_id, ...unreserve },
    create_volumes: create && { agent_id, ...create },
    destroy_volumes: destroy && { agent_id, ...destroy },
    grow_volume: grow_volume && { agent_id, ...grow_volume },
    shrink_volume: shrink_volume && { agent_id, ...shrink_volume },
  };
}

const RESOURCE_CALLS: Record<string, string> = {
  RESERVE: 'RESERVE_RESOURCES',
  UNRESERVE: 'UNRESERVE_RESOURCES',
  CREATE: 'CREATE_VOLUMES',
  DESTROY: 'DESTROY_VOLUMES',
  GROW_VOLUME: 'GROW_VOLUME',
  SHRINK_VOLUME: 'SHRINK_VOLUME',
};
