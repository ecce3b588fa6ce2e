/** Pods as requests describe them, read, normalised and checked for tests. */

import type { Pod } from '../../../../frameworks/marathon/api/pod';
import { normalizePod } from '../../../../frameworks/marathon/api/pod-normalization';
import { readPodUpdate } from '../../../../frameworks/marathon/api/pod-update';
import { violationsOfPod } from '../../../../frameworks/marathon/api/pod-validate';
import { newReading } from '../../../../frameworks/marathon/api/read';

type Members = Record<string, unknown>;

export const CONTAINER = {
  name: 'web',
  resources: { cpus: 0.1, mem: 32 },
  exec: { command: { shell: 'sleep 100' } },
};

/** The problems of a pod with these members beside an id and a container, as `path error`. */
export function problemsOfPod(members: Members): string[] {
  const reading = newReading();
  readPodUpdate({ id: '/pod', containers: [CONTAINER], ...members }, '', reading);
  return reading.problems.map(({ path, error }) => `${path} ${error}`);
}

/** The pod of a request that has no problem; throws with the problems of any other. */
export function readPod(members: Members = {}, network?: string): Pod {
  const reading = newReading();
  const update = readPodUpdate({ id: '/pod', containers: [CONTAINER], ...members }, '', reading);
  if (!update || reading.problems.length > 0) throw new Error(JSON.stringify(reading.problems));
  return normalizePod({ update, role: '*', options: { defaultNetworkName: network } });
}

/** A pod of one container with these members beside its name, command and resources. */
export function podOf(container: Members, members: Members = {}): Pod {
  return readPod({ containers: [{ ...CONTAINER, ...container }], ...members });
}

const FEATURES = ['secrets', 'gpu_resources'];

/** The findings about a pod as `path: error`. */
export function findingsOfPod(pod: Pod, features: readonly string[] = FEATURES): string[] {
  return violationsOfPod(pod, { features, validRoles: ['*'] }).map(({ path, error }) => `${path}: ${error}`);
}
