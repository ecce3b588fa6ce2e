/**
 * Rules about the two containerizers: what one of them has no counterpart of is refused, where the original leaves it out
 * in silence.
 */

import type { App, Container } from './app';
import type { Finding } from './violations';

interface ContainerRule {
  /** Below the container. */
  readonly path: string;
  readonly error: string;
  readonly isBroken: (container: Container) => boolean;
}

const RULES: readonly ContainerRule[] = [
  {
    path: '/docker/privileged',
    error: 'needs a container of type DOCKER',
    isBroken: ({ type, docker }) => type === 'MESOS' && docker?.privileged === true,
  },
  {
    path: '/docker/parameters',
    error: 'must be empty: they are options of docker run, for a container of type DOCKER',
    isBroken: ({ type, docker }) => type === 'MESOS' && (docker?.parameters ?? []).length > 0,
  },
  {
    path: '/linuxInfo',
    error: 'needs a container of type MESOS; one of Docker has parameters, such as security-opt and shm-size',
    isBroken: ({ type, linuxInfo }) => type === 'DOCKER' && linuxInfo !== undefined,
  },
  {
    path: '/linuxInfo/seccomp',
    error: 'must have a profileName, or unconfined as true, and not both',
    isBroken: ({ linuxInfo }) =>
      linuxInfo?.seccomp !== undefined &&
      (linuxInfo.seccomp.profileName !== undefined) === linuxInfo.seccomp.unconfined,
  },
  {
    path: '/linuxInfo/ipcInfo/shmSize',
    error: 'needs the mode PRIVATE',
    isBroken: ({ linuxInfo }) =>
      linuxInfo?.ipcInfo?.shmSize !== undefined && linuxInfo.ipcInfo.mode !== 'PRIVATE',
  },
];

export function containerViolations({ container }: App): Finding[] {
  if (container === undefined) return [];
  return RULES.filter(({ isBroken }) => isBroken(container)).map(({ path, error }) => ({
    path: `/container${path}`,
    error,
  }));
}
