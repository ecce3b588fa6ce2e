import { errorText } from '../../../cluster/model/error-text';

it.each([
  [new Error('a disk is full'), 'a disk is full'],
  [{ message: 'of another realm' }, 'of another realm'],
  ['a text', 'a text'],
  [undefined, 'undefined'],
  [{ message: 7 }, '[object Object]'],
])('the text of %p is %s', (error, text) => {
  expect(errorText(error)).toBe(text);
});
