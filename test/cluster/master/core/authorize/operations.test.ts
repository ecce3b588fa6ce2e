import type * as mesos from '../../../../../cluster/api/generated/mesos';
import { operationActions } from '../../../../../cluster/master/core/authorize/operations';
import { type ConvertingType, readConverting } from '../../../../../cluster/master/core/read/operation';

const cpus = (...reservations: mesos.Resource.ReservationInfo[]): mesos.Resource => ({
  name: 'cpus',
  type: 'SCALAR',
  scalar: { value: 1 },
  reservations,
});
const by = (role: string, principal?: string): mesos.Resource.ReservationInfo => ({
  role,
  principal,
  type: 'DYNAMIC',
});
const volume = (role: string, principal?: string): mesos.Resource => ({
  ...cpus(by(role)),
  disk: { persistence: { id: 'v', principal } },
});

type Operation = mesos.Offer.Operation & { readonly type: ConvertingType };
const rows: readonly (readonly [string, Operation, readonly string[]])[] = [
  [
    'reserving asks once for each role',
    { type: 'RESERVE', reserve: { resources: [cpus(by('a')), cpus(by('a'), by('a/b')), cpus(by('a'))] } },
    ['reserve_resources a', 'reserve_resources a/b'],
  ],
  [
    'reserving in the older form asks for its role',
    { type: 'RESERVE', reserve: { resources: [{ name: 'cpus', type: 'SCALAR', role: 'old' }] } },
    ['reserve_resources old'],
  ],
  [
    'reserving anew asks for what is taken off and for what is put on',
    {
      type: 'RESERVE',
      reserve: {
        source: [cpus(by('a', 'p'), by('a/b', 'q'))],
        resources: [cpus(by('a', 'p'), by('a/c', 'r'))],
      },
    },
    ['unreserve_resources q', 'reserve_resources a/c'],
  ],
  [
    'unreserving asks for who reserved',
    { type: 'UNRESERVE', unreserve: { resources: [cpus(by('a', 'p')), cpus(by('a'))] } },
    ['unreserve_resources p', 'unreserve_resources ANY'],
  ],
  [
    'creating asks once for each role',
    { type: 'CREATE', create: { volumes: [volume('a'), volume('a'), volume('b')] } },
    ['create_volumes a', 'create_volumes b'],
  ],
  ['creating nothing asks all the same', { type: 'CREATE', create: { volumes: [] } }, ['create_volumes ANY']],
  [
    'destroying asks for who created',
    { type: 'DESTROY', destroy: { volumes: [volume('a', 'p'), volume('a')] } },
    ['destroy_volumes p', 'destroy_volumes '],
  ],
  [
    'growing asks for the role',
    { type: 'GROW_VOLUME', grow_volume: { volume: volume('a'), addition: cpus() } },
    ['resize_volumes a'],
  ],
  [
    'shrinking asks for the role',
    { type: 'SHRINK_VOLUME', shrink_volume: { volume: volume('a'), subtract: { value: 1 } } },
    ['resize_volumes a'],
  ],
  [
    'making a disk asks by its type',
    { type: 'CREATE_DISK', create_disk: { source: cpus(by('a')), target_type: 'BLOCK' } },
    ['create_block_disks a'],
  ],
  [
    'undoing a disk asks by its type',
    { type: 'DESTROY_DISK', destroy_disk: { source: { ...cpus(), disk: { source: { type: 'RAW' } } } } },
    ['destroy_raw_disks *'],
  ],
];

it.each(rows)('%s', (_what, operation, expected) => {
  const read = readConverting(operation.type, operation);
  if ('error' in read) throw new Error(read.error);
  const shown = operationActions(read).map(
    ({ list, object }) => `${list} ${object?.type === 'SOME' ? object.values.join(',') : 'ANY'}`,
  );
  expect(shown).toEqual(expected);
});
