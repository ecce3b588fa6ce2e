/**
 * Offer constraints: the constraints of the apps that wait, in the form in which the master filters offers by them.
 *
 * Always true: no offer is filtered out that an app could use. What the master cannot tell is left to the match.
 */

import type { AttributeConstraint, OfferConstraints } from '../../../../cluster/api/generated/scheduler';
import type { Placements } from '../../../kit/core/constraints/list';
import { placementsOf } from '../instances/placements';
import { OFFER_CONSTRAINTS_MAX } from '../state/limits';
import { type RunSpec, specOf } from '../state/run-spec';
import type { ConstraintScope, MarathonState } from '../state/state';

type Group = OfferConstraints.RoleConstraints.Group;

type Groups = Map<string, Group>;

/**
 * The constraints of the apps that wait, by role: an agent has to fit one app. A role with an app that takes any agent has
 * none, and neither have these roles, which need the offers of all agents.
 */
export function offerConstraintsOf(
  state: Pick<MarathonState, 'waiting' | 'apps' | 'pods' | 'placements'>,
  scope: ConstraintScope,
  openRoles: Iterable<string> = [],
): OfferConstraints {
  const byRole = new Map<string, Groups>();
  const open = new Set(openRoles);
  for (const appId of scope === 'none' ? [] : state.waiting.keys()) {
    const app = specOf(state, appId);
    if (!app || open.has(app.role)) continue;
    const constraints = constraintsOf(app, placementsOf(state, appId), scope);
    const groups = byRole.get(app.role) ?? new Map<string, Group>();
    byRole.set(app.role, groups.set(JSON.stringify(constraints), { attribute_constraints: constraints }));
    if (constraints.length === 0) open.add(app.role);
  }
  const role_constraints: Record<string, OfferConstraints.RoleConstraints> = {};
  for (const [role, groups] of byRole)
    if (!open.has(role) && sizeOf(groups) <= OFFER_CONSTRAINTS_MAX)
      role_constraints[role] = { groups: [...groups.values()] };
  return Object.keys(role_constraints).length > 0 ? { role_constraints } : {};
}

function sizeOf(groups: Groups): number {
  let size = 0;
  for (const { attribute_constraints = [] } of groups.values()) size += attribute_constraints.length;
  return size;
}

function constraintsOf(app: RunSpec, placements: Placements, scope: ConstraintScope): AttributeConstraint[] {
  return app.constraints.flatMap(([field = '', operator = '', value = '']) => {
    const predicates = [
      ...predicatesOf(operator, value, scope),
      ...inducedPredicates(operator, value, placements.get(field) ?? new Map<string, number>()),
    ];
    return predicates.map((predicate) => ({ selector: selectorOf(field), predicate }));
  });
}

function selectorOf(field: string): AttributeConstraint.Selector {
  switch (field) {
    case 'hostname':
    case '@hostname':
      return { pseudoattribute_type: 'HOSTNAME' };
    case '@region':
      return { pseudoattribute_type: 'REGION' };
    case '@zone':
      return { pseudoattribute_type: 'ZONE' };
    default:
      return { attribute_name: field };
  }
}

type Predicate = AttributeConstraint.Predicate;

/** The part of a rule that holds whatever runs. */
function predicatesOf(operator: string, value: string, scope: ConstraintScope): Predicate[] {
  const isSent = scope === 'all' && isPortable(value);
  switch (operator) {
    case 'LIKE':
      return [isSent ? { text_matches: { regex: value } } : { exists: {} }];
    case 'UNLIKE':
      return isSent ? [{ text_not_matches: { regex: value } }] : [];
    case 'IS':
      return [{ text_equals: { value } }];
    case 'CLUSTER':
      return [value === '' ? { exists: {} } : { text_equals: { value } }];
    default:
      return [{ exists: {} }];
  }
}

/** The part of a rule that follows from the instances there are. As in the original GROUP_BY has none. */
function inducedPredicates(
  operator: string,
  value: string,
  placed: ReadonlyMap<string, number>,
): Predicate[] {
  switch (operator) {
    case 'UNIQUE':
      return [...placed.keys()].map((text) => ({ text_not_equals: { value: text } }));
    case 'MAX_PER':
      return [...placed].flatMap(([text, count]) =>
        count >= Number(value) ? [{ text_not_equals: { value: text } }] : [],
      );
    case 'CLUSTER':
      return value === ''
        ? [...placed.keys()].slice(0, 1).map((text) => ({ text_equals: { value: text } }))
        : [];
    default:
      return [];
  }
}

/** True for patterns that mean the same to the master, which reads them as RE2. */
function isPortable(pattern: string): boolean {
  const isPlain = /^(?:[^\\(]|\\[dDwWsS]|\\[^\p{L}\p{N}_]|\(\?:|\((?!\?))*$/u.test(pattern);
  return isPlain && !/\[\^?\]|\[:|\{\d{4}|,\d{4}/.test(pattern);
}
