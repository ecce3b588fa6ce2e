/**
 * References of images and the places that they lead to, in tables.
 */

import { printReference, readReference } from '../../../../../cluster/agent/containerizer/images/reference';
import {
  imageInRegistry,
  placesInFolder,
  readRegistry,
} from '../../../../../cluster/agent/containerizer/images/registry';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('a reference', () => {
  it.each([
    ['busybox', undefined, 'busybox', undefined, undefined, 'busybox:latest'],
    ['team/web:1.2', undefined, 'team/web', '1.2', undefined, 'team/web:1.2'],
    ['host:5000/web', 'host:5000', 'web', undefined, undefined, 'host:5000/web:latest'],
    ['localhost/web:x', 'localhost', 'web', 'x', undefined, 'localhost/web:x'],
    ['[::1]:80/web:x', '[::1]:80', 'web', 'x', undefined, '[::1]:80/web:x'],
    [`a.b/c/d:e@${DIGEST}`, 'a.b', 'c/d', 'e', DIGEST, `a.b/c/d@${DIGEST}`],
  ])('%s is read', (text, registry, repository, tag, digest, printed) => {
    const reference = readReference(text);
    expect(reference).toEqual({ registry, repository, tag, digest });
    expect(printReference(reference)).toBe(printed);
  });

  it.each([
    '',
    '../etc',
    'a/../b',
    '/a',
    'a//b',
    'UPPER',
    '-option',
    'a:-tag',
    'a:',
    'a b',
    'a@sha256:1',
    `a@${DIGEST}@${DIGEST}`,
    'a.b/',
    'http://host/a',
    'user@host/a',
    'x'.repeat(600),
  ])('%j is refused', (text) => {
    expect(() => readReference(text)).toThrow('Invalid image reference');
  });
});

describe('--docker_registry', () => {
  it.each([
    ['https://registry-1.docker.io', { kind: 'registry', host: 'registry-1.docker.io', isPlain: false }],
    ['http://127.0.0.1:5000/', { kind: 'registry', host: '127.0.0.1:5000', isPlain: true }],
    ['/images', { kind: 'folder', path: '/images' }],
  ])('%s is read', (text, registry) => {
    expect(readRegistry(text)).toEqual(registry);
  });

  it.each(['host:5000', 'hdfs://host/images', 'https://host/path', 'https://user:p@host', ''])(
    '%j is refused',
    (text) => {
      expect(() => readRegistry(text)).toThrow('expected http://HOST:PORT');
    },
  );
});

describe('an image in a registry', () => {
  const plain = { host: 'own:5000', isPlain: true };
  const hub = { host: 'registry-1.docker.io', isPlain: false };

  it.each([
    ['busybox', hub, 'docker.io/library/busybox', ':latest', false],
    ['team/web:1', hub, 'docker.io/team/web', ':1', false],
    ['web:1', plain, 'own:5000/web', ':1', true],
    [`web:1@${DIGEST}`, plain, 'own:5000/web', `@${DIGEST}`, true],
    ['docker.io/web', plain, 'docker.io/library/web', ':latest', false],
    ['other:5000/web', plain, 'other:5000/web', ':latest', false],
    ['localhost:5000/web', hub, 'localhost:5000/web', ':latest', true],
    ['[::1]:5000/web', hub, '[::1]:5000/web', ':latest', true],
    ['[::1]/web', hub, '[::1]/web', ':latest', false],
    ['[fd00::1]:5000/web', hub, '[fd00::1]:5000/web', ':latest', false],
    ['[fd00::1]:80/web', hub, '[fd00::1]:80/web', ':latest', true],
    ['localhost/web', hub, 'localhost/web', ':latest', false],
    ['other:80/web', hub, 'other:80/web', ':latest', true],
  ])('%s', (text, defaults, name, version, isPlain) => {
    expect(imageInRegistry(readReference(text), defaults)).toEqual({ name, version, isPlain });
  });
});

test('an image in a folder is an archive or a layout', () => {
  const pathsOf = (text: string) => placesInFolder('/f', readReference(text)).map(({ path }) => path);
  expect(pathsOf('a/b:1')).toEqual(['/f/a/b:1.tar', '/f/a/b:1', '/f/a/b']);
  expect(pathsOf('a')).toEqual(['/f/a:latest.tar', '/f/a:latest', '/f/a', '/f/a.tar']);
});
