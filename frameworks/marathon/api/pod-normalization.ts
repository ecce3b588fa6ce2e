/** Normalization of a request's pod: names of networks and host ports of endpoints, and all defaults (`PodNormalization`). */

import type { UnreachableStrategy, UpgradeStrategy } from './app';
import type { NormalizationOptions } from './app-legacy';
import { DEFAULT_EXECUTOR_RESOURCES } from './common-readers';
import { persistenceOf } from './persistence';
import type { Pod, PodContainer, PodScheduling, PodVolume } from './pod';
import { isResidentPod } from './pod-persistence';
import type { PodUpdate } from './pod-update';

export interface PodNormalizationInput {
  readonly update: PodUpdate;
  /** The role of pods that name none. */
  readonly role: string;
  readonly options: Pick<NormalizationOptions, 'defaultNetworkName'>;
}

export function normalizePod({ update, role, options }: PodNormalizationInput): Pod {
  const { legacySharedCgroups, volumes, scheduling, ...members } = update;
  const networks = networksOf(update, options);
  return {
    ...members,
    version: '',
    networks,
    containers: networks.some(({ mode }) => mode === 'container')
      ? update.containers
      : update.containers.map(withHostPorts),
    volumes: volumes.map(volumeOf),
    scaling: update.scaling ?? { kind: 'fixed', instances: 1 },
    scheduling: schedulingOf(scheduling ?? {}, isResidentPod(update)),
    executorResources: update.executorResources ?? DEFAULT_EXECUTOR_RESOURCES,
    role: update.role ?? role,
    ...(legacySharedCgroups === true && { legacySharedCgroups }),
  };
}

function networksOf(
  { networks }: PodUpdate,
  { defaultNetworkName }: PodNormalizationInput['options'],
): Pod['networks'] {
  return networks.map((network) => {
    const mode = network.mode ?? 'container';
    const name = network.name ?? (mode === 'container' ? defaultNetworkName : undefined);
    return { ...(name !== undefined && { name }), mode, labels: network.labels };
  });
}

/** Outside container mode every endpoint has a port of the host. */
function withHostPorts(container: PodContainer): PodContainer {
  const endpoints = container.endpoints.map((endpoint) => ({
    ...endpoint,
    hostPort: endpoint.hostPort ?? 0,
  }));
  return { ...container, endpoints };
}

function volumeOf({ persistent, ...volume }: PodUpdate['volumes'][number]): PodVolume {
  return { ...volume, ...(persistent && { persistent: persistenceOf(persistent) }) };
}

interface Strategies {
  readonly upgrade: UpgradeStrategy;
  readonly unreachable: UnreachableStrategy;
}

const STRATEGIES: Strategies = {
  upgrade: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
  unreachable: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
};

/** A persistent volume is free for the next instance when the one before has ended. */
const RESIDENT_STRATEGIES: Strategies = {
  upgrade: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
  unreachable: 'disabled',
};

function schedulingOf(scheduling: NonNullable<PodUpdate['scheduling']>, isResident: boolean): PodScheduling {
  const defaults = isResident ? RESIDENT_STRATEGIES : STRATEGIES;
  return {
    backoff: scheduling.backoff ?? { backoff: 1, backoffFactor: 1.15, maxLaunchDelay: 300 },
    upgrade: scheduling.upgrade ?? defaults.upgrade,
    placement: scheduling.placement ?? { constraints: [], acceptedResourceRoles: [] },
    killSelection: scheduling.killSelection ?? 'YOUNGEST_FIRST',
    unreachableStrategy: scheduling.unreachableStrategy ?? defaults.unreachable,
  };
}
