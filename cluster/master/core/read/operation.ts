/**
 * Parsed operations of an ACCEPT, and of operators' calls: a union by type, with their resources as values.
 *
 * In: Offer.Operation whose form is right (validate/operation-form.ts)      Out: a parsed operation, or the error of a
 * missing member
 * Always true: resources of an operation are read here and nowhere else.
 */

import type * as mesos from '../../../api/generated/mesos';
import type { FrameworkId } from '../../../model/ids';
import { type Resources, readResources, withAllocation } from '../../../model/resources';
import { type ParsedGroup, type ParsedTask, readGroup, readTask } from './task';

type Operation = mesos.Offer.Operation;

/** The types of operations that the master knows. */
export type OperationType = Exclude<mesos.Offer.Operation.Type, 'UNKNOWN'>;

export type ParsedOperation = LaunchOperation | GroupOperation | ConvertingOperation;

export interface LaunchOperation {
  readonly type: 'LAUNCH';
  readonly tasks: readonly ParsedTask[];
}

export interface GroupOperation {
  readonly type: 'LAUNCH_GROUP';
  readonly group: ParsedGroup;
}

/** An operation that converts resources. */
export type ConvertingOperation =
  | ReserveOperation
  | UnreserveOperation
  | VolumesOperation
  | GrowOperation
  | ShrinkOperation
  | DiskOperation;

interface Converting<T extends OperationType, Part> {
  readonly type: T;
  /** The operation in normal form, as it is sent and recorded: resources have the role of the offers. */
  readonly info: Operation;
  /** The member of `info` that belongs to the type. */
  readonly part: Part;
}

export interface ReserveOperation extends Converting<'RESERVE', mesos.Offer.Operation.Reserve> {
  readonly resources: Resources;
  readonly source: Resources;
}

export interface UnreserveOperation extends Converting<'UNRESERVE', mesos.Offer.Operation.Unreserve> {
  readonly resources: Resources;
}

export interface VolumesOperation extends Converting<'CREATE' | 'DESTROY', mesos.Offer.Operation.Create> {
  readonly volumes: Resources;
}

/** GROW_VOLUME; a volume of no size is read as none. */
export interface GrowOperation extends Converting<'GROW_VOLUME', mesos.Offer.Operation.GrowVolume> {
  readonly volume: Resources;
  readonly addition: Resources;
}

export interface ShrinkOperation extends Converting<'SHRINK_VOLUME', mesos.Offer.Operation.ShrinkVolume> {
  readonly volume: Resources;
  readonly subtractMilli: number;
}

/** An operation on a disk of a resource provider. */
export interface DiskOperation
  extends Converting<'CREATE_DISK' | 'DESTROY_DISK', Partial<mesos.Offer.Operation.CreateDisk>> {}

/** The framework and role of the offers that an operation is about; an operator has none. */
export interface OfferedTo {
  readonly frameworkId: FrameworkId;
  readonly role: string;
}

/** The error of an operation that lacks the member of its type. */
export interface MissingPart {
  readonly error: string;
}

export const OPERATION_TYPES = [
  'LAUNCH',
  'LAUNCH_GROUP',
  'RESERVE',
  'UNRESERVE',
  'CREATE',
  'DESTROY',
  'GROW_VOLUME',
  'SHRINK_VOLUME',
  'CREATE_DISK',
  'DESTROY_DISK',
] as const satisfies readonly OperationType[];

/** Reads an operation of an ACCEPT. */
export function readOperation(
  type: OperationType,
  received: Operation,
  { frameworkId, role }: OfferedTo,
): ParsedOperation | MissingPart {
  switch (type) {
    case 'LAUNCH': {
      const tasks = received.launch?.task_infos ?? [];
      return { type, tasks: tasks.map((task) => readTask(task, frameworkId, role)) };
    }
    case 'LAUNCH_GROUP': {
      const { launch_group: group } = received;
      return group ? { type, group: readGroup(group, role) } : missing('launch_group');
    }
    default:
      return readConverting(type, received, role);
  }
}

/** The types of operations that convert resources. */
export type ConvertingType = Exclude<OperationType, 'LAUNCH' | 'LAUNCH_GROUP'>;

const READERS: {
  readonly [T in ConvertingType]: (
    info: Operation,
    role: string | undefined,
  ) => ConvertingOperation | MissingPart;
} = {
  RESERVE: (received, role) => {
    if (!received.reserve) return missing('reserve');
    const { source } = received.reserve;
    const part = { ...received.reserve, resources: allocate(received.reserve.resources, role) };
    const info = { ...received, reserve: part };
    const resources = readResources(part.resources);
    return { type: 'RESERVE', info, part, resources, source: readResources(source) };
  },
  UNRESERVE: (received, role) => {
    if (!received.unreserve) return missing('unreserve');
    const part = { resources: allocate(received.unreserve.resources, role) };
    const info = { ...received, unreserve: part };
    return { type: 'UNRESERVE', info, part, resources: readResources(part.resources) };
  },
  CREATE: (received, role) => {
    if (!received.create) return missing('create');
    const part = { volumes: allocate(received.create.volumes, role) };
    const info = { ...received, create: part };
    return { type: 'CREATE', info, part, volumes: readResources(part.volumes) };
  },
  DESTROY: (received, role) => {
    if (!received.destroy) return missing('destroy');
    const part = { volumes: allocate(received.destroy.volumes, role) };
    const info = { ...received, destroy: part };
    return { type: 'DESTROY', info, part, volumes: readResources(part.volumes) };
  },
  GROW_VOLUME: (received, role) => {
    if (!received.grow_volume) return missing('grow_volume');
    const { volume, addition } = received.grow_volume;
    const part = { volume: allocateOne(volume, role), addition: allocateOne(addition, role) };
    const info = { ...received, grow_volume: part };
    return {
      type: 'GROW_VOLUME',
      info,
      part,
      volume: readResources([part.volume]),
      addition: readResources([part.addition]),
    };
  },
  SHRINK_VOLUME: (received, role) => {
    if (!received.shrink_volume) return missing('shrink_volume');
    const { volume, subtract } = received.shrink_volume;
    const part = { volume: allocateOne(volume, role), subtract };
    const info = { ...received, shrink_volume: part };
    const subtractMilli = Math.round(subtract.value * 1000);
    return { type: 'SHRINK_VOLUME', info, part, volume: readResources([part.volume]), subtractMilli };
  },
  CREATE_DISK: (info) => ({ type: 'CREATE_DISK', info, part: info.create_disk ?? {} }),
  DESTROY_DISK: (info) => ({ type: 'DESTROY_DISK', info, part: info.destroy_disk ?? {} }),
};

/** Reads an operation that converts resources; without a role its resources keep the allocation that they have. */
export function readConverting(
  type: ConvertingType,
  received: Operation,
  role?: string,
): ConvertingOperation | MissingPart {
  return READERS[type](received, role);
}

function missing(member: string): MissingPart {
  return { error: `Expecting '${member}' to be present` };
}

type Wire = readonly mesos.Resource[] | undefined;

function allocate(wire: Wire, role: string | undefined): Wire {
  return role === undefined ? wire : withAllocation(wire, role);
}

function allocateOne(resource: mesos.Resource, role: string | undefined): mesos.Resource {
  const isAllocated = role === undefined || resource.allocation_info !== undefined;
  return isAllocated ? resource : { ...resource, allocation_info: { role } };
}
