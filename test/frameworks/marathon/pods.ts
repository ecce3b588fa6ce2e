/** Pods in canonical form, from the members that a test is about. */

import type { Pod, PodContainer, PodScheduling } from '../../../frameworks/marathon/api/pod';
import { type PodSpec, podSpecOf } from '../../../frameworks/marathon/core/state/run-spec';

const SCHEDULING: PodScheduling = {
  backoff: { backoff: 1, backoffFactor: 1.15, maxLaunchDelay: 300 },
  upgrade: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
  placement: { constraints: [], acceptedResourceRoles: [] },
  killSelection: 'YOUNGEST_FIRST',
  unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
};

export function container(name: string, members: Partial<PodContainer> = {}): PodContainer {
  return {
    name,
    exec: { command: { shell: 'sleep 1000' } },
    resources: { cpus: 0.1, mem: 32, disk: 0, gpus: 0 },
    endpoints: [],
    environment: {},
    volumeMounts: [],
    artifacts: [],
    labels: {},
    ...members,
  };
}

export type PodMembers = Omit<Partial<Pod>, 'scheduling'> & {
  readonly instances?: number;
  readonly scheduling?: Partial<PodScheduling>;
};

/** A pod of two containers, `web` and `side`. */
export function pod({ instances = 1, scheduling, ...members }: PodMembers = {}): Pod {
  return {
    id: '/pod',
    labels: {},
    version: '',
    environment: {},
    containers: [container('web'), container('side')],
    secrets: {},
    volumes: [],
    networks: [{ mode: 'host', labels: {} }],
    scaling: { kind: 'fixed', instances },
    executorResources: { cpus: 0.1, mem: 32, disk: 10 },
    role: '*',
    scheduling: { ...SCHEDULING, ...scheduling },
    ...members,
  };
}

export function podSpec(members: PodMembers = {}): PodSpec {
  return podSpecOf(pod(members), { lastScalingAt: '', lastConfigChangeAt: '' });
}
