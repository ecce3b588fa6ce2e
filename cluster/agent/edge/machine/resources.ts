/**
 * The resources and attributes of the machine, from flags or detected (Mesos 1.11 containerizer.cpp).
 */

import { statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import type * as mesos from '../../../api/generated/mesos';
import { messageFromJson } from '../../../api/json-read';
import { errorText } from '../../../model/error-text';
import { isDynamicallyReserved, isReserved, pushReservation } from '../../../model/reservations';
import { formError, gpusError } from '../../../model/resource-errors';
import { readAttributeText, readResourceText } from '../../../model/resource-text';
import {
  combine,
  printResources,
  type Resources,
  readResources,
  reservedRole,
  resourceOf,
  writeResources,
} from '../../../model/resources';
import { roleError } from '../../../model/roles';
import { isPersistentVolume, isRevocable } from '../../../model/volumes';
import { StartError } from '../../../runtime/lifecycle';

const MB = 1024 * 1024;
const PORTS = [[31_000, 32_000]] as const;

export interface ResourceFlags {
  /** Text, or a JSON array of resources, which can also describe disks. */
  readonly resources: string;
  /** The role that unreserved resources are reserved for. */
  readonly default_role: string;
}

/** Reads `--resources`; resources that it does not name are detected. */
export async function agentResources(flags: ResourceFlags, workDir: string): Promise<mesos.Resource[]> {
  const configured = readGiven(flags.resources.trim());
  if ('error' in configured) throw new StartError(`--resources: ${configured.error}`);
  const wrong = givenError(configured);
  if (wrong) throw new StartError(`--resources: ${wrong}`);
  const named = new Set(configured.map(({ name }) => name));
  const detected = (await detect(workDir)).filter(({ name }) => !named.has(name));
  const role = flags.default_role;
  const roleWrong = roleError(role);
  if (roleWrong) throw new StartError(`--default_role: ${roleWrong}`);
  const all = combine([...configured, ...detected]);
  if (role === '*') return writeResources(all);
  const rest = all.filter((resource) => !isReserved(resource));
  return writeResources(
    combine([...all.filter(isReserved), ...pushReservation(rest, { type: 'STATIC', role })]),
  );
}

function readGiven(text: string): Resources | { readonly error: string } {
  if (!text.startsWith('[')) return readResourceText(text);
  try {
    const parsed: unknown = JSON.parse(text);
    if (!Array.isArray(parsed)) return { error: 'expected a JSON array of resources' };
    const wire = parsed.map((resource) => messageFromJson('mesos.v1.Resource', resource));
    const error = formError(wire);
    return error === undefined ? readResources(wire) : { error };
  } catch (error) {
    return { error: `the JSON cannot be read: ${errorText(error)}` };
  }
}

/** The error in resources that a flag cannot give: those made at run time, or contradictory ones. */
function givenError(resources: Resources): string | undefined {
  const types = new Map<string, string>();
  for (const resource of resources) {
    const shown = printResources([resource]);
    const type = types.get(resource.name) ?? resource.amount.type;
    if (type !== resource.amount.type)
      return `${resource.name} is given with two types, ${type} and ${resource.amount.type}`;
    types.set(resource.name, type);
    const role = roleError(reservedRole(resource));
    if (role) return role;
    if (isPersistentVolume(resource)) return `${shown} is a persistent volume: they are created at run time`;
    if (isRevocable(resource)) return `${shown} is revocable: an estimator says what is`;
    if (isDynamicallyReserved(resource)) return `${shown} is reserved dynamically: write type STATIC`;
  }
  return gpusError(writeResources(resources));
}

async function detect(workDir: string): Promise<Resources> {
  const memory = totalmem() / MB;
  const disk = await diskMb(workDir);
  const scalar = (name: string, value: number) =>
    resourceOf(name, { type: 'SCALAR', milli: Math.max(0, Math.floor(value)) * 1000 });
  return [
    scalar('cpus', availableParallelism()),
    scalar('mem', memory > 2048 ? memory - 1024 : memory / 2),
    scalar('disk', disk > 10_240 ? disk - 5120 : disk / 2),
    resourceOf('ports', { type: 'RANGES', ranges: PORTS }),
  ];
}

async function diskMb(folder: string): Promise<number> {
  const { blocks, bsize } = await statfs(folder);
  return (blocks * bsize) / MB;
}

/** Reads `--attributes`. */
export function agentAttributes(text: string): readonly mesos.Attribute[] {
  const attributes = readAttributeText(text);
  if ('error' in attributes) throw new StartError(`--attributes: ${attributes.error}`);
  return attributes;
}
