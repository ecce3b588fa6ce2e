/**
 * The exit of an executor: everything is stopped, and then its agent gets the reason.
 */

import { errorText } from '../../model/error-text';
import type { Lifetime } from '../../runtime/lifecycle';

export class Exit {
  /** Resolves with the reason when the executor has nothing more to do. */
  readonly exited: Promise<string>;
  private tell: (reason: string) => void = () => undefined;
  private reason = 'destroyed';
  private life: Lifetime | undefined;

  constructor() {
    this.exited = new Promise((resolve) => {
      this.tell = resolve;
    });
  }

  /** Watches the life of the executor; called before any part is added to it, as what is added first stops last. */
  watch(life: Lifetime): void {
    this.life = life;
    life.add(() => this.tell(this.reason));
  }

  /** Stops everything, unless that has begun already. A stop that fails is told with the reason. */
  async end(reason: string): Promise<void> {
    this.reason = reason;
    try {
      await this.life?.stop();
    } catch (error) {
      this.tell(`${reason}; the stop failed: ${errorText(error)}`);
    }
  }
}
