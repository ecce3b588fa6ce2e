/**
 * The smallest change of an app that would place it: for each agent the members to change until its offer matches, decided
 * by the match itself.
 *
 * Refusals are independent of each other, so each of them costs one change; only the accepted roles add resources that
 * lift others, and are therefore tried with and without.
 */

import type { Resources } from '../../../../cluster/model/resources';
import { reservedRole } from '../../../../cluster/model/resources';
import { fieldValue } from '../../../kit/core/constraints/field';
import type { RemainingOffer } from '../../../kit/core/match/remaining-offer';
import type { App } from '../../api/app';
import { isResident } from '../state/run-spec';
import { acceptedRoles } from './match';
import type { OfferRefusal } from './refusals';
import { matchSpec, type ResidentContext } from './residents';

/** The change of one member of an app; null for one that is dropped or was not there. */
export interface AppChange {
  readonly member: string;
  readonly from: unknown;
  readonly to: unknown;
}

export interface Repair {
  readonly remaining: RemainingOffer;
  readonly changes: readonly AppChange[];
  /** The app after the changes. */
  readonly app: App;
}

/** The repair with the fewest changes, and of these the one that takes least from the app. */
export function smallestRepair(
  offers: readonly RemainingOffer[],
  app: App,
  context: ResidentContext,
): Repair | undefined {
  let best: Repair | undefined;
  for (const remaining of offers) {
    for (const start of [untouched(app), acceptingAll(app, remaining.resources, context)]) {
      const repair = start && repairFor(remaining, start, context);
      if (repair && (!best || isSmaller(repair, best))) best = repair;
    }
  }
  return best;
}

function isSmaller(left: Repair, right: Repair): boolean {
  if (left.changes.length !== right.changes.length) return left.changes.length < right.changes.length;
  return lossOf(left) < lossOf(right);
}

/** The sum of the shares that the changes take; anything but an amount counts as all. */
function lossOf({ changes }: Repair): number {
  return changes.reduce((sum, { from, to }) => {
    const isAmount = typeof from === 'number' && typeof to === 'number' && from > 0;
    return sum + (isAmount ? (from - to) / from : 1);
  }, 0);
}

type Changed = Pick<Repair, 'app' | 'changes'>;

function untouched(app: App): Changed {
  return { app, changes: [] };
}

/** The app with all roles of an offer accepted; undefined when it accepts them already. */
function acceptingAll(app: App, resources: Resources, context: ResidentContext): Changed | undefined {
  const accepted = acceptedRoles(app, context.settings);
  const roles = new Set([...accepted, ...resources.map(reservedRole)]);
  if (roles.size === accepted.size) return undefined;
  return changed(untouched(app), 'acceptedResourceRoles', [...roles]);
}

function changed<Member extends keyof App>(
  { app, changes }: Changed,
  member: Member,
  to: App[Member],
): Changed {
  const change = { member, from: app[member] ?? null, to: to ?? null };
  return { app: { ...app, [member]: to }, changes: [...changes, change] };
}

/** Each round lifts every refusal of the match before; ports are looked at when all else matches. */
const ROUNDS_MAX = 4;

function repairFor(remaining: RemainingOffer, start: Changed, context: ResidentContext): Repair | undefined {
  let current = start;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const match = matchSpec(remaining, current.app, context);
    if (match.ok) return { remaining, ...current };
    for (const refusal of match.refusals) {
      const lifted = lift(current, refusal, { remaining, context });
      if (!lifted) return undefined;
      current = lifted;
    }
  }
  return undefined;
}

interface Place {
  readonly remaining: RemainingOffer;
  readonly context: ResidentContext;
}

/** The app without a refusal; undefined when no change of it helps. */
function lift(current: Changed, refusal: OfferRefusal, place: Place): Changed | undefined {
  switch (refusal.cause) {
    case 'constraint':
      return withoutRule(current, refusal, place);
    case 'region':
      return constrained(current, refusal.region);
    case 'scalar':
      // What is reserved for other instances may not change.
      return isResident(current.app) ? undefined : lowered(current, refusal);
    case 'gpus':
      return labelled(current, 'GPU_SCHEDULING_BEHAVIOR', 'unrestricted');
    case 'ports':
      return isResident(current.app) ? undefined : withAnyPorts(current);
    // The offer is not for this app, or the agent is in maintenance; `reserved` is lifted by acceptingAll. Volumes stay.
    case 'role':
    case 'reserved':
    case 'maintenance':
    case 'volume':
    case 'reservation':
      return undefined;
  }
}

/** A MAX_PER is raised by what is missing, any other rule is dropped. */
function withoutRule(
  { app, changes }: Changed,
  { rule }: Extract<OfferRefusal, { cause: 'constraint' }>,
  { remaining, context }: Place,
): Changed {
  const raised = raisedRule(rule, { remaining, context });
  const constraints = app.constraints.flatMap((other) => (other !== rule ? [other] : raised ? [raised] : []));
  const change = { member: 'constraints', from: rule, to: raised ?? null };
  return { app: { ...app, constraints }, changes: [...changes, change] };
}

function raisedRule(
  [field = '', operator = '']: readonly string[],
  { remaining, context }: Place,
): App['constraints'][number] | undefined {
  const value = fieldValue(field, remaining.agent);
  if (operator !== 'MAX_PER' || value === undefined) return undefined;
  const count = context.placements.get(field)?.get(value) ?? 0;
  return [field, operator, String(count + 1)];
}

function constrained({ app, changes }: Changed, region: string | undefined): Changed | undefined {
  if (region === undefined) return undefined;
  const rule: App['constraints'][number] = ['@region', 'IS', region];
  const change = { member: 'constraints', from: null, to: rule };
  return { app: { ...app, constraints: [...app.constraints, rule] }, changes: [...changes, change] };
}

/** The amount that the offer has left; nothing where a task cannot do without. */
function lowered(
  current: Changed,
  { name, needed, offered }: Extract<OfferRefusal, { cause: 'scalar' }>,
): Changed | undefined {
  const before = Math.round(current.app[name] * 1000);
  const after = before - (needed - offered);
  if (after < 0 || (after === 0 && (name === 'cpus' || name === 'mem'))) return undefined;
  return changed(current, name, after / 1000);
}

function labelled(current: Changed, label: string, value: string): Changed {
  const { app, changes } = current;
  const change = { member: `labels.${label}`, from: app.labels[label] ?? null, to: value };
  return { app: { ...app, labels: { ...app.labels, [label]: value } }, changes: [...changes, change] };
}

/** Any ports in place of the declared ones. */
function withAnyPorts(current: Changed): Changed | undefined {
  const { app, changes } = current;
  if (app.portDefinitions) return app.requirePorts ? changed(current, 'requirePorts', false) : undefined;
  const mappings = app.container?.portMappings;
  if (!app.container || !mappings?.some(({ hostPort }) => hostPort !== undefined && hostPort > 0))
    return undefined;
  const portMappings = mappings.map((mapping) =>
    mapping.hostPort === undefined ? mapping : { ...mapping, hostPort: 0 },
  );
  const hostPorts = mappings.map(({ hostPort }) => hostPort ?? null);
  const change = { member: 'container.portMappings.hostPort', from: hostPorts, to: 0 };
  return { app: { ...app, container: { ...app.container, portMappings } }, changes: [...changes, change] };
}
