import {
  baseName,
  isArchive,
  isPackedFile,
  localPath,
  pathError,
  sourceKind,
  urisError,
  withoutSecrets,
} from '../../../../../cluster/agent/containerizer/fetcher/uris';

describe('baseName', () => {
  test.each([
    ['http://host/a/b.tgz', 'b.tgz'],
    ['http://host/a?b=c/d', 'd'],
    ['http://host/a.tgz?x=1', 'a.tgz?x=1'],
    ['hdfs://nn/a', 'a'],
    ['http://h/a%2Fb%20c', 'a%2Fb%20c'],
    ['http://h/..%2f..%2fup', '..%2f..%2fup'],
    ['s3://bucket/folder/a b?c', 'a b?c'],
    ['/a/b/', 'b'],
    ['a', 'a'],
  ])('of %s is %s', (uri, name) => {
    expect(baseName(uri)).toBe(name);
  });
});

test.each([
  ['a.tar', true, false],
  ['a.tgz', true, false],
  ['a.tar.gz', true, false],
  ['a.tbz2', true, false],
  ['a.tar.bz2', true, false],
  ['a.txz', true, false],
  ['a.tar.xz', true, false],
  ['a.zip', true, false],
  ['a.gz', false, true],
  ['a.bz2', false, false],
  ['a.jar', false, false],
  ['a.tgz?x=1', false, false],
])('%s is an archive: %s, a packed file: %s', (name, archive, packed) => {
  expect([isArchive(name), isPackedFile(name)]).toEqual([archive, packed]);
});

test.each([
  ['/a', 'local'],
  ['a', 'local'],
  ['file:///a', 'local'],
  [' http://h/a', 'http'],
  ['HTTPS://h/a', 'http'],
  ['ftps://h/a', 'ftp'],
  ['S3A://b/a', 's3'],
  ['s3n://b/a', 's3'],
  ['hdfs://nn/a', 'hadoop'],
])('%s is fetched by %s', (uri, kind) => {
  expect(sourceKind(uri)).toBe(kind);
});

describe('urisError', () => {
  const schemes = new Set(['http', 'file']);
  test.each([
    [{ value: 'http://h/a' }, undefined],
    [{ value: '/a', output_file: 'b/c' }, undefined],
    [{ value: "http://h/a'b" }, 'Illegal characters in URI'],
    [{ value: 'http://h/a\\b' }, 'Illegal characters in URI'],
    [{ value: 'http://u:p@h' }, 'Malformed URI (missing path): http://h'],
    [{ value: 'http://h/' }, 'Malformed URI (missing path): http://h/'],
    [{ value: 'ftp://h/a' }, "The scheme 'ftp' is not among --fetcher_schemes"],
    [{ value: 'http://h/a', output_file: '' }, 'URI output file path is empty'],
    [
      { value: 'http://h/a', output_file: '/b' },
      "URI output file must be within the sandbox directory: '/b' is absolute",
    ],
    [
      { value: 'http://h/a', output_file: 'b/../../c' },
      "URI output file must be within the sandbox directory: 'b/../../c' leads up",
    ],
    [{ value: 'http://h/a/..' }, "http://h/a/.. has no name for a file: '..' leads up"],
    [{ value: 'http://h/a/' }, "http://h/a/ has no name for a file: '' names no file"],
    [
      { value: 'http://h/stderr' },
      "http://h/stderr has no name for a file: 'stderr' is the output of the task",
    ],
  ])('of %j is %s', (uri, error) => {
    expect(urisError([uri], schemes)).toBe(error);
  });
});

test.each([['a'], ['a/b'], ['./a'], ['a/stdout'], ['stdout.txt']])('%s is below the sandbox', (path) => {
  expect(pathError(path)).toBeUndefined();
});

test.each([['/a'], ['..'], ['a/..'], ['.'], [''], ['stdout'], ['./stderr'], ['a\0b']])(
  '%j leads nowhere in the sandbox',
  (path) => {
    expect(pathError(path)).toBeDefined();
  },
);

describe('localPath', () => {
  test.each([
    ['/a/b', undefined, '/a/b'],
    ['file:///a/b', undefined, '/a/b'],
    ['file://localhost/a', undefined, '/a'],
    ['a/b', '/home', '/home/a/b'],
    ['http://h/a', '/home', undefined],
  ])('of %s with --frameworks_home=%s is %s', (uri, home, path) => {
    expect(localPath(uri, home)).toBe(path);
  });

  test('refuses relative paths without a home, and in a file URI', () => {
    expect(() => localPath('a', undefined)).toThrow('A relative path was passed for the resource');
    expect(() => localPath('file://a', '/home')).toThrow('File URI only supports absolute paths');
  });
});

test.each([
  ['http://u:p@h/a?key=1', 'http://h/a?...'],
  ['http://h/a', 'http://h/a'],
  ['/a/b@c', '/a/b@c'],
])('%s is shown as %s', (uri, text) => {
  expect(withoutSecrets(uri)).toBe(text);
});
