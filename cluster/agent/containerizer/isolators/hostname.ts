/**
 * The name that a container has for itself, by `ContainerInfo.hostname`: a UTS namespace of its own.
 *
 * It is on wherever there is a runtime, and has no name in `--isolation`: in the original it is a part of network/cni.
 */

import type { RuntimeSpec } from '../oci/runtime-spec';
import type { Isolator } from './isolator';

export function hostname(): Isolator {
  return {
    name: 'hostname',
    needsRuntime: false,
    prepare: async ({ spec }) => {
      const name = spec.container?.hostname;
      return name === undefined
        ? {}
        : { specification: (specification) => withHostname(specification, name) };
    },
  };
}

export function withHostname(specification: RuntimeSpec, name: string): RuntimeSpec {
  const { linux } = specification;
  const others = linux.namespaces.filter(({ type }) => type !== 'uts');
  return { ...specification, hostname: name, linux: { ...linux, namespaces: [...others, { type: 'uts' }] } };
}
