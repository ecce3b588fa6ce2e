/**
 * Run specifications: apps and pods as launching, scaling, back-off and deployments see them, which tell them apart in few
 * places only (`RunSpec`).
 */

import type { App, Persistence, VersionInfo } from '../../api/app';
import type { Endpoint, Pod } from '../../api/pod';

/** The members of apps that a pod has, too, under other names. */
type SharedMember =
  | 'id'
  | 'instances'
  | 'cpus'
  | 'mem'
  | 'disk'
  | 'gpus'
  | 'role'
  | 'constraints'
  | 'acceptedResourceRoles'
  | 'labels'
  | 'dependencies'
  | 'backoffSeconds'
  | 'backoffFactor'
  | 'maxLaunchDelaySeconds'
  | 'upgradeStrategy'
  | 'killSelection'
  | 'unreachableStrategy'
  | 'healthChecks'
  | 'readinessChecks'
  | 'deploymentPolicy'
  | 'version'
  | 'versionInfo';

/** A pod with the members that apps have: its containers together need the resources, and Mesos performs all checks. */
export interface PodSpec extends Pick<App, SharedMember> {
  readonly pod: Pod;
}

export type RunSpec = App | PodSpec;

export function isPod(spec: RunSpec): spec is PodSpec {
  return 'pod' in spec;
}

/** A persistent volume: of an app with its path in the container, of a pod with its name. */
export interface WantedVolume {
  readonly containerPath: string;
  readonly persistent: Persistence;
}

/** The persistent volumes that each instance has. Those of a pod are of its executor, and are called as they are named. */
export function persistentVolumesOf(spec: RunSpec): WantedVolume[] {
  const volumes = isPod(spec)
    ? spec.pod.volumes.map(({ name, persistent }) => ({ containerPath: name, persistent }))
    : (spec.container?.volumes ?? []);
  return volumes.flatMap(({ containerPath, persistent }) =>
    persistent ? [{ containerPath, persistent }] : [],
  );
}

/** True for an app or a pod with persistent volumes. */
export function isResident(spec: RunSpec): boolean {
  return persistentVolumesOf(spec).length > 0;
}

/** The run specification of a pod with its version. */
export function podSpecOf(pod: Pod, versionInfo: VersionInfo): PodSpec {
  const { scheduling, scaling, containers } = pod;
  const { backoff, placement } = scheduling;
  const sum = (name: 'cpus' | 'mem' | 'disk' | 'gpus'): number =>
    containers.reduce((total, { resources }) => total + Math.round(resources[name] * 1000), 0) / 1000;
  return {
    id: pod.id,
    instances: scaling.instances,
    cpus: sum('cpus'),
    mem: sum('mem'),
    disk: sum('disk'),
    gpus: sum('gpus'),
    role: pod.role,
    constraints: placement.constraints.map(({ fieldName, operator, value }) =>
      value === undefined ? [fieldName, operator] : [fieldName, operator, value],
    ),
    acceptedResourceRoles: placement.acceptedResourceRoles,
    labels: pod.labels,
    dependencies: [],
    backoffSeconds: backoff.backoff,
    backoffFactor: backoff.backoffFactor,
    maxLaunchDelaySeconds: backoff.maxLaunchDelay,
    upgradeStrategy: scheduling.upgrade,
    killSelection: scheduling.killSelection,
    unreachableStrategy: scheduling.unreachableStrategy,
    healthChecks: [],
    readinessChecks: [],
    version: pod.version,
    versionInfo,
    pod,
  };
}

/** The endpoints of all containers, in the order of the host ports of a match. */
export function endpointsOf({ containers }: Pod): Endpoint[] {
  return containers.flatMap(({ endpoints }) => endpoints);
}

export interface SpecTables {
  readonly apps: ReadonlyMap<string, App>;
  readonly pods: ReadonlyMap<string, PodSpec>;
}

/** The app or the pod of an id. */
export function specOf({ apps, pods }: SpecTables, id: string): RunSpec | undefined {
  return apps.get(id) ?? pods.get(id);
}

/** Apps and pods in one table; that of the apps itself where there is no pod. */
export function specsOf({ apps, pods }: SpecTables): ReadonlyMap<string, RunSpec> {
  return pods.size === 0 ? apps : new Map<string, RunSpec>([...apps, ...pods]);
}

/** True when health checks tell of the instances, whoever performs them. */
export function hasHealthChecks(spec: RunSpec): boolean {
  return isPod(spec)
    ? spec.pod.containers.some(({ healthCheck }) => healthCheck !== undefined)
    : spec.healthChecks.length > 0;
}
