/**
 * Changes of an agent's configuration between two runs that `--reconfiguration_policy` allows (Mesos 1.11
 * src/slave/compatibility.cpp).
 */

import type { SlaveInfo } from '../../../api/generated/internal';
import type * as mesos from '../../../api/generated/mesos';
import { sameContent } from '../../../model/equal';
import {
  combine,
  containsResources,
  equalResources,
  printAmount,
  printResources,
  type Resource,
  type Resources,
  readResources,
} from '../../../model/resources';

/** `any` is ours: what an agent of `meseta up` is started with may change in any way. */
export type ReconfigurationPolicy = 'equal' | 'additive' | 'any';

/** The reason why an agent may not go on under its id, in the words of the original. */
export function reconfigurationError(
  policy: ReconfigurationPolicy,
  previous: SlaveInfo,
  current: SlaveInfo,
): string | undefined {
  if (policy === 'any') return undefined;
  return policy === 'equal' ? equalError(previous, current) : additiveError(previous, current);
}

const LINE = '-'.repeat(60);

function equalError(previous: SlaveInfo, current: SlaveInfo): string | undefined {
  if (isEqual(previous, current)) return undefined;
  return [
    'Incompatible agent info detected. ',
    `\n${LINE}`,
    `Old agent info:\n${printInfo(previous)}`,
    `\n${LINE}`,
    `New agent info:\n${printInfo(current)}`,
    `\n${LINE}`,
  ].join('\n');
}

function isEqual(previous: SlaveInfo, current: SlaveInfo): boolean {
  return (
    previous.hostname === current.hostname &&
    previous.port === current.port &&
    previous.checkpoint === current.checkpoint &&
    sameContent(previous.domain, current.domain) &&
    sameContent(previous.attributes ?? [], current.attributes ?? []) &&
    equalResources(readResources(previous.resources), readResources(current.resources))
  );
}

function printInfo({ hostname, port, resources, attributes, id, domain }: SlaveInfo): string {
  const parts = {
    hostname,
    port,
    resources: printResources(readResources(resources)),
    attributes: (attributes ?? []).map(printAttribute).join('; '),
    id: id?.value,
    domain: domain && JSON.stringify(domain),
  };
  return Object.entries(parts)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}

const CHANGE = 'Configuration change not permitted under';

function additiveError(previous: SlaveInfo, current: SlaveInfo): string | undefined {
  const refusal = `${CHANGE} \`additive\` policy:`;
  if (previous.hostname !== current.hostname)
    return `${refusal} Hostname changed from ${previous.hostname} to ${current.hostname}`;
  if (previous.port !== current.port)
    return `${refusal} Port changed from ${previous.port} to ${current.port}`;
  if (previous.domain && !sameContent(previous.domain, current.domain))
    return `${refusal} Domain changed from ${JSON.stringify(previous.domain)} to ${JSON.stringify(current.domain ?? {})}`;
  const machine = combine(readResources(current.resources));
  for (const resource of combine(readResources(previous.resources))) {
    const error = resourceError(resource, machine);
    if (error !== undefined) return `${CHANGE} 'additive' policy${error}`;
  }
  for (const attribute of previous.attributes ?? []) {
    const error = attributeError(attribute, current.attributes ?? []);
    if (error !== undefined) return `${CHANGE} 'additive' policy: ${error}`;
  }
  return undefined;
}

function resourceError(resource: Resource, machine: Resources): string | undefined {
  const { identity, amount } = resource;
  const match = machine.find(
    (candidate) => candidate.identity === identity && candidate.amount.type === amount.type,
  );
  if (!match) return `. Resource not found: ${printResources([resource])}`;
  if (containsResources([match], [resource])) return undefined;
  const before = printAmount(amount);
  const after = printAmount(match.amount);
  if (amount.type === 'SCALAR')
    return `: Value of scalar resource '${resource.name}' decreased from ${before} to ${after}`;
  const kind = amount.type === 'RANGES' ? 'range' : 'set';
  return `: Previous value of ${kind} resource '${resource.name}' (${before}) not included in current ${after}`;
}

function attributeError(attribute: mesos.Attribute, current: readonly mesos.Attribute[]): string | undefined {
  const { name, type } = attribute;
  const match = current.find((candidate) => candidate.name === name);
  if (!match) return `Couldn't find attribute ${printAttribute(attribute)}`;
  if (match.type !== type) return `Type of attribute '${name}' changed from ${type} to ${match.type}`;
  const before = printValue(attribute);
  const after = printValue(match);
  if (before === after) return undefined;
  if (type === 'RANGES') {
    if (containsResources(rangesOf(match), rangesOf(attribute))) return undefined;
    return `Previous value of ranges resource '${name}' (${before}) not included in current ${after}`;
  }
  return `Value of ${type === 'SCALAR' ? 'scalar' : 'text'} attribute '${name}' changed from ${before} to ${after}`;
}

/** The ranges of an attribute as a resource, so that they can be compared. */
function rangesOf({ name, ranges }: mesos.Attribute): Resources {
  return readResources([{ name, type: 'RANGES', ranges }]);
}

function printAttribute(attribute: mesos.Attribute): string {
  return `${attribute.name}=${printValue(attribute)}`;
}

function printValue({ type, scalar, ranges, text }: mesos.Attribute): string {
  if (type === 'SCALAR') return String(scalar?.value ?? 0);
  if (type === 'RANGES')
    return `[${(ranges?.range ?? []).map(({ begin, end }) => `${begin}-${end}`).join(', ')}]`;
  return text?.value ?? '';
}
