/**
 * The flags of the Docker containerizer alone, with Mesos' names and defaults (Mesos 1.11 src/slave/flags.cpp).
 */

import { isAbsolute } from 'node:path';
import { duration, type Flag, text, toggle } from '../../runtime/config/flags';

export const dockerFlags = {
  docker: text({ help: 'docker: the program that runs and pulls', fallback: 'docker', value: 'PATH' }),
  docker_socket: {
    ...text({ help: 'docker: the socket of the engine', value: 'PATH', fallback: '/var/run/docker.sock' }),
    read: (value) => {
      if (!isAbsolute(value)) throw new Error('expected a path that begins with a slash');
      return value;
    },
  } as Flag<string>,
  docker_stop_timeout: duration({
    help: 'docker: time that a container has to end before it is killed; a kill policy of the task is better',
    fallback: 0,
    fallbackText: '0ns',
  }),
  docker_remove_delay: duration({
    help: 'docker: age at which an ended container is removed from the engine',
    fallback: 6 * 3_600_000,
    fallbackText: '6hrs',
  }),
  docker_kill_orphans: toggle({
    help: 'docker: containers of earlier agents that are not known any more are ended; not those of other agents',
    fallback: true,
  }),
} as const;
