/**
 * Offer constraints: a framework's filter on attributes of agents. An agent passes if every constraint of at least one
 * group holds (Mesos 1.11 src/master/allocator/mesos/offer_constraints_filter.cpp).
 */

import type * as mesos from '../../../api/generated/mesos';
import type { AttributeConstraint, OfferConstraints } from '../../../api/generated/scheduler';
import type { AgentFacts } from './agent-facts';
import { matchesWhole, type Patterns, type Program } from './program';

/** Groups by role. A role without an entry takes any agent. */
export type Constraints = ReadonlyMap<string, readonly Group[]>;
type Group = readonly Constraint[];

interface Constraint {
  readonly selector: AttributeConstraint.Selector;
  readonly predicate: Predicate;
}

type Predicate =
  | { readonly kind: 'exists'; readonly wanted: boolean }
  | { readonly kind: 'equals'; readonly wanted: boolean; readonly text: string }
  | { readonly kind: 'matches'; readonly wanted: boolean; readonly program: Program };

export const NO_CONSTRAINTS: Constraints = new Map();

/** True when a framework's constraints exclude this agent for a role. */
export function isExcluded(constraints: Constraints, role: string, agent: AgentFacts): boolean {
  const groups = constraints.get(role);
  return (
    groups !== undefined &&
    !groups.some((group) => group.every((constraint) => isSatisfied(constraint, agent)))
  );
}

/**
 * True when an agent satisfies a constraint. A predicate on text holds for every attribute that is not text, also a
 * negated one: the scheduler has to filter those itself, since the master cannot know what it would compare (Mesos 1.11
 * scheduler.proto, AttributeConstraint).
 */
function isSatisfied({ selector, predicate }: Constraint, agent: AgentFacts): boolean {
  if (selector.attribute_name === undefined)
    return matchesText(predicate, pseudoattributeOf(selector, agent));
  const attribute = agent.attributes.find(({ name }) => name === selector.attribute_name);
  if (attribute && attribute.type !== 'TEXT') return predicate.kind !== 'exists' || predicate.wanted;
  return matchesText(predicate, attribute && textOf(attribute));
}

function textOf(attribute: mesos.Attribute): string {
  return attribute.text?.value ?? '';
}

function pseudoattributeOf({ pseudoattribute_type: type }: AttributeConstraint.Selector, agent: AgentFacts) {
  if (type === 'HOSTNAME') return agent.hostname;
  return type === 'REGION' ? agent.region : agent.zone;
}

function matchesText(predicate: Predicate, text: string | undefined): boolean {
  return predicate.wanted === matchesExisting(predicate, text);
}

function matchesExisting(predicate: Predicate, text: string | undefined): boolean {
  if (text === undefined) return false;
  switch (predicate.kind) {
    case 'exists':
      return true;
    case 'equals':
      return predicate.text === text;
    case 'matches':
      return matchesWhole(predicate.program, text);
  }
}

/** The error in constraints that are not valid, in Mesos' words. */
export interface Invalid {
  readonly error: string;
}

/**
 * Reads constraints; `patterns` has the compiled program of each regular expression in them. Errors are in Mesos'
 * words.
 */
export function readConstraints(
  wire: OfferConstraints | undefined,
  roles: readonly string[],
  patterns: Patterns,
): Constraints | Invalid {
  const entries = Object.entries(wire?.role_constraints ?? {});
  const foreign = entries.find(([role]) => !roles.includes(role));
  if (foreign) {
    const what = `Offer constraints specify \`role_constraints\` for a role '${foreign[0]}'`;
    return { error: `${what}not contained in the set of roles` };
  }
  const constraints = new Map<string, readonly Group[]>();
  for (const [role, { groups = [] }] of entries) {
    const read = readGroups(role, groups, patterns);
    if ('error' in read) return { error: `Offer constraints are not valid: ${read.error}` };
    constraints.set(role, read.groups);
  }
  return constraints;
}

export function isInvalid(read: Constraints | Invalid): read is Invalid {
  return 'error' in read;
}

function readGroups(
  role: string,
  groups: readonly OfferConstraints.RoleConstraints.Group[],
  patterns: Patterns,
): { readonly groups: readonly Group[] } | Invalid {
  if (groups.length === 0) {
    const what = "'OfferConstraints::role_constraints' has an empty 'RoleConstraints::groups'";
    return { error: `${what} for role ${role}` };
  }
  const read: Group[] = [];
  for (const { attribute_constraints: wires = [] } of groups) {
    if (wires.length === 0) {
      const what = `'OfferConstraints::RoleConstraints::groups' for role ${role}`;
      return { error: `${what}contains an empty RoleConstraints::Group` };
    }
    const group: Constraint[] = [];
    for (const wire of wires) {
      const constraint = readConstraint(wire, patterns);
      if ('error' in constraint) {
        return { error: `A role ${role} has an invalid 'AttributeConstraint': ${constraint.error}` };
      }
      group.push(constraint);
    }
    read.push(group);
  }
  return { groups: read };
}

function readConstraint(
  { selector, predicate }: AttributeConstraint,
  patterns: Patterns,
): Constraint | Invalid {
  const wrong = selectorError(selector);
  if (wrong) return { error: wrong };
  const read = readPredicate(predicate, patterns);
  return 'error' in read ? read : { selector, predicate: read };
}

const SELECTOR_MISSING =
  "Exactly one of 'AttributeConstraint::Selector::name' or " +
  "'AttributeConstraint::Selector::pseudoattribute_type' must be set";

function selectorError({ attribute_name, pseudoattribute_type: type }: AttributeConstraint.Selector) {
  if (attribute_name !== undefined) return undefined;
  if (type === undefined) return SELECTOR_MISSING;
  return ['HOSTNAME', 'REGION', 'ZONE'].includes(type) ? undefined : 'Unknown pseudoattribute type';
}

function readPredicate(wire: AttributeConstraint.Predicate, patterns: Patterns): Predicate | Invalid {
  const { exists, not_exists, text_equals, text_not_equals, text_matches, text_not_matches } = wire;
  if (exists || not_exists) return { kind: 'exists', wanted: exists !== undefined };
  const equals = text_equals ?? text_not_equals;
  if (equals) return { kind: 'equals', wanted: text_equals !== undefined, text: equals.value };
  const matches = text_matches ?? text_not_matches;
  if (!matches) return { error: 'Unknown predicate type' };
  const program = patterns[matches.regex] ?? { error: `Pattern '${matches.regex}' was not read` };
  return 'error' in program
    ? { error: program.error }
    : { kind: 'matches', wanted: text_matches !== undefined, program };
}

/** Every regular expression in constraints. */
export function patternsIn(wire: OfferConstraints | undefined): string[] {
  const patterns = Object.values(wire?.role_constraints ?? {}).flatMap(({ groups = [] }) =>
    groups.flatMap(({ attribute_constraints: all = [] }) =>
      all.flatMap(({ predicate: { text_matches, text_not_matches } }) => [
        ...(text_matches ? [text_matches.regex] : []),
        ...(text_not_matches ? [text_not_matches.regex] : []),
      ]),
    ),
  );
  return [...new Set(patterns)];
}
