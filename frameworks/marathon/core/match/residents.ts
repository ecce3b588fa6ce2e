/**
 * The match of an offer and an app or a pod with persistent volumes (InstanceOpFactoryImpl of Marathon): an instance with a
 * reservation is launched on it, one without gets a reservation of unreserved resources.
 */

import type { Resources } from '../../../../cluster/model/resources';
import type { RemainingOffer } from '../../../kit/core/match/remaining-offer';
import { remainderOf, usableResources } from '../../../kit/core/match/resources';
import { placementsBeside } from '../instances/placements';
import { type ChosenVolume, chooseDisks } from '../residency/disks';
import { hasVolumes } from '../residency/free';
import { isForAll, ownerOf } from '../residency/labels';
import { persistenceId } from '../residency/reservations';
import { isResident, persistentVolumesOf, type RunSpec } from '../state/run-spec';
import type { Instance } from '../state/state';
import { type Match, type MatchContext, matchOffer, type SuccessfulMatch } from './match';

/** The way to a launch: on the volumes of an instance, or by a reservation with new ones. */
export type Residence =
  | { readonly kind: 'reserved'; readonly instance: Instance; readonly volumes: Resources }
  | { readonly kind: 'new'; readonly volumes: readonly ChosenVolume[] };

/** The instances of a resident app or pod that wait. */
export interface Residents {
  readonly reserved: readonly Instance[];
  /** True when an instance without a reservation waits. */
  readonly isReserving: boolean;
}

export interface ResidentContext extends MatchContext {
  readonly residents?: Residents | undefined;
}

export type ResidentMatch =
  | (SuccessfulMatch & { readonly residence?: Residence | undefined })
  | Extract<Match, { ok: false }>;

export function matchSpec(remaining: RemainingOffer, app: RunSpec, context: ResidentContext): ResidentMatch {
  const { residents } = context;
  if (!residents || !isResident(app)) return matchOffer(remaining, app, context);
  const instance = residents.reserved.find((candidate) => isShown(remaining, candidate));
  if (instance) return matchReserved(remaining, app, { context, instance });
  if (residents.isReserving) return matchUnreserved(remaining, app, context);
  return { ok: false, refusals: [{ cause: 'reservation' }] };
}

function isShown({ resources }: RemainingOffer, instance: Instance): boolean {
  return hasVolumes(instance, resources);
}

/** Takes what is reserved for the instance, and nothing else. It is no neighbour of itself. */
function matchReserved(
  remaining: RemainingOffer,
  app: RunSpec,
  { context, instance }: { readonly context: MatchContext; readonly instance: Instance },
): ResidentMatch {
  const reserved = remaining.resources.filter((resource) => ownerOf(resource)?.instanceId === instance.id);
  const usable = usableResources(reserved, new Set([instance.role]));
  const ids = (instance.reservation?.volumes ?? []).map((volume) => persistenceId(instance, volume));
  const volumes = reserved.filter(({ meta }) => ids.includes(meta.disk?.persistence?.id ?? ''));
  const match = matchOffer(
    remaining,
    { ...app, role: instance.role },
    {
      ...context,
      usable,
      placements: placementsBeside(context.placements, app, instance),
      isOnVolumes: true,
    },
  );
  return match.ok ? { ...match, residence: { kind: 'reserved', instance, volumes } } : match;
}

/** Takes unreserved resources alone, and a disk for each volume. */
function matchUnreserved(remaining: RemainingOffer, app: RunSpec, context: MatchContext): ResidentMatch {
  const usable = usableResources(remaining.resources, new Set(['*'])).filter(isForAll);
  const match = matchOffer(remaining, app, { ...context, usable });
  const left = match.ok ? remainderOf(remaining.resources, consumedBy(match)) : remaining.resources;
  const volumes = chooseDisks(left, persistentVolumesOf(app));
  if (!('unplaced' in volumes)) return match.ok ? { ...match, residence: { kind: 'new', volumes } } : match;
  const refusals = volumes.unplaced.map((volume) => ({ cause: 'volume', ...volume }) as const);
  return { ok: false, refusals: [...(match.ok ? [] : match.refusals), ...refusals] };
}

export type Matched = Extract<ResidentMatch, { ok: true }>;

/** The volumes that a task or the executor of a pod is launched on. */
export function volumesOf({ residence }: Matched): Resources {
  return residence?.kind === 'reserved' ? residence.volumes : [];
}

/** All that a launch or a reservation takes of its offer. */
export function consumedBy(match: Matched): Resources {
  const { resources, executorResources, residence } = match;
  const disks = residence?.kind === 'new' ? residence.volumes.map(({ disk }) => disk) : [];
  return [...resources.flat(), ...executorResources, ...volumesOf(match), ...disks];
}
