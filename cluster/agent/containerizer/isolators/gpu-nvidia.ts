/**
 * The isolator `gpu/nvidia`: whole GPUs of Nvidia, each for one container (Mesos 1.11
 * src/slave/containerizer/mesos/isolators/gpu/). It is left out on a machine without them.
 *
 * Always true: no two containers have the same GPU. The GPUs of a container are in a file of its run folder, which is written
 * before the container can use them.
 */

import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gpusError } from '../../../model/resource-errors';
import { milliOf, readResources, type WireResource } from '../../../model/resources';
import type { ContainerSpec } from '../../core/state/container-spec';
import { withDeviceRules } from '../oci/change-spec';
import type { DeviceRule } from '../oci/runtime-spec';
import type { IsolatorContext } from './context';
import { majorOf, minorOf } from './device-access';
import type { ContainerRun, Isolator } from './isolator';
import { ownsCgroup } from './owns-cgroup';

/** The number of Nvidia's devices in Linux. */
const NVIDIA_MAJOR = 195;
const CONTROL_DEVICES = ['/dev/nvidiactl', '/dev/nvidia-uvm', '/dev/nvidia-uvm-tools'];
const FILE = 'gpus.json';

/** True for a machine with a GPU of Nvidia and its driver. */
export function hasNvidiaGpu(): boolean {
  return existsSync('/dev/nvidiactl');
}

export function gpuNvidia({ config }: IsolatorContext): Isolator {
  const gpus = new Gpus(config.nvidia_gpu_devices ?? minorsIn(readdirSync('/dev')));
  const control = CONTROL_DEVICES.filter((path) => existsSync(path)).map(controlRule);
  return {
    name: 'gpu/nvidia',
    needsRuntime: true,
    refusal: ({ resources }) => gpusError(resources as readonly WireResource[]),
    async prepare({ spec, folder }) {
      if (!ownsCgroup(spec)) return {};
      const minors = gpus.take(spec.containerId, gpusOf(spec.resources));
      writeFileSync(join(folder, FILE), JSON.stringify(minors));
      return { specification: withDeviceRules([...control, ...minors.map(gpuRule)]) };
    },
    async update({ spec }, { resources }) {
      if (ownsCgroup(spec) && gpusOf(resources) !== gpus.of(spec.containerId).length)
        throw new Error('The number of GPUs of a running container cannot be changed');
    },
    recover: async (run) => gpus.reserve(run.spec.containerId, readMinors(run)),
    cleanup: async ({ spec }) => gpus.free(spec.containerId),
  };
}

function gpusOf(resources: ContainerSpec['resources']): number {
  return Math.floor(milliOf(readResources(resources as readonly WireResource[]), 'gpus') / 1000);
}

/** The numbers of the GPUs among the names in /dev: 0 for `nvidia0`. */
export function minorsIn(names: readonly string[]): readonly number[] {
  return names
    .flatMap((name) => /^nvidia(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((left, right) => left - right);
}

function gpuRule(minor: number): DeviceRule {
  return { allow: true, type: 'c', major: NVIDIA_MAJOR, minor, access: 'rwm' };
}

function controlRule(path: string): DeviceRule {
  const { rdev } = statSync(path);
  return { allow: true, type: 'c', major: majorOf(rdev), minor: minorOf(rdev), access: 'rwm' };
}

/** None for a container that was cut off before it had any. */
function readMinors({ folder }: ContainerRun): readonly number[] {
  const path = join(folder, FILE);
  if (!existsSync(path)) return [];
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as number[];
  } catch {
    return [];
  }
}

/** GPUs by the containers that have them. */
export class Gpus {
  private readonly taken = new Map<string, readonly number[]>();

  constructor(private readonly minors: readonly number[]) {}

  of(containerId: string): readonly number[] {
    return this.taken.get(containerId) ?? [];
  }

  /** Takes free ones. Throws when there are too few. */
  take(containerId: string, count: number): readonly number[] {
    this.free(containerId);
    const used = new Set([...this.taken.values()].flat());
    const free = this.minors.filter((minor) => !used.has(minor));
    if (free.length < count) throw new Error(`Requested ${count} gpus but only ${free.length} available`);
    const minors = free.slice(0, count);
    this.reserve(containerId, minors);
    return minors;
  }

  reserve(containerId: string, minors: readonly number[]): void {
    this.taken.set(containerId, minors);
  }

  free(containerId: string): void {
    this.taken.delete(containerId);
  }
}
