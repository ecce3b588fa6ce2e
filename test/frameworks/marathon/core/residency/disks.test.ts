import type { WireResource } from '../../../../../cluster/model/resources';
import { chooseDisks } from '../../../../../frameworks/marathon/core/residency/disks';
import type { WantedVolume } from '../../../../../frameworks/marathon/core/state/run-spec';
import { scalar, wire } from '../../volume-cluster';

function disk(value: number, type?: 'PATH' | 'MOUNT' | 'RAW', more: object = {}): WireResource {
  const root = `/${type}/${value}`;
  const source = {
    type,
    ...(type === 'PATH' && { path: { root } }),
    ...(type === 'MOUNT' && { mount: { root } }),
  };
  return scalar('disk', value, type && { disk: { source: { ...source, ...more } as never } });
}

const DISKS = [
  disk(50),
  disk(40, 'PATH'),
  disk(60, 'PATH'),
  disk(20, 'MOUNT'),
  disk(30, 'MOUNT'),
  disk(90, 'RAW'),
];
const FAST = disk(25, 'MOUNT', { profile: 'fast' });

function volume(type: 'root' | 'path' | 'mount', size: number, more: object = {}): WantedVolume {
  return { containerPath: `${type}${size}`, persistent: { type, size, constraints: [], ...more } };
}

/** The chosen disks: kind of disk, and amount. */
function chosen(disks: readonly WireResource[], volumes: readonly WantedVolume[]): unknown {
  const choice = chooseDisks(wire(disks), volumes);
  if ('unplaced' in choice) return choice.unplaced.map(({ containerPath }) => containerPath);
  return choice.map(({ disk: { amount, meta } }) => [
    meta.disk?.source?.type ?? 'root',
    amount.type === 'SCALAR' ? amount.milli / 1000 : 0,
  ]);
}

test.each<[name: string, volumes: WantedVolume[], disks: unknown]>([
  ['a part of the agent’s own disk', [volume('root', 10)], [['root', 10]]],
  [
    'several parts of it',
    [volume('root', 20), volume('root', 30)],
    [
      ['root', 20],
      ['root', 30],
    ],
  ],
  ['a part of the path disk with the most room', [volume('path', 10)], [['PATH', 10]]],
  ['the whole of the smallest mount that is large enough', [volume('mount', 5)], [['MOUNT', 20]]],
  [
    'another mount for each volume',
    [volume('mount', 5), volume('mount', 6)],
    [
      ['MOUNT', 30],
      ['MOUNT', 20],
    ],
  ],
  ['a mount of at most maxSize', [volume('mount', 21, { maxSize: 40 })], [['MOUNT', 30]]],
  ['a disk of the profile', [volume('mount', 5, { profileName: 'fast' })], [['MOUNT', 25]]],
  ['a disk by its path', [volume('mount', 5, { constraints: [['path', 'LIKE', '.*/30']] })], [['MOUNT', 30]]],
  [
    'a disk not of a path',
    [volume('mount', 5, { constraints: [['path', 'UNLIKE', '.*/20']] })],
    [['MOUNT', 30]],
  ],
])('a volume takes %s', (_name, volumes, disks) => {
  expect(chosen([...DISKS, FAST], volumes)).toEqual(disks);
});

test('the path disk with the most room is the one that a volume is on', () => {
  const choice = chooseDisks(wire(DISKS), [volume('path', 10)]);
  expect(JSON.stringify(choice)).toContain('/PATH/60');
});

test.each<[name: string, disks: WireResource[], volumes: WantedVolume[], unplaced: string[]]>([
  ['are too small together', [disk(50)], [volume('root', 30), volume('root', 40)], ['root30']],
  ['are of another type', [disk(50)], [volume('path', 10), volume('mount', 10)], ['path10', 'mount10']],
  ['are larger than maxSize', [disk(50, 'MOUNT')], [volume('mount', 10, { maxSize: 20 })], ['mount10']],
  ['have no profile', [disk(50, 'MOUNT')], [volume('mount', 10, { profileName: 'fast' })], ['mount10']],
  ['have a profile', [FAST], [volume('mount', 10)], ['mount10']],
  ['are reserved', [{ ...disk(50), role: 'web' }], [volume('root', 10)], ['root10']],
  [
    'are volumes',
    [scalar('disk', 50, { disk: { persistence: { id: 'x' } } })],
    [volume('root', 10)],
    ['root10'],
  ],
])('volumes have no place where disks %s', (_name, disks, volumes, unplaced) => {
  expect(chosen(disks, volumes)).toEqual(unplaced);
});
