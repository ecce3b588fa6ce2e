/**
 * The operators over typed attributes: EQUALS, LIKE and UNLIKE, as the original of our job scheduler has them.
 *
 * They differ from the operators over texts: an agent without the attribute satisfies none of them, a scalar equals no
 * text, and a set matches by each of its items.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import { printDouble } from '../values/java-double';
import { wholeMatch } from './like';

export interface AttributeInput {
  /** The agent's attributes of the constraint's name, in their order. */
  readonly attributes: readonly mesos.Attribute[];
  /** The constraint's third member. */
  readonly value: string;
}

export type AttributeConstraint = (input: AttributeInput) => boolean;

/** Attribute, operator and value. */
export type AttributeRule = readonly [attribute: string, operator: AttributeOperator, value: string];
export type AttributeOperator = 'EQUALS' | 'LIKE' | 'UNLIKE';

const equals: AttributeConstraint = ({ attributes, value }) =>
  attributes.some(({ text }) => text?.value === value);

const like: AttributeConstraint = ({ attributes: [first], value }) =>
  first !== undefined && textsOf(first).some((text) => wholeMatch(value, text));

const unlike: AttributeConstraint = (input) => input.attributes.length > 0 && !like(input);

/** The operators by name. A new one needs a row, and rows in the test. */
export const ATTRIBUTE_CONSTRAINTS: Readonly<Record<AttributeOperator, AttributeConstraint>> = {
  EQUALS: equals,
  LIKE: like,
  UNLIKE: unlike,
};

/** The texts that a pattern may match; ranges have none. */
function textsOf({ text, scalar, set }: mesos.Attribute): readonly string[] {
  if (text) return [text.value];
  if (scalar) return [printDouble(scalar.value)];
  return set?.item ?? [];
}

/** The attributes of an offer; its host name is one, unless the agent has an attribute of that name. */
export function offeredAttributes({ attributes = [], hostname }: mesos.Offer): readonly mesos.Attribute[] {
  if (attributes.some(({ name }) => name === 'hostname')) return attributes;
  return [...attributes, { name: 'hostname', type: 'TEXT', text: { value: hostname } }];
}

/** The first rule that the attributes break; undefined when all hold. */
export function brokenAttributeRule(
  rules: readonly AttributeRule[],
  attributes: readonly mesos.Attribute[],
): AttributeRule | undefined {
  return rules.find(([attribute, operator, value]) => {
    const named = attributes.filter(({ name }) => name === attribute);
    return !ATTRIBUTE_CONSTRAINTS[operator]({ attributes: named, value });
  });
}
