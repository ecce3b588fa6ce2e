/**
 * Does this offer suit this app? Either what to take from it, or every reason why not.
 *
 * Reasons have the original's names and are reported in the order of its funnel.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type { Random } from '../../../../cluster/model/random';
import { combine, type Resources, rangesOf } from '../../../../cluster/model/resources';
import type { Millis } from '../../../../cluster/model/time';
import type { App } from '../../api/app';
import { fieldValue } from '../constraints/field';
import { CONSTRAINTS } from '../constraints/list';
import type { MarathonSettings } from '../state/settings';
import type { AgentPlace } from '../state/state';
import { matchPorts } from './ports';
import { scalarIn, takePorts, takeScalar, usableResources } from './resources';

/** In the order of the queue API's funnel. */
export const REASONS = [
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

export type Reason = (typeof REASONS)[number];

/** An offer with what earlier matches left of it. */
export interface OpenOffer {
  readonly offer: mesos.Offer;
  readonly place: AgentPlace;
  readonly left: Resources;
}

export interface MatchContext {
  readonly settings: MarathonSettings;
  readonly random: Random;
  readonly now: Millis;
  readonly localRegion: string | undefined;
  /** Places of instances of the same configuration, in order of placement. */
  readonly placements: readonly AgentPlace[];
}

export type Match =
  | { readonly ok: true; readonly resources: Resources; readonly hostPorts: readonly (number | null)[] }
  | { readonly ok: false; readonly reasons: readonly Reason[] };

export function matchOffer(open: OpenOffer, app: App, context: MatchContext): Match {
  const roles = acceptedRoles(app, context.settings);
  const usable = usableResources(open.left, roles);
  const reasons = [
    ...roleReasons(open, app, usable),
    ...placeReasons(open, app, context),
    ...scalarReasons(usable, app),
    ...gpuReasons(open, app, context.settings),
  ];
  if (reasons.length > 0) return { ok: false, reasons: inFunnelOrder(reasons) };
  const hostPorts = matchPorts(app, rangesOf(usable, 'ports'), context.random);
  if (!hostPorts) return { ok: false, reasons: ['InsufficientPorts'] };
  return { ok: true, resources: take(usable, app, hostPorts), hostPorts };
}

/** The roles whose resources an app takes. */
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

function inFunnelOrder(reasons: readonly Reason[]): Reason[] {
  return REASONS.filter((reason) => reasons.includes(reason));
}

function roleReasons(open: OpenOffer, app: App, usable: Resources): Reason[] {
  const offered = open.offer.allocation_info?.role ?? '*';
  return offered !== app.role || (usable.length === 0 && open.left.length > 0) ? ['UnfulfilledRole'] : [];
}

function placeReasons({ offer, place }: OpenOffer, app: App, context: MatchContext): Reason[] {
  const reasons: Reason[] = [];
  const holds = app.constraints.every(([field = '', operator = '', value = '']) => {
    const constraint = CONSTRAINTS[operator];
    const placed = context.placements.flatMap((other) => fieldValue(field, other) ?? []);
    return constraint?.({ offered: fieldValue(field, place), placed, value, instances: app.instances });
  });
  if (!holds || isRemote(place, app, context.localRegion)) reasons.push('UnfulfilledConstraint');
  if (context.settings.maintenanceMode && underMaintenance(offer, context)) {
    reasons.push('UnfulfilledConstraint', 'AgentMaintenance');
  }
  return reasons;
}

/** Other regions are open only to apps that speak of regions or zones themselves. */
function isRemote(place: AgentPlace, app: App, localRegion: string | undefined): boolean {
  if (place.region === undefined || localRegion === undefined || place.region === localRegion) return false;
  return !app.constraints.some(([field]) => field === '@region' || field === '@zone');
}

function underMaintenance(offer: mesos.Offer, { now, settings }: MatchContext): boolean {
  const window = offer.unavailability;
  if (!window) return false;
  const start = Number(window.start.nanoseconds) / 1e6;
  const length = window.duration ? Number(window.duration.nanoseconds) / 1e6 : Number.POSITIVE_INFINITY;
  return now >= start - settings.drainingMs && now <= start + length;
}

function scalarReasons(usable: Resources, app: App): Reason[] {
  const reasons: Reason[] = [];
  for (const [name, milli, reason] of wantedScalars(app)) {
    if (scalarIn(usable, name) < milli) reasons.push(reason);
  }
  return reasons;
}

function wantedScalars(app: App): [string, number, Reason][] {
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

function gpuReasons({ left }: OpenOffer, app: App, settings: MarathonSettings): Reason[] {
  if (app.gpus > 0 || scalarIn(left, 'gpus') === 0) return [];
  const behaviour = app.labels['GPU_SCHEDULING_BEHAVIOR'] ?? settings.gpuScheduling;
  return behaviour === 'restricted' ? ['DeclinedScarceResources'] : [];
}

function take(usable: Resources, app: App, hostPorts: readonly (number | null)[]): Resources {
  const scalars = wantedScalars(app).flatMap(([name, milli]) => takeScalar(usable, name, milli));
  const ports = hostPorts.filter((port) => port !== null);
  return combine([...scalars, ...takePorts(usable, ports)]);
}
