import { labelList, labelsOf, secretReference } from '../../../../../frameworks/kit/core/task/labels';

test('labels are a list, and none are left out', () => {
  expect(labelsOf({ a: '1', b: '2' })).toEqual({
    labels: {
      labels: [
        { key: 'a', value: '1' },
        { key: 'b', value: '2' },
      ],
    },
  });
  expect([labelsOf({}), labelList([])]).toEqual([{}, {}]);
});

test('a secret is a reference to its name', () => {
  expect(secretReference('/db/password')).toEqual({
    type: 'REFERENCE',
    reference: { name: '/db/password' },
  });
});
