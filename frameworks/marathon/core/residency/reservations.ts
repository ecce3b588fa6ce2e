/**
 * Reservations of instances with persistent volumes: made on an offer, confirmed by the next one, kept while tasks come and
 * go, given up when no offer shows them in time.
 *
 * Always true: an instance has its reservation in the store before the call that makes it goes out. The operations have no
 * feedback: one that got lost is made anew, and one that came late is freed as that of an unknown instance (free.ts).
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type * as scheduler from '../../../../cluster/api/generated/scheduler';
import { note } from '../../../../cluster/model/machine';
import { type Resources, readResources, type WireResource } from '../../../../cluster/model/resources';
import type { AgentInfo } from '../../../kit/core/constraints/field';
import { reviveAnew } from '../../../kit/core/session/revive';
import { isLive, isResting } from '../instances/conditions';
import {
  expunge,
  publishChange,
  recordChange,
  reservedInstancesOf,
  setCondition,
} from '../instances/instances';
import { newUuid } from '../state/ids';
import { safeId } from '../state/paths';
import type { RunSpec } from '../state/run-spec';
import type { Instance, LocalVolume, MarathonState, Reservation } from '../state/state';
import type { Turn } from '../state/turn';
import type { ChosenVolume } from './disks';
import { ownerOf } from './labels';
import { type Holder, reserveOperations } from './operations';

/** The id of a persistent volume at Mesos. */
export function persistenceId(
  { appId }: Pick<Instance, 'appId'>,
  { containerPath, uuid }: LocalVolume,
): string {
  return `${safeId(appId)}#${containerPath}#${uuid}`;
}

/** The holder of an instance's reservation. */
export function holderOf(
  { settings }: Pick<MarathonState, 'settings'>,
  { id, role }: Pick<Instance, 'id' | 'role'>,
  { frameworkId }: Reservation,
): Holder {
  return { frameworkId, instanceId: id, role, principal: settings.principal };
}

export interface ReservedPlace {
  readonly agent: AgentInfo;
  readonly resources: Resources;
  readonly volumes: readonly ChosenVolume[];
}

/** Reserves resources of an offer for an instance, which is launched on the next offer that shows them. */
export function reserveFor(
  turn: Turn,
  instance: Instance,
  { agent, resources, volumes }: ReservedPlace,
): mesos.Offer.Operation[] {
  const { state, now } = turn;
  const created = volumes.map((volume) => ({ ...volume, uuid: newUuid(turn) }));
  const reservation: Reservation = {
    frameworkId: state.session.frameworkId ?? '',
    volumes: created.map(({ containerPath, uuid }) => ({ containerPath, uuid })),
    deadline: now + state.settings.taskReservationMs,
  };
  instance.reservation = reservation;
  instance.agent = agent;
  recordChange(turn, instance);
  publishChange(turn, instance);
  return reserveOperations(
    holderOf(state, instance, reservation),
    resources,
    created.map((volume) => ({ ...volume, persistenceId: persistenceId(instance, volume) })),
  );
}

/** An offer shows what is reserved for an instance. */
export function confirmReservation(turn: Turn, instance: Instance): void {
  if (instance.reservation?.deadline === undefined) return;
  instance.reservation = { ...instance.reservation, deadline: undefined };
  recordChange(turn, instance);
}

/** The instance has no reservation any more: its agent is gone for good. */
export function abandonReservation(turn: Turn, instance: Instance): void {
  instance.reservation = undefined;
  instance.agent = undefined;
  if (instance.goal !== 'Running') return expunge(turn, instance);
  recordChange(turn, instance);
}

/**
 * The call did not reach the master, as far as Marathon can tell: other instances get reservations in place of its own. If
 * the master took the call, it has reserved for unknown instances.
 */
export function revertReservations(turn: Turn, { type, accept }: scheduler.Call): void {
  if (type !== 'ACCEPT') return;
  for (const { reserve } of accept?.operations ?? []) {
    for (const resource of readResources(reserve?.resources as readonly WireResource[] | undefined)) {
      const instance = turn.state.instances.get(ownerOf(resource)?.instanceId ?? '');
      if (instance?.reservation?.deadline !== undefined) giveUp(turn, instance);
    }
  }
}

/** Gives up the reservations that no offer has shown in time; others are made for new instances. */
export function giveUpReservations(turn: Turn): void {
  const { state, now } = turn;
  const reserved = [...state.reserved.keys()].flatMap((appId) => reservedInstancesOf(state, appId));
  for (const instance of reserved) {
    const deadline = instance.reservation?.deadline;
    if (deadline === undefined || deadline > now || isLive(instance)) continue;
    note(turn, 'warn', 'a reservation was not confirmed in time, making another one', {
      instance: instance.id,
      agent: instance.agent?.agentId ?? '',
    });
    giveUp(turn, instance);
    reviveAnew(turn);
  }
}

/** Removes an instance whose volumes no task has used. */
function giveUp(turn: Turn, instance: Instance): void {
  setCondition(turn, instance, 'Killed');
  expunge(turn, instance);
}

/** Starts stopped instances again, as instances of the present definition. The number of those started. */
export function reuseStopped(turn: Turn, app: RunSpec, count: number): number {
  if (count <= 0) return 0;
  const stopped = reservedInstancesOf(turn.state, app.id).filter(
    (instance) => instance.goal === 'Stopped' && isResting(instance) && instance.condition !== 'Unreachable',
  );
  const chosen = stopped.slice(0, count);
  for (const instance of chosen) {
    instance.goal = 'Running';
    renew(turn, app, instance);
    setCondition(turn, instance, 'Scheduled');
  }
  return chosen.length;
}

/** Makes a waiting instance one of the present definition: it is launched on its volumes. */
export function renew(turn: Turn, app: RunSpec, instance: Instance): void {
  instance.version = app.version;
  instance.configVersion = app.versionInfo.lastConfigChangeAt;
  recordChange(turn, instance);
}
