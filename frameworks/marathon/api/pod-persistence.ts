/** Rules about pods with persistent volumes (`PodsValidation` of Marathon). */

import { diskFindings, overCapacityError } from './persistence';
import type { Pod, PodVolume } from './pod';
import type { Finding } from './violations';

/** Files and folders of the executor, in whose sandbox its volumes are by their names. */
const TAKEN: readonly string[] = ['containers', 'stderr', 'stdout', 'tasks', 'volumes'];

/** True for a pod each of whose instances has volumes of its own, on one agent. */
export function isResidentPod({
  volumes,
}: {
  readonly volumes: readonly { readonly persistent?: object | undefined }[];
}): boolean {
  return volumes.some(({ persistent }) => persistent !== undefined);
}

/** The findings about one volume of a pod, with paths below it. */
export function podVolumeFindings({ name, persistent }: PodVolume): Finding[] {
  if (!persistent) return [];
  const error = `must not be ${name} for a persistent volume: the executor has that in its sandbox`;
  return [...(TAKEN.includes(name) ? [{ path: '/name', error }] : []), ...diskFindings(persistent)];
}

/** The findings about the strategies and the resource roles of a pod with persistent volumes. */
export function residentPodFindings(pod: Pod): Finding[] {
  if (!isResidentPod(pod)) return [];
  const { upgrade, unreachableStrategy, placement } = pod.scheduling;
  const findings: Finding[] = [];
  const add = (path: string, error: string): unknown => findings.push({ path, error });
  if (upgrade.maximumOverCapacity !== 0)
    add('/scheduling/upgrade/maximumOverCapacity', overCapacityError(upgrade.maximumOverCapacity));
  if (unreachableStrategy !== 'disabled')
    add('/', 'unreachableStrategy must be disabled for pods with persistent volumes');
  const { acceptedResourceRoles } = placement;
  if (acceptedResourceRoles.length > 0 && acceptedResourceRoles.join() !== '*')
    add(
      '/scheduling/placement/acceptedResourceRoles',
      'A resident pod must have `acceptedResourceRoles = ["*"]`.',
    );
  return findings;
}

/** The findings about the role of a pod with persistent volumes: what is reserved is of another role than `*`. */
export function residentRoleFindings(pod: Pod): Finding[] {
  return isResidentPod(pod) && pod.role === '*'
    ? [{ path: '/role', error: 'Resident pods cannot have the role *' }]
    : [];
}
