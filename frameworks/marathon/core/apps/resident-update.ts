/**
 * The changes that an app or a pod with persistent volumes may not make: its instances keep what is reserved for them
 * (residentUpdateIsValid of AppDefinition and of PodsValidation in Marathon).
 */

import type { App } from '../../api/app';
import type { Finding } from '../../api/violations';
import { endpointsOf, isPod, isResident, type PodSpec, type RunSpec } from '../state/run-spec';
import { sortedText } from './versions';

const RESOURCES =
  'Services with persistent volumes configured may not change resource requirements. If you need to make this change, please create a new service.';

const HOST_PORTS =
  'Services with persistent volumes configured may not change host ports. If you need to make this change, please create a new service.';

/** The findings about a change. By force the role of new instances changes, while those with volumes keep theirs. */
export function residentUpdateFindings(before: RunSpec, after: RunSpec, force: boolean): Finding[] {
  if (!isResident(before) && !isResident(after)) return [];
  const findings: Finding[] = [];
  if (isPod(before) && isPod(after)) findings.push(...podFindings(before, after));
  if (!isPod(before) && !isPod(after)) findings.push(...appFindings(before, after));
  if (isResident(after) && before.role !== after.role && !force)
    findings.push({ path: '/role', error: roleWarning(before, after) });
  return findings;
}

function appFindings(before: App, after: App): Finding[] {
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

/** The containers of a pod may share out anew what is reserved for all of them and the executor. */
function podFindings(before: PodSpec, after: PodSpec): Finding[] {
  const findings: Finding[] = [];
  const add = (error: string): unknown => findings.push({ path: '/', error });
  if (sortedText(podVolumesOf(before)) !== sortedText(podVolumesOf(after)))
    add('persistent volumes cannot be updated');
  for (const name of ['cpus', 'mem', 'disk', 'gpus'] as const)
    if (milliOf(before, name) !== milliOf(after, name))
      add(`${name} cannot be updated if a pod has persistent volumes`);
  if (podHostPortsOf(before) !== podHostPortsOf(after))
    add('host ports cannot be updated if a pod has persistent volumes');
  return findings;
}

function podVolumesOf({ pod }: PodSpec): object[] {
  return pod.volumes
    .filter(({ persistent }) => persistent !== undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The resources of a pod in thousandths, with those of its executor. */
function milliOf(spec: PodSpec, name: 'cpus' | 'mem' | 'disk' | 'gpus'): number {
  const ofExecutor = name === 'gpus' ? 0 : spec.pod.executorResources[name];
  return Math.round((spec[name] + ofExecutor) * 1000);
}

/** The original takes another number of ports, and the instances wait for ever. */
function podHostPortsOf({ pod }: PodSpec): string {
  return endpointsOf(pod)
    .flatMap(({ hostPort }) => hostPort ?? [])
    .sort((a, b) => a - b)
    .join();
}

function roleWarning(before: RunSpec, after: RunSpec): string {
  return `It is not possible to change the role for existing reservations. If you proceed with this change, all existing instances will continue to run under the previous role, ${before.role}. Only new instances will be allocated with the new role, ${after.role}. In order to continue, retry your request with ?force=true`;
}
