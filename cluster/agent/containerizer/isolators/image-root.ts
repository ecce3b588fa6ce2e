/**
 * The specification of a container with an image: its own root, with what every program expects to be mounted, and the
 * sandbox (Mesos 1.11 src/linux/fs.cpp, chroot::enter, and isolators/filesystem/linux.cpp). Pure.
 *
 * Always true: what is mounted at a path of the image is mounted by the runtime, which lets no link of the image lead out.
 */

import type { ContainerSpec } from '../../core/state/container-spec';
import type { ProvisionedRoot } from '../images/provisioned-image';
import type { Mount, RuntimeSpec } from '../oci/runtime-spec';
import type { Changes } from './isolator';
import type { LinkedVolume } from './persistent-volumes';
import { bindMount } from './volumes';

const SECURE = ['nosuid', 'noexec', 'nodev'];

const BASE: readonly Mount[] = [
  { destination: '/proc', type: 'proc', source: 'proc', options: SECURE },
  { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...SECURE, 'ro'] },
  { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'noexec', 'mode=755'] },
  {
    destination: '/dev/pts',
    type: 'devpts',
    source: 'devpts',
    options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
  },
  { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: [...SECURE, 'mode=1777'] },
];

/** Files of the host that say how its networks are reached. Those of networks of its own lie over them. */
const HOST_FILES = ['/etc/hosts', '/etc/hostname', '/etc/resolv.conf'].map(
  (path): Mount => ({ destination: path, source: path, type: 'bind', options: ['bind', 'ro', ...SECURE] }),
);

/** As Docker's defaults: parts of /proc that tell of the host, or change it. */
const MASKED = [
  '/proc/acpi',
  '/proc/kcore',
  '/proc/keys',
  '/proc/timer_list',
  '/proc/sched_debug',
  '/sys/firmware',
];
const READ_ONLY = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

interface InImage {
  /** The path of the sandbox in the container. */
  readonly sandbox: string;
  readonly volumes: readonly LinkedVolume[];
}

/** The changes of a container whose root is an image. They come before those of all other isolators. */
export function imageChanges(
  { root, mount }: ProvisionedRoot,
  { directory }: ContainerSpec,
  { sandbox, volumes }: InImage,
): Changes {
  const mounts: readonly Mount[] = [
    ...BASE,
    ...HOST_FILES,
    bindMount(directory, sandbox, 'RW'),
    ...volumes.map(({ name, path, isReadOnly }) =>
      bindMount(path, `${sandbox}/${name}`, isReadOnly ? 'RO' : 'RW'),
    ),
  ];
  return {
    imageMounts: [mount],
    environment: { MESOS_SANDBOX: sandbox },
    specification: (specification) => withRoot(specification, { root, sandbox, mounts }),
  };
}

interface Root {
  readonly root: string;
  readonly sandbox: string;
  readonly mounts: readonly Mount[];
}

/** Nothing of the host's file system is left but what is mounted here. */
function withRoot(specification: RuntimeSpec, { root, sandbox, mounts }: Root): RuntimeSpec {
  return {
    ...specification,
    root: { path: root },
    process: { ...specification.process, cwd: sandbox },
    mounts,
    linux: { ...specification.linux, maskedPaths: MASKED, readonlyPaths: READ_ONLY },
  };
}
