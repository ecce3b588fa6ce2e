/**
 * The name that a container has for itself, by `ContainerInfo.hostname`: a UTS namespace of its own.
 *
 * It is on wherever there is a runtime, and has no name in `--isolation`: in the original it is a part of network/cni.
 */

import { withAll, withNamespace } from '../oci/change-spec';
import type { RuntimeSpec } from '../oci/runtime-spec';
import type { Isolator } from './isolator';

export function hostname(): Isolator {
  return {
    name: 'hostname',
    needsRuntime: false,
    prepare: async ({ spec }) => {
      const name = spec.container?.hostname;
      return name === undefined ? {} : { specification: withHostname(name) };
    },
  };
}

export function withHostname(name: string): (specification: RuntimeSpec) => RuntimeSpec {
  return withAll(withNamespace({ type: 'uts' }), (specification) => ({ ...specification, hostname: name }));
}
