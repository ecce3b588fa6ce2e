/**
 * The match of an offer and an app: the resources to take from the offer, or every reason against it.
 *
 * Reasons have the original's names and are reported in the order of the queue API's funnel.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type { Random } from '../../../../cluster/model/random';
import { combine, type Resources, rangesOf } from '../../../../cluster/model/resources';
import type { Millis } from '../../../../cluster/model/time';
import type { App } from '../../api/app';
import { fieldValue } from '../constraints/field';
import { CONSTRAINTS } from '../constraints/list';
import type { MarathonSettings } from '../state/settings';
import type { AgentInfo } from '../state/state';
import { matchPorts } from './ports';
import { consumePorts, consumeScalar, scalarAmount, usableResources } from './resources';

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

/** An offer with the resources that earlier matches left. */
export interface RemainingOffer {
  readonly offer: mesos.Offer;
  readonly agent: AgentInfo;
  readonly resources: Resources;
}

export interface MatchContext {
  readonly settings: MarathonSettings;
  readonly random: Random;
  readonly now: Millis;
  readonly localRegion: string | undefined;
  /** Agents of instances of the same configuration, in order of placement. */
  readonly placements: readonly AgentInfo[];
}

export type Match =
  | { readonly ok: true; readonly resources: Resources; readonly hostPorts: readonly (number | null)[] }
  | { readonly ok: false; readonly reasons: readonly NoOfferMatchReason[] };

export function matchOffer(remaining: RemainingOffer, app: App, context: MatchContext): Match {
  const roles = acceptedRoles(app, context.settings);
  const usable = usableResources(remaining.resources, roles);
  const reasons = [
    ...roleReasons(remaining, app, usable),
    ...agentReasons(remaining, app, context),
    ...scalarReasons(usable, app),
    ...gpuReasons(remaining, app, context.settings),
  ];
  if (reasons.length > 0) return { ok: false, reasons: inFunnelOrder(reasons) };
  const hostPorts = matchPorts(app, rangesOf(usable, 'ports'), context.random);
  if (!hostPorts) return { ok: false, reasons: ['InsufficientPorts'] };
  return { ok: true, resources: consume(usable, app, hostPorts), hostPorts };
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
  const offered = remaining.offer.allocation_info?.role ?? '*';
  return offered !== app.role || (usable.length === 0 && remaining.resources.length > 0)
    ? ['UnfulfilledRole']
    : [];
}

function agentReasons(
  { offer, agent }: RemainingOffer,
  app: App,
  context: MatchContext,
): NoOfferMatchReason[] {
  const reasons: NoOfferMatchReason[] = [];
  const holds = app.constraints.every(([field = '', operator = '', value = '']) => {
    const constraint = CONSTRAINTS[operator];
    const placed = context.placements.flatMap((other) => fieldValue(field, other) ?? []);
    return constraint?.({ offered: fieldValue(field, agent), placed, value, instances: app.instances });
  });
  if (!holds || isRemote(agent, app, context.localRegion)) reasons.push('UnfulfilledConstraint');
  if (context.settings.maintenanceMode && underMaintenance(offer, context)) {
    reasons.push('UnfulfilledConstraint', 'AgentMaintenance');
  }
  return reasons;
}

/** True for an agent of another region, which is open only to apps with a constraint on regions or zones. */
function isRemote(agent: AgentInfo, app: App, localRegion: string | undefined): boolean {
  if (agent.region === undefined || localRegion === undefined || agent.region === localRegion) return false;
  return !app.constraints.some(([field]) => field === '@region' || field === '@zone');
}

function underMaintenance(offer: mesos.Offer, { now, settings }: MatchContext): boolean {
  const window = offer.unavailability;
  if (!window) return false;
  const start = Number(window.start.nanoseconds) / 1e6;
  const length = window.duration ? Number(window.duration.nanoseconds) / 1e6 : Number.POSITIVE_INFINITY;
  return now >= start - settings.drainingMs && now <= start + length;
}

function scalarReasons(usable: Resources, app: App): NoOfferMatchReason[] {
  const reasons: NoOfferMatchReason[] = [];
  for (const [name, milli, reason] of requestedScalars(app)) {
    if (scalarAmount(usable, name) < milli) reasons.push(reason);
  }
  return reasons;
}

function requestedScalars(app: App): [string, number, NoOfferMatchReason][] {
  return [
    ['cpus', milliOf(app.cpus), 'InsufficientCpus'],
    ['mem', milliOf(app.mem), 'InsufficientMemory'],
    ['disk', milliOf(app.disk), 'InsufficientDisk'],
    ['gpus', milliOf(app.gpus), 'InsufficientGpus'],
  ];
}

function milliOf(value: number): number {
  return Math.round(value * 1000);
}

function gpuReasons(
  { resources }: RemainingOffer,
  app: App,
  settings: MarathonSettings,
): NoOfferMatchReason[] {
  if (app.gpus > 0 || scalarAmount(resources, 'gpus') === 0) return [];
  const behaviour = app.labels['GPU_SCHEDULING_BEHAVIOR'] ?? settings.gpuScheduling;
  return behaviour === 'restricted' ? ['DeclinedScarceResources'] : [];
}

function consume(usable: Resources, app: App, hostPorts: readonly (number | null)[]): Resources {
  const scalars = requestedScalars(app).flatMap(([name, milli]) => consumeScalar(usable, name, milli));
  const ports = hostPorts.filter((port) => port !== null);
  return combine([...scalars, ...consumePorts(usable, ports)]);
}
