import type * as mesos from '../../../../../cluster/api/generated/mesos';
import {
  ATTRIBUTE_CONSTRAINTS,
  type AttributeOperator,
  brokenAttributeRule,
  offeredAttributes,
} from '../../../../../frameworks/kit/core/constraints/attributes';

const text = (value: string): mesos.Attribute => ({ name: 'a', type: 'TEXT', text: { value } });
const scalar = (value: number): mesos.Attribute => ({ name: 'a', type: 'SCALAR', scalar: { value } });
const set = (...item: string[]): mesos.Attribute => ({ name: 'a', type: 'SET', set: { item } });
const ranges: mesos.Attribute = { name: 'a', type: 'RANGES', ranges: { range: [{ begin: 1, end: 9 }] } };

type Case = readonly [
  operator: AttributeOperator,
  value: string,
  attributes: readonly mesos.Attribute[],
  holds: boolean,
];

test.each<Case>([
  ['EQUALS', 'ssd', [text('ssd')], true],
  ['EQUALS', 'ssd', [text('hdd'), text('ssd')], true],
  ['EQUALS', 'ssd', [text('hdd')], false],
  ['EQUALS', '1.0', [scalar(1)], false],
  ['EQUALS', 'ssd', [], false],
  ['LIKE', 's.d', [text('ssd')], true],
  ['LIKE', 's', [text('ssd')], false],
  ['LIKE', 's.d', [text('hdd'), text('ssd')], false],
  ['LIKE', '1\\.0', [scalar(1)], true],
  ['LIKE', '1', [scalar(1)], false],
  ['LIKE', 'b', [set('a', 'b')], true],
  ['LIKE', '.*', [ranges], false],
  ['LIKE', '.*', [], false],
  ['UNLIKE', 's.d', [text('ssd')], false],
  ['UNLIKE', 's.d', [text('hdd')], true],
  ['UNLIKE', 'b', [set('a', 'b')], false],
  ['UNLIKE', '.*', [ranges], true],
  ['UNLIKE', 's.d', [], false],
])('%s "%s" holds for an agent with %j: %s', (operator, value, attributes, holds) => {
  expect(ATTRIBUTE_CONSTRAINTS[operator]({ value, attributes })).toBe(holds);
});

function offer(attributes?: mesos.Attribute[]): mesos.Offer {
  return {
    id: { value: 'O1' },
    framework_id: { value: 'F1' },
    agent_id: { value: 'S1' },
    hostname: 'host1',
    ...(attributes && { attributes }),
  };
}

test('the host name of an offer is an attribute, unless the agent has one of that name', () => {
  const own: mesos.Attribute = { name: 'hostname', type: 'TEXT', text: { value: 'mine' } };
  const named = (attributes: readonly mesos.Attribute[]): unknown =>
    attributes.map(({ name, text: value }) => [name, value?.value]);
  expect(named(offeredAttributes(offer()))).toEqual([['hostname', 'host1']]);
  expect(named(offeredAttributes(offer([own])))).toEqual([['hostname', 'mine']]);
});

test('the first broken rule is told', () => {
  const attributes = offeredAttributes(offer([text('ssd')]));
  const holding = ['a', 'EQUALS', 'ssd'] as const;
  const broken = ['hostname', 'UNLIKE', 'host.*'] as const;
  expect(brokenAttributeRule([holding], attributes)).toBeUndefined();
  expect(brokenAttributeRule([holding, broken, ['b', 'EQUALS', 'x']], attributes)).toBe(broken);
});
