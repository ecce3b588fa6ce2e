/**
 * The cgroups of a process, from /proc/PID/cgroup. Pure.
 */

export interface ProcessCgroups {
  readonly cpu: string;
  readonly memory: string;
}

/** The paths below the hierarchies of processors and of memory; the root for a process without any. */
export function cgroupsOf(text: string): ProcessCgroups {
  const rows = text.split('\n').map((line) => {
    const [, controllers = '', ...path] = line.split(':');
    return { controllers: controllers.split(','), path: path.join(':') };
  });
  const unified = rows.find(({ controllers, path }) => controllers[0] === '' && path !== '')?.path ?? '/';
  const pathOf = (name: string): string =>
    rows.find(({ controllers }) => controllers.includes(name))?.path ?? unified;
  return { cpu: pathOf('cpu'), memory: pathOf('memory') };
}
