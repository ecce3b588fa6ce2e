/**
 * The changes that an app with persistent volumes may not make: its instances keep what is reserved for them
 * (AppDefinition.residentUpdateIsValid of Marathon).
 */

import type { App } from '../../api/app';
import type { Finding } from '../../api/violations';
import { isResident } from '../state/run-spec';
import { sortedText } from './versions';

const RESOURCES =
  'Services with persistent volumes configured may not change resource requirements. If you need to make this change, please create a new service.';

const HOST_PORTS =
  'Services with persistent volumes configured may not change host ports. If you need to make this change, please create a new service.';

/** The findings about a change. By force the role of new instances changes, while those with volumes keep theirs. */
export function residentUpdateFindings(before: App, after: App, force: boolean): Finding[] {
  if (!isResident(before) && !isResident(after)) return [];
  const findings: Finding[] = [];
  const add = (path: string, error: string): unknown => findings.push({ path, error });
  if (sortedText(volumesOf(before)) !== sortedText(volumesOf(after)))
    add('/', 'Persistent volumes can not be changed!');
  for (const name of ['cpus', 'mem', 'disk', 'gpus', 'requirePorts'] as const)
    if (before[name] !== after[name]) add(`/${name}`, RESOURCES);
  // The original forgets these, and the instances wait for ever.
  if (sortedText(before.executorResources ?? null) !== sortedText(after.executorResources ?? null))
    add('/executorResources', RESOURCES);
  if (hostPortsOf(before) !== hostPortsOf(after)) add('/', HOST_PORTS);
  if (isResident(after) && before.role !== after.role && !force) add('/role', roleWarning(before, after));
  return findings;
}

function volumesOf({ container }: App): object[] {
  return (container?.volumes ?? [])
    .filter(({ persistent }) => persistent !== undefined)
    .sort((a, b) => (a.containerPath < b.containerPath ? -1 : 1));
}

/** The host ports that tasks take, in order; 0 for any. */
function hostPortsOf({ portDefinitions, container, requirePorts }: App): string {
  const ports = portDefinitions
    ? portDefinitions.map(({ port }) => (requirePorts ? port : 0))
    : (container?.portMappings ?? []).flatMap(({ hostPort }) => hostPort ?? []);
  return ports.sort((a, b) => a - b).join();
}

function roleWarning(before: App, after: App): string {
  return `It is not possible to change the role for existing reservations. If you proceed with this change, all existing instances will continue to run under the previous role, ${before.role}. Only new instances will be allocated with the new role, ${after.role}. In order to continue, retry your request with ?force=true`;
}
