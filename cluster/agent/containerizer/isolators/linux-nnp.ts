/**
 * The isolator `linux/nnp`: no process gets more privileges by executing a program, such as one that is set-user-ID (Mesos 1.11
 * src/slave/containerizer/mesos/isolators/linux/nnp.cpp).
 */

import { withProcess } from '../oci/change-spec';
import type { Isolator } from './isolator';

export function linuxNnp(): Isolator {
  return {
    name: 'linux/nnp',
    needsRuntime: true,
    prepare: async () => ({ specification: withProcess({ noNewPrivileges: true }) }),
  };
}
