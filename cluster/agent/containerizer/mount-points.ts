/**
 * The mounts of this process, from /proc/self/mountinfo.
 */

import { existsSync, readFileSync, realpathSync } from 'node:fs';

export interface MountPoint {
  readonly path: string;
  readonly isShared: boolean;
}

export function mountPoints(): MountPoint[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const [, , , , path = '', ...others] = line.split(' ');
    const tags = others.slice(0, others.indexOf('-'));
    return {
      path: path.replace(/\\(\d{3})/g, (_text, code: string) =>
        String.fromCharCode(Number.parseInt(code, 8)),
      ),
      isShared: tags.some((tag) => tag.startsWith('shared:')),
    };
  });
}

/** True for a folder on which something is mounted, whatever links lead to it. */
export function isMounted(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const real = realpathSync(folder);
  return mountPoints().some(({ path }) => path === real);
}
