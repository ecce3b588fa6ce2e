import {
  agentInfoOf,
  attributeText,
  fieldValue,
  scalarText,
} from '../../../../../frameworks/kit/core/constraints/field';

const OFFER = {
  id: { value: 'O1' },
  framework_id: { value: 'F1' },
  agent_id: { value: 'S1' },
  hostname: 'host1',
  domain: { fault_domain: { region: { name: 'eu' }, zone: { name: 'eu-1' } } },
  attributes: [
    { name: 'rack', type: 'TEXT' as const, text: { value: 'r1' } },
    { name: 'size', type: 'SCALAR' as const, scalar: { value: 2.5 } },
  ],
};

test.each([
  ['hostname', 'host1'],
  ['@hostname', 'host1'],
  ['@region', 'eu'],
  ['@zone', 'eu-1'],
  ['rack', 'r1'],
  ['size', '2.5'],
  ['other', undefined],
])('the field %s of an agent is %s', (field, value) => {
  expect(fieldValue(field, agentInfoOf(OFFER))).toBe(value);
});

test.each(['@region', '@zone'])('an agent without a domain has no %s', (field) => {
  expect(fieldValue(field, agentInfoOf({ ...OFFER, domain: undefined }))).toBeUndefined();
});

test.each([
  [1, '1'],
  [1.5, '1.5'],
  [0.12345, '0.123'],
  [0.0625, '0.062'],
  [0.0635, '0.064'],
  [1.1005, '1.101'],
  [1.0005, '1'],
  [0.1875, '0.188'],
  [-0.0625, '-0.062'],
  [-1.5, '-1.5'],
])('the scalar %d is %s, as Mesos prints it', (value, text) => {
  expect(scalarText(value)).toBe(text);
});

test('ranges and sets are sorted in their text', () => {
  const range = [
    { begin: 5, end: 6 },
    { begin: 1, end: 2 },
  ];
  expect(attributeText({ name: 'a', type: 'RANGES', ranges: { range } })).toBe('[1-2,5-6]');
  expect(attributeText({ name: 'a', type: 'SET', set: { item: ['b', 'a'] } })).toBe('{a,b}');
  expect(attributeText({ name: 'a', type: 'TEXT' })).toBe('');
});
