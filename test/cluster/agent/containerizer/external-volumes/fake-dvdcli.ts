/**
 * A program in the place of dvdcli, with its command line: it binds a folder for each volume, and notes its calls.
 *
 * Drivers: `broken` mounts nothing, `hangs` does not end, `stuck` unmounts nothing, `lies` tells no folder; all others work.
 */

import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export class FakeDvdcli {
  readonly file: string;

  /** Makes it in a folder, and puts that first in the PATH of this process. */
  constructor(readonly folder: string) {
    this.file = join(folder, 'bin/dvdcli');
    mkdirSync(join(folder, 'bin'), { recursive: true });
    writeFileSync(this.file, script(folder));
    chmodSync(this.file, 0o755);
  }

  /** A PATH in which it comes first. */
  get path(): string {
    return `${join(this.folder, 'bin')}:${process.env['PATH'] ?? ''}`;
  }

  /** The calls so far, a line each, with their words. */
  calls(): readonly string[] {
    const path = join(this.folder, 'calls');
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  }

  /** The folder at which a volume is mounted on the host. */
  mounted(driver: string, name: string): string {
    return join(this.folder, 'mnt', driver, name);
  }

  /** The folder with what is in a volume. */
  stored(driver: string, name: string): string {
    return join(this.folder, 'store', driver, name);
  }

  isMounted(driver: string, name: string): boolean {
    return readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${this.mounted(driver, name)} `);
  }
}

function script(folder: string): string {
  return `#!/bin/sh
command=$1
echo "$*" >> ${folder}/calls
shift
for word; do
  case $word in
    --volumedriver=*) driver=\${word#*=} ;;
    --volumename=*) name=\${word#*=} ;;
    --volumeopts=*=*) ;;
    *) echo "unknown flag: $word" >&2; exit 1 ;;
  esac
done
mounted=${folder}/mnt/$driver/$name
stored=${folder}/store/$driver/$name
case $command,$driver in
  mount,broken) echo "error while mounting $name" >&2; exit 1 ;;
  mount,hangs) sleep 1000 ;;
  mount,lies) echo nowhere ;;
  unmount,stuck) echo "volume $name is in use" >&2; exit 1 ;;
  mount,*)
    mkdir -p "$mounted" "$stored"
    mountpoint -q "$mounted" || mount --bind "$stored" "$mounted" || exit 1
    echo "$mounted" ;;
  unmount,*) if mountpoint -q "$mounted"; then umount "$mounted"; fi ;;
  *) exit 1 ;;
esac
`;
}
