/**
 * The match of an offer and an app: the resources to take from the offer, or every reason against it.
 *
 * Reasons have the original's names and are reported in the order of the queue API's funnel.
 */

import type { Random } from '../../../../cluster/model/random';
import { type Resources, rangesOf } from '../../../../cluster/model/resources';
import type { Millis } from '../../../../cluster/model/time';
import type { AgentInfo } from '../../../kit/core/constraints/field';
import { brokenRule } from '../../../kit/core/constraints/list';
import {
  isUnderMaintenance,
  offeredRole,
  type RemainingOffer,
} from '../../../kit/core/match/remaining-offer';
import { remainderOf, scalarAmount, usableResources } from '../../../kit/core/match/resources';
import { addNeeds, consumeNeed, lackingScalars, type ScalarName } from '../../../kit/core/match/scalars';
import type { App } from '../../api/app';
import { executorNeed } from '../apps/executor';
import type { MarathonSettings } from '../state/settings';
import { matchPorts } from './ports';

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

export interface MatchContext {
  readonly settings: MarathonSettings;
  readonly random: Random;
  readonly now: Millis;
  readonly localRegion: string | undefined;
  /** Agents of instances of the same configuration, in order of placement. */
  readonly placements: readonly AgentInfo[];
}

export type Match =
  | {
      readonly ok: true;
      readonly resources: Resources;
      /** Those of an executor beside the task. */
      readonly executorResources: Resources;
      readonly hostPorts: readonly (number | null)[];
    }
  | { readonly ok: false; readonly reasons: readonly NoOfferMatchReason[] };

export function matchOffer(remaining: RemainingOffer, app: App, context: MatchContext): Match {
  const roles = acceptedRoles(app, context.settings);
  const usable = usableResources(remaining.resources, roles);
  const ofExecutor = executorNeed(app, context.settings);
  const reasons = [
    ...roleReasons(remaining, app, usable),
    ...agentReasons(remaining, app, context),
    ...lackingScalars(usable, ofExecutor ? addNeeds(app, ofExecutor) : app).map((name) => LACKING[name]),
    ...gpuReasons(remaining, app, context.settings),
  ];
  if (reasons.length > 0) return { ok: false, reasons: inFunnelOrder(reasons) };
  const hostPorts = matchPorts(app, rangesOf(usable, 'ports'), context.random);
  if (!hostPorts) return { ok: false, reasons: ['InsufficientPorts'] };
  const ports = hostPorts.filter((port) => port !== null);
  const resources = consumeNeed(usable, app, ports);
  const executorResources = ofExecutor ? consumeNeed(remainderOf(usable, resources), ofExecutor, []) : [];
  return { ok: true, resources, executorResources, hostPorts };
}

/** The accepted resource roles of an app. */
export function acceptedRoles(app: App, settings: MarathonSettings): ReadonlySet<string> {
  if (app.acceptedResourceRoles.length > 0) return new Set(app.acceptedResourceRoles);
  switch (settings.acceptedRolesDefault) {
    case 'any':
      return new Set(['*', app.role]);
    case 'unreserved':
      return new Set(['*']);
    case 'reserved':
      return new Set([app.role]);
  }
}

function inFunnelOrder(reasons: readonly NoOfferMatchReason[]): NoOfferMatchReason[] {
  return NO_OFFER_MATCH_REASONS.filter((reason) => reasons.includes(reason));
}

function roleReasons(remaining: RemainingOffer, app: App, usable: Resources): NoOfferMatchReason[] {
  return offeredRole(remaining.offer) !== app.role || (usable.length === 0 && remaining.resources.length > 0)
    ? ['UnfulfilledRole']
    : [];
}

function agentReasons(
  { offer, agent }: RemainingOffer,
  app: App,
  context: MatchContext,
): NoOfferMatchReason[] {
  const reasons: NoOfferMatchReason[] = [];
  const { placements, localRegion, settings, now } = context;
  const broken = brokenRule(app.constraints, { agent, placements, instances: app.instances });
  if (broken || isRemote(agent, app, localRegion)) reasons.push('UnfulfilledConstraint');
  if (settings.maintenanceMode && isUnderMaintenance(offer, now, settings.drainingMs)) {
    reasons.push('UnfulfilledConstraint', 'AgentMaintenance');
  }
  return reasons;
}

/** True for an agent of another region, which is open only to apps with a constraint on regions or zones. */
function isRemote(agent: AgentInfo, app: App, localRegion: string | undefined): boolean {
  if (agent.region === undefined || localRegion === undefined || agent.region === localRegion) return false;
  return !app.constraints.some(([field]) => field === '@region' || field === '@zone');
}

const LACKING: Readonly<Record<ScalarName, NoOfferMatchReason>> = {
  cpus: 'InsufficientCpus',
  mem: 'InsufficientMemory',
  disk: 'InsufficientDisk',
  gpus: 'InsufficientGpus',
};

function gpuReasons(
  { resources }: RemainingOffer,
  app: App,
  settings: MarathonSettings,
): NoOfferMatchReason[] {
  if (app.gpus > 0 || scalarAmount(resources, 'gpus') === 0) return [];
  const behaviour = app.labels['GPU_SCHEDULING_BEHAVIOR'] ?? settings.gpuScheduling;
  return behaviour === 'restricted' ? ['DeclinedScarceResources'] : [];
}
