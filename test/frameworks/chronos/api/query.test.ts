import { readQuery } from '../../../../frameworks/chronos/api/query';

const SCHEMAS = {
  n: { type: 'integer', minimum: 1, maximum: 100, default: 10 },
  name: { type: 'string', default: '' },
} as const;

test.each([
  [{}, { n: 10, name: '' }],
  [
    { n: '7', name: 'x', other: 'y' },
    { n: 7, name: 'x' },
  ],
  [
    { n: ['7', '8'], name: [] },
    { n: 7, name: '' },
  ],
])('the query %j is read as %j', (query, values) => {
  expect(readQuery(SCHEMAS, query)).toEqual(values);
});

test.each(['0', '101', '-1', '1.5', '1e1', ' 1', '', 'x'.repeat(100), '99999999999'])(
  'the number %j is refused',
  (n) => {
    expect(readQuery(SCHEMAS, { n })).toMatchObject({
      fault: expect.stringMatching(/^n must be a whole number from 1 to 100, not "/) as string,
    });
  },
);

test('a flag is true or false', () => {
  const schemas = { all: { type: 'boolean', default: false } } as const;
  expect(['true', 'false'].map((all) => readQuery(schemas, { all }))).toEqual([
    { all: true },
    { all: false },
  ]);
  expect(readQuery(schemas, { all: 'yes' })).toEqual({ fault: 'all must be true or false, not "yes"' });
});
