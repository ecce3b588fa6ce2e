/**
 * Parts of a cluster in one process. One that ends by itself is stopped and told; the others go on.
 */

import type { Lifetime, Running } from '../../cluster/runtime/lifecycle';
import { StartError } from '../../cluster/runtime/lifecycle';
import type { Logger } from '../../cluster/runtime/log';

/** Flags of a part by what they are called at `meseta up`. */
export type FlagNames = Readonly<Record<string, string>>;

export interface PartsDeps {
  readonly log: Logger;
  /** Says to the operator what happened to a part. */
  readonly tell: (text: string) => void;
}

/** Called by a part that cannot go on: why, and what comes of it. */
export type Ended = (reason: string, remedy?: string) => void;

const REMEDY = 'once the cause is gone, stop with Ctrl-C and start again in this folder';

export class Parts {
  private stopping = false;

  constructor(
    private readonly deps: PartsDeps,
    private readonly life: Lifetime,
  ) {}

  /**
   * Marks that all parts are there: from now on a part that ends is told. To be called once all parts are
   * there.
   */
  allStarted(): void {
    this.life.add(() => {
      this.stopping = true;
    });
  }

  /** Starts a part that is stopped with the others, or alone when it ends by itself. Flags in errors are renamed. */
  async start<T extends Running>(
    name: string,
    flags: FlagNames,
    start: (ended: Ended) => Promise<T>,
  ): Promise<T> {
    let settle: (running: T) => void = () => undefined;
    const started = new Promise<T>((resolve) => {
      settle = resolve;
    });
    let over = false;
    const ended: Ended = (reason, remedy = REMEDY) => {
      if (over || this.stopping) return;
      over = true;
      this.deps.log.error({ part: name, reason }, 'a part of the cluster stopped');
      const [first] = reason.split('\n');
      this.deps.tell(`${name} stopped: ${first}. The rest goes on; ${remedy}.`);
      void started.then((running) => this.stopAlone(name, running));
    };
    try {
      const running = await start(ended);
      // Parts start side by side, so each adds its own stop, whichever is ready first.
      this.life.add(() => running.stop());
      settle(running);
      return running;
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      throw new StartError(error.message.replace(/--[\w-]+/g, (flag) => flags[flag] ?? flag));
    }
  }

  private async stopAlone(name: string, running: Running): Promise<void> {
    await running.stop().catch((error: Error) => {
      this.deps.log.error(
        { part: name, error: error.stack ?? error.message },
        'it cannot be stopped in order',
      );
    });
  }
}
