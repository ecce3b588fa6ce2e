import {
  firstOfEachName,
  lastOfEachName,
  secretVariable,
  variablesOf,
} from '../../../../../frameworks/kit/core/task/environment';

const twice = [...variablesOf({ A: '1', B: '2' }), ...variablesOf({ A: '3' })];

test('of variables with one name the last one holds, in the place of the first', () => {
  expect(lastOfEachName(twice)).toEqual(variablesOf({ A: '3', B: '2' }));
});

test('of variables with one name the first one holds', () => {
  expect(firstOfEachName(twice)).toEqual(variablesOf({ A: '1', B: '2' }));
});

test('a variable can be a secret', () => {
  expect(secretVariable('A', '/x')).toEqual({
    name: 'A',
    type: 'SECRET',
    secret: { type: 'REFERENCE', reference: { name: '/x' } },
  });
});
