/**
 * The launches of an agent: so many are under way at a time, and the others wait in their order.
 *
 * All at once they would share the processors until the last one is done, and the first task of a burst would run when the
 * last one does.
 */

import { Queue } from '../../runtime/queue';

export class LaunchQueue {
  private readonly waiting = new Queue<() => void>();
  private active = 0;

  constructor(private readonly limit: number) {}

  /** Begins a launch when it is its turn. The next one has its turn when this one is settled. */
  async run(launch: () => Promise<unknown>): Promise<void> {
    if (this.active < this.limit) this.active++;
    else await new Promise<void>((turn) => this.waiting.add(turn));
    try {
      await launch();
    } catch {
      // Whoever has asked for it is told.
    } finally {
      this.next();
    }
  }

  private next(): void {
    const turn = this.waiting.take();
    if (turn) turn();
    else this.active--;
  }
}
