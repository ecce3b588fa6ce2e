import { findingsOf } from './violations-of';

type Members = Record<string, unknown>;

const IMAGE = { image: 'web:1' };

test.each<[name: string, container: Members, path: string, error: string]>([
  [
    'privileges without Docker',
    { type: 'MESOS', docker: { ...IMAGE, privileged: true } },
    '/docker/privileged',
    'needs a container of type DOCKER',
  ],
  [
    'parameters without Docker',
    { type: 'MESOS', docker: { ...IMAGE, parameters: [{ key: 'a', value: 'b' }] } },
    '/docker/parameters',
    'must be empty: they are options of docker run, for a container of type DOCKER',
  ],
  [
    "Docker with Mesos' namespaces",
    { type: 'DOCKER', docker: IMAGE, linuxInfo: { ipcInfo: {} } },
    '/linuxInfo',
    'needs a container of type MESOS; one of Docker has parameters, such as security-opt and shm-size',
  ],
  [
    'a profile that does not count',
    { type: 'MESOS', linuxInfo: { seccomp: { profileName: 'a', unconfined: true } } },
    '/linuxInfo/seccomp',
    'must have a profileName, or unconfined as true, and not both',
  ],
  [
    'neither a profile nor none',
    { type: 'MESOS', linuxInfo: { seccomp: {} } },
    '/linuxInfo/seccomp',
    'must have a profileName, or unconfined as true, and not both',
  ],
  [
    'a size of shared memory that is not its own',
    { type: 'MESOS', linuxInfo: { ipcInfo: { mode: 'SHARE_PARENT', shmSize: 1 } } },
    '/linuxInfo/ipcInfo/shmSize',
    'needs the mode PRIVATE',
  ],
])('%s is refused', (_name, container, path, error) => {
  expect(findingsOf({ container })).toEqual([{ path: `/container${path}`, error }]);
});

test.each<[name: string, container: Members]>([
  [
    'all that Docker has',
    { docker: { ...IMAGE, privileged: true, forcePullImage: true, parameters: [{ key: 'a', value: 'b' }] } },
  ],
  [
    'what an old definition says of Docker',
    { type: 'MESOS', docker: { ...IMAGE, privileged: false, parameters: [] } },
  ],
  [
    'all that Mesos has',
    {
      type: 'MESOS',
      docker: IMAGE,
      linuxInfo: { seccomp: { unconfined: true }, ipcInfo: { mode: 'PRIVATE', shmSize: 64 } },
    },
  ],
])('%s is accepted', (_name, container) => {
  expect(findingsOf({ container })).toEqual([]);
});
