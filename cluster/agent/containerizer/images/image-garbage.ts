/**
 * The garbage collection of images by `--image_gc_config`: when the disk of the store is too full, what nobody needs goes
 * (Mesos 1.11 src/slave/slave.cpp, checkImageDiskUsage).
 */

import { statfs } from 'node:fs/promises';
import { errorText } from '../../../model/error-text';
import type { Clock } from '../../../runtime/clock';
import type { Logger } from '../../../runtime/log';
import type { ImageGc } from './image-flags';
import type { Provisioner } from './provisioner';

interface Deps {
  /** The folder of the store. */
  readonly path: string;
  readonly provisioner: Pick<Provisioner, 'prune'>;
  readonly clock: Clock;
  readonly log: Logger;
}

export class ImageGarbage {
  private cancel: () => void = () => undefined;
  private isStopped = false;

  constructor(
    private readonly gc: ImageGc | undefined,
    private readonly deps: Deps,
  ) {
    this.wait();
  }

  stop(): void {
    this.isStopped = true;
    this.cancel();
  }

  private wait(): void {
    const { gc } = this;
    if (!gc || this.isStopped) return;
    const { clock } = this.deps;
    this.cancel = clock.wakeAt(clock.now() + gc.intervalMs, () => void this.look(gc).then(() => this.wait()));
  }

  private async look({ headroom, excluded }: ImageGc): Promise<void> {
    const { path, provisioner, log } = this.deps;
    try {
      const used = await usedPart(path);
      if (used > 1 - headroom) await provisioner.prune(excluded);
    } catch (error) {
      log.warn({ error: errorText(error) }, 'images could not be removed');
    }
  }
}

/** The used part of a disk. */
async function usedPart(path: string): Promise<number> {
  const { blocks, bavail } = await statfs(path);
  return 1 - bavail / blocks;
}
