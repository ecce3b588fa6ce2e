/** The container that asks for a secret, as resolvers see it. */

import type { ContainerSpec } from '../../core/state/container-spec';

export interface SecretAsker {
  readonly containerId: string;
  readonly frameworkId: string;
  readonly executorId: string;
  readonly taskId: string | undefined;
  /** The role that its resources, or those around it, are allocated to; undefined for a container without any. */
  readonly role: string | undefined;
}

/** A container, and the one around it. */
export interface AskingRun {
  readonly spec: ContainerSpec;
  readonly parent?: AskingRun | undefined;
}

export function askerOf(run: AskingRun): SecretAsker {
  const { containerId, frameworkId, executorId, taskId } = run.spec;
  return { containerId, frameworkId, executorId, taskId, role: roleOf(run) };
}

function roleOf({ spec, parent }: AskingRun): string | undefined {
  const role = spec.resources.find(({ allocation_info: allocation }) => allocation)?.allocation_info?.role;
  return role ?? (parent && roleOf(parent));
}
