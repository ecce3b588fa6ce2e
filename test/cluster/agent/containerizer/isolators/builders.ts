/**
 * Containers and contexts of isolators, in one line.
 */

import type { IsolationConfig } from '../../../../../cluster/agent/containerizer/isolation-flags';
import { isolationFlags } from '../../../../../cluster/agent/containerizer/isolation-flags';
import type { IsolatorContext } from '../../../../../cluster/agent/containerizer/isolators/context';
import type { ContainerRun } from '../../../../../cluster/agent/containerizer/isolators/isolator';
import type { RuntimeSpec } from '../../../../../cluster/agent/containerizer/oci/runtime-spec';
import { secretResolver } from '../../../../../cluster/agent/containerizer/secrets/secret-resolver';
import type { ContainerSpec } from '../../../../../cluster/agent/core/state/container-spec';
import type { Resource } from '../../../../../cluster/api/generated/mesos';
import { readResourceText } from '../../../../../cluster/model/resource-text';
import { writeResources } from '../../../../../cluster/model/resources';
import { VirtualClock } from '../../../../../cluster/runtime/clock';
import { parseFlags } from '../../../../../cluster/runtime/config/flags';
import { silentLogger } from '../../../../../cluster/runtime/log';

/** Wire resources from text such as `cpus:1;mem:64`. */
export function resourcesOf(text: string): readonly Resource[] {
  const resources = readResourceText(text);
  if ('error' in resources) throw new Error(resources.error);
  return writeResources(resources) as readonly Resource[];
}

export function specOf(change: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    containerId: 'C',
    frameworkId: 'F',
    executorId: 'E',
    taskId: 'T',
    directory: '/sandbox',
    user: undefined,
    command: { value: 'sleep 1' },
    environment: {},
    container: undefined,
    resources: resourcesOf('cpus:1;mem:64'),
    limits: {},
    ...change,
  };
}

export function runOf(change: Partial<ContainerSpec> = {}, run: Partial<ContainerRun> = {}): ContainerRun {
  return { spec: specOf(change), folder: '/run/C', cgroup: '/mesos/C', parent: undefined, ...run };
}

/** The flags of isolators from a command line. */
export function configOf(...args: readonly string[]): IsolationConfig {
  return parseFlags(isolationFlags, { command: 'meseta agent', about: '', args, env: {} }).flags;
}

export function contextOf(change: Partial<IsolatorContext> = {}): IsolatorContext {
  return {
    config: configOf(),
    hierarchies: { version: 1, controllers: new Map(), folders: [] },
    isolation: [],
    hasRuntime: true,
    ports: [[31_000, 32_000]],
    runtimeDir: '/dev/null/run',
    workDir: '/dev/null/work',
    clock: new VirtualClock(),
    log: silentLogger,
    secrets: secretResolver({}),
    ...change,
  };
}

/** A specification to be changed, which throws when it is changed in place. */
export function baseSpec(): RuntimeSpec {
  return freeze({
    ociVersion: '1.0.2',
    root: { path: '/root' },
    process: {
      cwd: '/sandbox',
      env: [],
      args: ['/bin/sh', '-c', 'sleep 1'],
      user: { uid: 0, gid: 0 },
      capabilities: {
        bounding: ['CAP_CHOWN', 'CAP_KILL', 'CAP_NET_RAW'],
        effective: ['CAP_CHOWN', 'CAP_KILL', 'CAP_NET_RAW'],
        permitted: ['CAP_CHOWN', 'CAP_KILL', 'CAP_NET_RAW'],
        inheritable: [],
        ambient: [],
      },
    },
    mounts: [],
    linux: { namespaces: [{ type: 'mount' }], resources: { devices: [{ allow: true, access: 'rwm' }] } },
  });
}

function freeze<T>(value: T): T {
  if (value !== null && typeof value === 'object') {
    for (const member of Object.values(value)) freeze(member);
    Object.freeze(value);
  }
  return value;
}
