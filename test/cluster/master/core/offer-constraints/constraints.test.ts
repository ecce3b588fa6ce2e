import type { AttributeConstraint, OfferConstraints } from '../../../../../cluster/api/generated/scheduler';
import { PLAIN_AGENT } from '../../../../../cluster/master/core/offer-constraints/agent-facts';
import {
  isExcluded,
  isInvalid,
  patternsIn,
  readConstraints,
} from '../../../../../cluster/master/core/offer-constraints/constraints';
import { readPattern } from '../../../../../cluster/master/edge/patterns';

const LIMITS = { memoryBytes: 4096, programSize: 100 };

const AGENT = {
  ...PLAIN_AGENT,
  hostname: 'node-1.east',
  region: 'east',
  attributes: [
    { name: 'rack', type: 'TEXT' as const, text: { value: 'r1' } },
    { name: 'rack', type: 'TEXT' as const, text: { value: 'r2' } },
    { name: 'level', type: 'SCALAR' as const, scalar: { value: 3 } },
  ],
};

function read(groups: readonly (readonly AttributeConstraint[])[]) {
  const given: OfferConstraints = {
    role_constraints: { web: { groups: groups.map((attribute_constraints) => ({ attribute_constraints })) } },
  };
  const patterns = Object.fromEntries(patternsIn(given).map((one) => [one, readPattern(one, LIMITS)]));
  return readConstraints(given, ['web'], patterns);
}

function takes(...groups: (readonly AttributeConstraint[])[]): boolean {
  const constraints = read(groups);
  if (isInvalid(constraints)) throw new Error(constraints.error);
  return !isExcluded(constraints, 'web', AGENT);
}

const rack = (predicate: AttributeConstraint.Predicate): AttributeConstraint => ({
  selector: { attribute_name: 'rack' },
  predicate,
});
const other = (selector: AttributeConstraint.Selector, predicate: AttributeConstraint.Predicate) => ({
  selector,
  predicate,
});

test('a constraint is about the first attribute of a name', () => {
  expect(takes([rack({ text_equals: { value: 'r1' } })])).toBe(true);
  expect(takes([rack({ text_equals: { value: 'r2' } })])).toBe(false);
  expect(takes([rack({ text_matches: { regex: 'r[0-9]' } })])).toBe(true);
  expect(takes([rack({ text_matches: { regex: 'r' } })])).toBe(false);
  expect(takes([rack({ text_not_matches: { regex: 'r' } })])).toBe(true);
});

test('an agent passes if all constraints of one group hold', () => {
  const no = rack({ text_equals: { value: 'x' } });
  const yes = rack({ exists: {} });
  expect(takes([no, yes])).toBe(false);
  expect(takes([no], [yes])).toBe(true);
});

test('a text attribute exists, and an attribute that is no text passes every predicate on text', () => {
  const level = { attribute_name: 'level' };
  expect(takes([other(level, { text_equals: { value: 'x' } })])).toBe(true);
  expect(takes([other(level, { text_not_matches: { regex: '.*' } })])).toBe(true);
  expect(takes([other(level, { not_exists: {} })])).toBe(false);
  const missing = { attribute_name: 'nothing' };
  expect(takes([other(missing, { text_not_equals: { value: 'x' } })])).toBe(true);
  expect(takes([other(missing, { text_matches: { regex: '.*' } })])).toBe(false);
});

test('constraints can be about host name, region and zone', () => {
  const host = other({ pseudoattribute_type: 'HOSTNAME' }, { text_matches: { regex: 'node-\\d\\.east' } });
  expect(takes([host])).toBe(true);
  expect(takes([other({ pseudoattribute_type: 'REGION' }, { text_equals: { value: 'west' } })])).toBe(false);
  expect(takes([other({ pseudoattribute_type: 'ZONE' }, { exists: {} })])).toBe(false);
});

test('a role without constraints takes every agent', () => {
  const constraints = read([[rack({ not_exists: {} })]]);
  expect(isInvalid(constraints) || isExcluded(constraints, 'batch', AGENT)).toBe(false);
});

it.each([
  [[], "'OfferConstraints::role_constraints' has an empty 'RoleConstraints::groups' for role web"],
  [[[]], "'OfferConstraints::RoleConstraints::groups' for role webcontains an empty RoleConstraints::Group"],
  [[[rack({})]], "A role web has an invalid 'AttributeConstraint': Unknown predicate type"],
  [
    [[other({ pseudoattribute_type: 'UNKNOWN' }, { exists: {} })]],
    "A role web has an invalid 'AttributeConstraint': Unknown pseudoattribute type",
  ],
  [
    [[rack({ text_matches: { regex: '(' } })]],
    "A role web has an invalid 'AttributeConstraint': Failed to construct regex from pattern '(': missing ): (",
  ],
])('tells in the words of the original what is wrong (%#)', (groups, text) => {
  expect(read(groups as AttributeConstraint[][])).toEqual({
    error: `Offer constraints are not valid: ${text}`,
  });
});

test('constraints for roles that the framework does not have are refused', () => {
  expect(readConstraints({ role_constraints: { other: {} } }, ['web'], {})).toEqual({
    error: "Offer constraints specify `role_constraints` for a role 'other'not contained in the set of roles",
  });
});
