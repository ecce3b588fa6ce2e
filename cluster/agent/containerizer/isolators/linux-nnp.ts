/**
 * The isolator `linux/nnp`: no process gets more privileges by executing a program, such as one that is set-user-ID (Mesos 1.11
 * src/slave/containerizer/mesos/isolators/linux/nnp.cpp).
 */

import type { Isolator } from './isolator';
import { changeProcess } from './specify';

export function linuxNnp(): Isolator {
  return {
    name: 'linux/nnp',
    needsRuntime: true,
    prepare: async () => ({ specification: changeProcess({ noNewPrivileges: true }) }),
  };
}
