/** The refusals of an offer: each rule that it breaks, with the amounts or the constraint that it is about. */

import type { ConstraintRule } from '../../../kit/core/constraints/list';
import type { ScalarName } from '../../../kit/core/match/scalars';
import type { Persistence } from '../../api/app';

/** The reasons in the order of the funnel. */
export const NO_OFFER_MATCH_REASONS = [
  'UnfulfilledRole',
  'UnfulfilledConstraint',
  'NoCorrespondingReservationFound',
  'AgentMaintenance',
  'InsufficientCpus',
  'InsufficientMemory',
  'InsufficientDisk',
  'InsufficientGpus',
  'InsufficientPorts',
  'DeclinedScarceResources',
] as const;

export type NoOfferMatchReason = (typeof NO_OFFER_MATCH_REASONS)[number];

export type OfferRefusal =
  /** The offer is for apps of another role. */
  | { readonly cause: 'role'; readonly offered: string }
  /** All resources are reserved to roles that the app does not accept. */
  | { readonly cause: 'reserved' }
  | { readonly cause: 'constraint'; readonly rule: ConstraintRule; readonly value: string | undefined }
  | { readonly cause: 'region'; readonly region: string | undefined }
  | { readonly cause: 'maintenance' }
  /** In milli-units; needed by the task and its executor together. */
  | {
      readonly cause: 'scalar';
      readonly name: ScalarName;
      readonly needed: number;
      readonly offered: number;
    }
  /** No disk of the offer is for the volume; its size is in MiB. */
  | {
      readonly cause: 'volume';
      readonly containerPath: string;
      readonly type: Persistence['type'];
      readonly size: number;
    }
  /** Each instance that waits has volumes, on another agent. */
  | { readonly cause: 'reservation' }
  | { readonly cause: 'gpus' }
  | { readonly cause: 'ports' };

const LACKING: Readonly<Record<ScalarName, NoOfferMatchReason>> = {
  cpus: 'InsufficientCpus',
  mem: 'InsufficientMemory',
  disk: 'InsufficientDisk',
  gpus: 'InsufficientGpus',
};

/** The original's reasons for a refusal. Maintenance counts as a broken constraint, too. */
export function reasonsFor(refusal: OfferRefusal): NoOfferMatchReason[] {
  switch (refusal.cause) {
    case 'role':
    case 'reserved':
      return ['UnfulfilledRole'];
    case 'constraint':
    case 'region':
      return ['UnfulfilledConstraint'];
    case 'maintenance':
      return ['UnfulfilledConstraint', 'AgentMaintenance'];
    case 'scalar':
      return [LACKING[refusal.name]];
    case 'volume':
      return ['InsufficientDisk'];
    case 'reservation':
      return ['NoCorrespondingReservationFound'];
    case 'gpus':
      return ['DeclinedScarceResources'];
    case 'ports':
      return ['InsufficientPorts'];
  }
}

/** All reasons once, in the order of the funnel. */
export function inFunnelOrder(refusals: readonly OfferRefusal[]): NoOfferMatchReason[] {
  const reasons = new Set(refusals.flatMap(reasonsFor));
  return NO_OFFER_MATCH_REASONS.filter((reason) => reasons.has(reason));
}

/** A sentence about a refusal. */
export function refusalText(refusal: OfferRefusal): string {
  switch (refusal.cause) {
    case 'role':
      return `the offer is for apps of the role ${refusal.offered}`;
    case 'reserved':
      return 'all resources are reserved to roles that the app does not accept';
    case 'constraint':
      return `the constraint ${refusal.rule.join(' ')} does not hold for ${refusal.value ?? 'an agent without the attribute'}`;
    case 'region':
      return `the agent is in the region ${refusal.region ?? '?'}, and the app has no constraint on regions or zones`;
    case 'maintenance':
      return 'the agent is about to be in maintenance, or is so';
    case 'scalar':
      return `${refusal.name}: ${refusal.needed / 1000} needed, ${refusal.offered / 1000} offered`;
    case 'volume':
      return `the volume ${refusal.containerPath} needs ${refusal.size} MiB of a ${refusal.type} disk, and none has so much`;
    case 'reservation':
      return 'the volumes of the instances that wait are on other agents, or are in use';
    case 'gpus':
      return 'the agent has GPUs, which are kept for apps that need them';
    case 'ports':
      return 'the ports that the app needs are not in the offer';
  }
}
