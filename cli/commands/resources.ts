/**
 * `meseta operation ...`: reservations and persistent volumes of operators, and the list of pending operations.
 */

import { readResourceText } from '../../cluster/model/resource-text';
import {
  printResources,
  readResources,
  type WireResource,
  writeResources,
} from '../../cluster/model/resources';
import { integer, requiredText, text, UsageError } from '../../cluster/runtime/config/flags';
import { type Command, flagCommand } from '../command';
import { listCommand } from '../list';
import { callMaster, masterFlags } from '../master-api';
import { printTable } from '../print';
import { findAgent } from './agents';

interface OperationView {
  readonly info: { readonly type: string; readonly id?: { readonly value: string } };
  readonly latest_status: { readonly state: string };
  readonly agent_id?: { readonly value: string };
  readonly framework_id?: { readonly value: string };
}

export const list = listCommand({
  flags: masterFlags,
  read: async (flags) => {
    const answer = (await callMaster(flags, { type: 'GET_OPERATIONS' })) as {
      get_operations?: { operations?: readonly OperationView[] };
    };
    return answer.get_operations?.operations ?? [];
  },
  print: (operations) => {
    if (operations.length === 0) return 'There are no operations under way.\n';
    const rows = operations.map(({ info, latest_status, agent_id, framework_id }) => [
      info.id?.value ?? '',
      info.type,
      latest_status.state.replace('OPERATION_', '').toLowerCase(),
      agent_id?.value ?? '',
      framework_id?.value ?? 'operator',
    ]);
    return printTable(['id', 'operation', 'state', 'agent', 'framework'], rows);
  },
});

const reservationFlags = {
  ...masterFlags,
  principal: text({ help: 'who reserves; needed where the master authenticates', value: 'NAME' }),
};

/** `cpus(web):2;mem(web):512` as dynamic reservations of the roles in brackets. */
function readReserved(resourceText: string, principal: string | undefined): WireResource[] {
  const resources = readResourceText(resourceText);
  if ('error' in resources) throw new UsageError(resources.error);
  const wire = writeResources(resources);
  const bare = wire.find(({ reservations }) => !reservations?.length);
  if (bare) throw new UsageError(`${bare.name} names no role: write ${bare.name}(ROLE):AMOUNT`);
  return wire.map((resource) => ({
    ...resource,
    reservations: resource.reservations?.map(({ role }) => ({ type: 'DYNAMIC', role, principal })),
  }));
}

const reserving = (type: 'RESERVE_RESOURCES' | 'UNRESERVE_RESOURCES', done: string): Command =>
  flagCommand({
    flags: reservationFlags,
    positionals: ['agent', 'resources'],
    run: async ({ flags, positionals: [agent = '', words = ''] }, terminal) => {
      const value = await findAgent(flags, agent);
      const resources = readReserved(words, flags.principal);
      const agent_id = { value };
      await callMaster(flags, { type, [type.toLowerCase()]: { agent_id, resources } });
      terminal.out(`${printResources(readResources(resources))} of ${value} ${done}\n`);
      return 0;
    },
  });

export const reserve = reserving('RESERVE_RESOURCES', 'is reserved');
export const unreserve = reserving('UNRESERVE_RESOURCES', 'is free for everybody');

const volumeFlags = {
  ...reservationFlags,
  role: requiredText({ help: 'the role the disk is reserved to', value: 'ROLE' }),
  size: integer({ help: 'size of the volume in MB', fallback: undefined, min: 1, max: 2 ** 40 }),
  path: text({ help: 'where tasks find it in their sandbox', fallback: 'data', value: 'PATH' }),
};

interface VolumeFlags {
  readonly role: string;
  readonly size: number | undefined;
  readonly path: string;
  readonly principal: string | undefined;
}

function volumeOf(id: string, { role, size, path, principal }: VolumeFlags): WireResource {
  if (size === undefined) throw new UsageError('--size is missing: the size of the volume in MB');
  return {
    name: 'disk',
    type: 'SCALAR',
    scalar: { value: size },
    reservations: [{ type: 'DYNAMIC', role, principal }],
    disk: { persistence: { id, principal }, volume: { container_path: path, mode: 'RW' } },
  };
}

const changingVolume = (type: 'CREATE_VOLUMES' | 'DESTROY_VOLUMES', done: string): Command =>
  flagCommand({
    flags: volumeFlags,
    positionals: ['agent', 'id'],
    run: async ({ flags, positionals: [agent = '', id = ''] }, terminal) => {
      const volumes = [volumeOf(id, flags)];
      const value = await findAgent(flags, agent);
      await callMaster(flags, { type, [type.toLowerCase()]: { agent_id: { value }, volumes } });
      terminal.out(`The volume ${id} of ${flags.size} MB on ${value} is ${done}\n`);
      return 0;
    },
  });

export const createVolume = changingVolume('CREATE_VOLUMES', 'there');
export const destroyVolume = changingVolume('DESTROY_VOLUMES', 'destroyed, with what was on it');

const by = integer({ help: 'by how many MB', fallback: undefined, min: 1, max: 2 ** 40 });

export const growVolume = flagCommand({
  flags: { ...volumeFlags, by },
  positionals: ['agent', 'id'],
  run: async ({ flags, positionals: [agent = '', id = ''] }, terminal) => {
    const volume = volumeOf(id, flags);
    const value = await findAgent(flags, agent);
    const { disk: _disk, ...plain } = volume;
    const addition = { ...plain, scalar: { value: changeOf(flags.by) } };
    await callMaster(flags, { type: 'GROW_VOLUME', grow_volume: { agent_id: { value }, volume, addition } });
    terminal.out(`The volume ${id} on ${value} grows by ${flags.by} MB\n`);
    return 0;
  },
});

export const shrinkVolume = flagCommand({
  flags: { ...volumeFlags, by },
  positionals: ['agent', 'id'],
  run: async ({ flags, positionals: [agent = '', id = ''] }, terminal) => {
    const volume = volumeOf(id, flags);
    const value = await findAgent(flags, agent);
    const shrink_volume = {
      agent_id: { value },
      volume,
      subtract: { value: changeOf(flags.by) },
    };
    await callMaster(flags, { type: 'SHRINK_VOLUME', shrink_volume });
    terminal.out(`The volume ${id} on ${value} shrinks by ${flags.by} MB\n`);
    return 0;
  },
});

function changeOf(megabytes: number | undefined): number {
  if (megabytes === undefined) throw new UsageError('--by is missing: by how many MB');
  return megabytes;
}
