import { resourcesError, shapeError } from '../../../cluster/model/resource-errors';
import { readResources, type WireResource } from '../../../cluster/model/resources';

const cpus: WireResource = { name: 'cpus', type: 'SCALAR', scalar: { value: 1 } };
const disk: WireResource = { name: 'disk', type: 'SCALAR', scalar: { value: 1 } };
const dynamic = (role: string) => ({ type: 'DYNAMIC' as const, role });

describe('what is wrong with the shape of a resource', () => {
  it.each<[string, WireResource, string | undefined]>([
    ['nothing', cpus, undefined],
    ['no name', { ...cpus, name: '' }, 'Empty resource name'],
    ['no value', { name: 'cpus', type: 'SCALAR' }, 'Invalid scalar resource'],
    ['two values', { ...cpus, set: { item: ['a'] } }, 'Invalid scalar resource'],
    ['a negative amount', { ...cpus, scalar: { value: -1 } }, 'Invalid scalar resource: value <= 0'],
    [
      'an amount that rounds to nothing',
      { ...cpus, scalar: { value: 0.0001 } },
      'Invalid scalar resource: value <= 0',
    ],
    ['not a number', { ...cpus, scalar: { value: Number.NaN } }, 'Invalid scalar resource: value <= 0'],
    [
      'a range from behind',
      { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 3, end: 1 }] } },
      'Invalid ranges resource: begin > end',
    ],
    [
      'ranges that overlap',
      {
        name: 'ports',
        type: 'RANGES',
        ranges: {
          range: [
            { begin: 5, end: 9 },
            { begin: 1, end: 5 },
          ],
        },
      },
      'Invalid ranges resource: overlapping ranges',
    ],
    [
      'an item twice',
      { name: 'zones', type: 'SET', set: { item: ['a', 'a'] } },
      'Invalid set resource: duplicated elements',
    ],
    ['text', { name: 'x', type: 'TEXT' }, 'Unsupported resource type'],
    ['a disk that is cpus', { ...cpus, disk: {} }, 'DiskInfo should not be set for cpus resource'],
    ['a bad role', { ...cpus, role: 'a/' }, "Role 'a/' cannot end with a slash"],
    [
      'a reservation for all',
      { ...cpus, reservation: {} },
      'Invalid reservation: role "*" cannot be dynamically reserved',
    ],
    [
      'a reservation without type',
      { ...cpus, reservations: [{ role: 'a' }] },
      "Invalid reservation: 'Resource.ReservationInfo.type' field must be set.",
    ],
    [
      'a refinement that is none',
      { ...cpus, reservations: [dynamic('a'), dynamic('b')] },
      "Invalid refined reservation: role 'b' is not a refinement of 'a'",
    ],
    [
      'a static refinement',
      { ...cpus, reservations: [dynamic('a'), { type: 'STATIC', role: 'a/b' }] },
      'Invalid refined reservation: A refined reservation cannot be STATIC',
    ],
    [
      'two forms that differ',
      { ...cpus, role: 'b', reservations: [dynamic('a')], reservation: {} },
      "Invalid resource format: 'Resource.role' field with 'b' does not match the role 'a' in 'Resource.reservations'",
    ],
    ['shared cpus', { ...cpus, shared: {} }, 'Resource cpus cannot be shared'],
    ['a shared plain disk', { ...disk, shared: {} }, 'Only persistent volumes can be shared'],
  ])('%s', (_name, resource, expected) => {
    expect(shapeError(resource)).toBe(expected);
  });
});

describe('what is wrong with resources of a request', () => {
  const volume = { persistence: { id: 'v' }, volume: { container_path: 'd', mode: 'RW' as const } };

  it.each<[string, WireResource[], string]>([
    [
      'half a GPU',
      [{ ...cpus, name: 'gpus', scalar: { value: 0.5 } }],
      "Invalid 'gpus' resource: The 'gpus' resource must be an unsigned integer",
    ],
    [
      'a volume of nobody',
      [{ ...disk, disk: volume }],
      'Invalid DiskInfo: Persistent volumes cannot be created from unreserved resources',
    ],
    [
      'a volume with a host path',
      [
        {
          ...disk,
          reservations: [dynamic('a')],
          disk: { ...volume, volume: { ...volume.volume, host_path: '/x' } },
        },
      ],
      "Invalid DiskInfo: Expecting 'host_path' to be unset for persistent volume",
    ],
    [
      'a volume whose id is a path',
      [{ ...disk, reservations: [dynamic('a')], disk: { ...volume, persistence: { id: '../x' } } }],
      "Invalid DiskInfo: Invalid persistence ID for persistent volume: '../x' contains invalid characters",
    ],
    [
      'a volume that persists nothing',
      [{ ...disk, disk: { volume: volume.volume } }],
      'Invalid DiskInfo: Non-persistent volume not supported',
    ],
    [
      'a reservation of what is only lent',
      [{ ...cpus, revocable: {}, reservations: [dynamic('a')] }],
      'Invalid ReservationInfo: Dynamically reserved resource cpus(a){REV}:1 cannot be created from revocable resources',
    ],
  ])('%s', (_name, resources, expected) => {
    expect(resourcesError(resources, readResources(resources))).toBe(expected);
  });
});
