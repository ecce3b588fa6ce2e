/**
 * `namespaces/pid`: a pid namespace of its own, or with `share_pid_namespace` that of the container around it, or of the
 * agent (Mesos 1.10 isolators/namespaces/pid.cpp).
 */

import type { ContainerSpec } from '../../core/state/container-spec';
import { withNamespace } from '../oci/change-spec';
import { processOf } from '../oci/process-of';
import type { Mount } from '../oci/runtime-spec';
import type { Changes, Isolator } from './isolator';

export interface PidOptions {
  /** `--disallow_sharing_agent_pid_namespace`. */
  readonly disallowSharingAgent: boolean;
}

export function pidIsolator(options: PidOptions): Isolator {
  return {
    name: 'namespaces/pid',
    needsRuntime: true,
    refusal: (spec) => pidRefusal(spec, options),
    prepare: ({ spec, parent }) => Promise.resolve(pidChanges(spec, parent && processOf(parent.folder))),
  };
}

/** The reason why the namespace that a container asks for is not allowed. */
export function pidRefusal(spec: ContainerSpec, { disallowSharingAgent }: PidOptions): string | undefined {
  if (spec.parent !== undefined || !shares(spec) || !disallowSharingAgent) return undefined;
  return 'Sharing agent pid namespace with top-level container is not allowed';
}

const PROC: Mount = {
  destination: '/proc',
  type: 'proc',
  source: 'proc',
  options: ['nosuid', 'noexec', 'nodev'],
};

/** The changes, where `parent` is the process of the container around it. */
export function pidChanges(spec: ContainerSpec, parent: number | undefined): Changes {
  if (!shares(spec)) return { mounts: [PROC], specification: withNamespace({ type: 'pid' }) };
  if (parent === undefined) return {};
  return { mounts: [PROC], specification: withNamespace({ type: 'pid', path: `/proc/${parent}/ns/pid` }) };
}

function shares({ container }: ContainerSpec): boolean {
  return container?.linux_info?.share_pid_namespace === true;
}
