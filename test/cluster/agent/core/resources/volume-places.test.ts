import {
  linkName,
  volumeChanges,
  volumePlace,
} from '../../../../../cluster/agent/core/resources/volume-places';
import type { Resource } from '../../../../../cluster/api/generated/mesos';

function volume(id: string, more: { role?: string; source?: object; path?: string } = {}): Resource {
  const { role = 'db', source, path = 'data' } = more;
  return {
    name: 'disk',
    type: 'SCALAR',
    scalar: { value: 100 },
    reservations: [{ type: 'DYNAMIC', role }],
    disk: {
      persistence: { id },
      volume: { container_path: path, mode: 'RW' },
      ...(source && { source }),
    } as Resource['disk'],
  } as Resource;
}

describe('the place of a persistent volume', () => {
  it.each([
    ['on the disk of the work folder', volume('v1'), '/w/volumes/roles/db/v1', true],
    ['of a role below another', volume('v1', { role: 'a/b' }), '/w/volumes/roles/a b/v1', true],
    [
      'below the root of a PATH disk',
      volume('v1', { source: { type: 'PATH', path: { root: '/mnt/d1' } } }),
      '/mnt/d1/volumes/roles/db/v1',
      true,
    ],
    [
      'below a relative root, in the work folder',
      volume('v1', { source: { type: 'PATH', path: { root: 'd1' } } }),
      '/w/d1/volumes/roles/db/v1',
      true,
    ],
    [
      'of a MOUNT disk, which is its root',
      volume('v1', { source: { type: 'MOUNT', mount: { root: '/mnt/d2' } } }),
      '/mnt/d2',
      false,
    ],
  ])('is known: %s', (_what, resource, path, isRemovable) => {
    expect(volumePlace('/w', resource)).toEqual({ id: 'v1', path, isRemovable });
  });

  it('is none for other resources', () => {
    expect(volumePlace('/w', { name: 'disk', type: 'SCALAR', scalar: { value: 1 } })).toBeUndefined();
  });

  it.each([
    ['an id that leads out of the folder', volume('../v1')],
    ['an id of two dots', volume('..')],
    ['a role that leads out of the folder', volume('v1', { role: '..' })],
    ['a block device', volume('v1', { source: { type: 'BLOCK' } })],
    ['a disk without a root', volume('v1', { source: { type: 'PATH', path: {} } })],
  ])('is refused: %s', (_what, resource) => {
    expect(() => volumePlace('/w', resource)).toThrow('has no place');
  });
});

it('makes the volumes that are new and destroys those that are gone', () => {
  const mount = volume('m', { source: { type: 'MOUNT', mount: { root: '/mnt' } } });
  const { created, destroyed } = volumeChanges(
    '/w',
    [volume('kept'), volume('old'), mount],
    [volume('kept'), volume('new')],
  );
  expect(created.map(({ id }) => id)).toEqual(['new']);
  expect(destroyed.map(({ id, isRemovable }) => [id, isRemovable])).toEqual([
    ['old', true],
    ['m', false],
  ]);
});

it.each([
  ['data', 'data'],
  ['/data', undefined],
  ['a/b', undefined],
  ['..', undefined],
  ['.', undefined],
  ['', undefined],
])('shows the volume with the container path %j as %j', (path, name) => {
  expect(linkName(volume('v', { path }))).toBe(name);
});
