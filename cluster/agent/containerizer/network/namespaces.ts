/**
 * Network namespaces that outlive their processes: each is a mount in the folder of its container.
 *
 * The folder of all is a shared mount, as in the original. So a namespace that is unmounted goes from the mount namespaces of
 * other containers, too, whose copies would keep it. It is unmounted with the last namespace.
 */

import { rmSync, statSync, writeFileSync } from 'node:fs';
import { type MountPoint, mountPoints } from '../mount-points';
import type { ContainerFolder } from './container-folder';
import { locked, type Program, type RunProgram } from './run-program';

export class Namespaces {
  /** The end of the last change: the shared mount is made and removed while nobody makes or removes a namespace. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    /** The folder of all containers, as the kernel names it. */
    private readonly root: string,
    private readonly run: RunProgram,
  ) {}

  /** Makes a namespace whose loopback is up. */
  make(folder: ContainerFolder): Promise<void> {
    return this.inTurn(async () => {
      if (!mountsOf(this.root).some(({ isShared }) => isShared)) await this.share();
      writeFileSync(folder.namespace, '', { mode: 0o444 });
      await this.do(
        locked(folder.lock, {
          file: 'unshare',
          arguments: [`--net=${folder.namespace}`, 'ip', 'link', 'set', 'dev', 'lo', 'up'],
        }),
        'Failed to make a network namespace',
      );
    });
  }

  /** Removes a namespace, if there is one, and the folder of its container. */
  remove(folder: ContainerFolder): Promise<void> {
    return this.inTurn(async () => {
      while (isNamespace(folder.namespace)) await this.unmount(folder.namespace);
      rmSync(folder.path, { recursive: true, force: true });
      await this.unshareWhenUnused();
    });
  }

  /** Unmounts the folder of all containers when no namespace is mounted in it. */
  async unshareWhenUnused(): Promise<void> {
    const isUsed = mountPoints().some(({ path }) => path.startsWith(`${this.root}/`));
    if (isUsed) return;
    for (const _mount of mountsOf(this.root)) await this.unmount(this.root);
  }

  private async share(): Promise<void> {
    const { root } = this;
    const text = 'Failed to make the folder of network namespaces a shared mount';
    if (mountsOf(root).length === 0)
      await this.do({ file: 'mount', arguments: ['--bind', root, root] }, text);
    await this.do({ file: 'mount', arguments: ['--make-private', root] }, text);
    await this.do({ file: 'mount', arguments: ['--make-shared', root] }, text);
  }

  private async unmount(path: string): Promise<void> {
    await this.do({ file: 'umount', arguments: ['--lazy', path] }, `Failed to unmount '${path}'`);
  }

  private async do(program: Program, failure: string): Promise<void> {
    const { succeeded, stderr, status } = await this.run(program);
    if (!succeeded) throw new Error(`${failure}: ${stderr.trim() || status}`);
  }

  private inTurn(change: () => Promise<void>): Promise<void> {
    const turn = this.last.then(change);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}

/** True for a file that a network namespace is mounted at. */
export function isNamespace(path: string): boolean {
  const file = statSync(path, { throwIfNoEntry: false });
  return file !== undefined && file.dev === statSync('/proc/self/ns/net').dev;
}

function mountsOf(root: string): MountPoint[] {
  return mountPoints().filter(({ path }) => path === root);
}
