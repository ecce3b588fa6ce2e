import { findingsOf } from './violations-of';

const INVALID = 'URI has invalid syntax.';
const OUTSIDE = 'must be the path of a file below the sandbox';

test.each<[artifact: Record<string, unknown>, path: string, error: string]>([
  [{ uri: 'http://host/a b' }, '/fetch(1)/uri', INVALID],
  [{ uri: 'http://host/a%zz' }, '/fetch(1)/uri', INVALID],
  [{ uri: "http://host/it's" }, '/fetch(1)/uri', INVALID],
  [{ uri: 'file:///etc/x', destPath: '/etc/y' }, '/fetch(1)/destPath', OUTSIDE],
  [{ uri: 'file:///etc/x', destPath: 'a/../../y' }, '/fetch(1)/destPath', OUTSIDE],
  [{ uri: 'file:///etc/x', destPath: './' }, '/fetch(1)/destPath', OUTSIDE],
])('the artifact %j is refused', (artifact, path, error) => {
  expect(findingsOf({ fetch: [{ uri: '/etc/hosts' }, artifact] })).toEqual([{ path, error }]);
});

test.each([
  { uri: 'http://host/a%20b?x=1&y=2#z' },
  { uri: 's3n://bucket/a.tgz', destPath: 'folder/a.tgz' },
  { uri: 'relative/path', destPath: '..a' },
])('the artifact %j is accepted', (artifact) => {
  expect(findingsOf({ fetch: [artifact] })).toEqual([]);
});
