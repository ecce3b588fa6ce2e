import type * as mesos from '../../../../../cluster/api/generated/mesos';
import {
  type ConvertingType,
  OPERATION_TYPES,
  readConverting,
  readOperation,
} from '../../../../../cluster/master/core/read/operation';
import { allocateTo, readResources } from '../../../../../cluster/model/resources';
import { readWords } from '../../operation-words';

const TO = { frameworkId: 'f', role: 'web' };
const disk = readWords('disk:10');
const [volume] = disk;
if (!volume) throw new Error('no volume');
const read = allocateTo(readResources(disk), 'web');
const task = { name: 't', task_id: { value: 't' }, agent_id: { value: 'S' }, resources: disk };

type Operation = mesos.Offer.Operation & { readonly type: ConvertingType };

const CONVERTING: readonly [Operation, object][] = [
  [
    { type: 'RESERVE', reserve: { resources: disk } },
    { resources: read, source: [] },
  ],
  [{ type: 'UNRESERVE', unreserve: { resources: disk } }, { resources: read }],
  [{ type: 'CREATE', create: { volumes: disk } }, { volumes: read }],
  [{ type: 'DESTROY', destroy: { volumes: disk } }, { volumes: read }],
  [
    { type: 'GROW_VOLUME', grow_volume: { volume, addition: volume } },
    { volume: read, addition: read },
  ],
  [
    { type: 'SHRINK_VOLUME', shrink_volume: { volume, subtract: { value: 0.5 } } },
    { volume: read, subtractMilli: 500 },
  ],
  [{ type: 'CREATE_DISK', create_disk: { source: volume, target_type: 'BLOCK' } }, {}],
  [{ type: 'DESTROY_DISK', destroy_disk: { source: volume } }, {}],
];

describe('an operation of an ACCEPT', () => {
  it.each(CONVERTING)('is read with its resources as values: $type', (received, values) => {
    const operation = readOperation(received.type, { ...received, id: { value: 'o' } }, TO);
    expect(operation).toMatchObject({ type: received.type, ...values, info: { id: { value: 'o' } } });
  });

  it('has the role of the offers in its normal form, unless the framework has set another', () => {
    const resources = [...disk, { ...volume, allocation_info: { role: 'ops' } }];
    const operation = readOperation('RESERVE', { type: 'RESERVE', reserve: { resources } }, TO);
    const roles =
      'info' in operation && operation.info.reserve?.resources?.map((one) => one.allocation_info?.role);
    expect(roles).toEqual(['web', 'ops']);
  });

  it('is an error without the member of its type, but a launch without tasks is none', () => {
    const errors = OPERATION_TYPES.map((type) => readOperation(type, { type }, TO)).flatMap((operation) =>
      'error' in operation ? [operation.error] : [],
    );
    expect(errors).toEqual(
      ['launch_group', 'reserve', 'unreserve', 'create', 'destroy', 'grow_volume', 'shrink_volume'].map(
        (member) => `Expecting '${member}' to be present`,
      ),
    );
  });

  it('launches tasks, or a group of them', () => {
    const launch = readOperation('LAUNCH', { type: 'LAUNCH', launch: { task_infos: [task] } }, TO);
    expect(launch).toMatchObject({ type: 'LAUNCH', tasks: [{ id: 't', resources: read }] });
    const launch_group = { executor: { executor_id: { value: 'e' } }, task_group: { tasks: [task] } };
    const group = readOperation('LAUNCH_GROUP', { type: 'LAUNCH_GROUP', launch_group }, TO);
    expect(group).toMatchObject({
      type: 'LAUNCH_GROUP',
      group: { executor: { id: 'e' }, tasks: [{ id: 't' }] },
    });
  });
});

it('an operation of an operator keeps its resources unallocated', () => {
  const operation = readConverting('RESERVE', { type: 'RESERVE', reserve: { resources: disk } });
  expect(operation).toMatchObject({ resources: readResources(disk), part: { resources: disk } });
});
