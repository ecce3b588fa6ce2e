/**
 * The parts of a cluster in one process. A part that ends by itself is stopped and reported; the others go on.
 */

import type { Lifetime, Running } from '../../cluster/runtime/lifecycle';
import { StartError } from '../../cluster/runtime/lifecycle';
import type { Logger } from '../../cluster/runtime/log';

/** The names of a part's flags at `meseta up`. */
export type FlagNames = Readonly<Record<string, string>>;

export interface PartsDeps {
  readonly log: Logger;
  /** Tells the operator that a part has ended. */
  readonly tell: (text: string) => void;
}

/** Called by a part that cannot go on, with the reason and the remedy. */
export type OnEnded = (reason: string, remedy?: string) => void;

const REMEDY = 'once the cause is gone, stop with Ctrl-C and start again in this folder';

export class Parts {
  private stopping = false;

  constructor(
    private readonly deps: PartsDeps,
    private readonly life: Lifetime,
  ) {}

  /**
   * Marks that all parts have started: ends of parts during the stop of all of them are not reported.
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
    start: (ended: OnEnded) => Promise<T>,
  ): Promise<T> {
    let settle: (running: T) => void = () => undefined;
    const started = new Promise<T>((resolve) => {
      settle = resolve;
    });
    let over = false;
    const ended: OnEnded = (reason, remedy = REMEDY) => {
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
