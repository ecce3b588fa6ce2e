import { typeOf } from '../../../../cluster/runtime/files/mime-types';

test.each([
  ['black.gif', 'image/gif'],
  ['a.b.xml', 'text/xml'],
  ['app.js', 'application/x-javascript'],
  ['core.so', 'application/octet-stream'],
  ['stdout', 'application/octet-stream'],
  ['GIF', 'application/octet-stream'],
])('a download of %s is of the type %s', (name, type) => {
  expect(typeOf(name)).toBe(type);
});
