/**
 * Parts that are started in order and stopped in reverse, also when a start fails half-way.
 */

/** Something that runs until it is stopped. Stopping twice is allowed. */
export interface Running {
  stop(): Promise<void>;
}

/**
 * The reason why a process cannot start, for its operator: what is wrong and what to do. The command line
 * prints the text without a stack and exits with status 1.
 */
export class StartError extends Error {}

/** Collects what has been started, so that one call stops it all, last first. */
export class Lifetime implements Running {
  private readonly stops: (() => Promise<void> | void)[] = [];
  private stopping: Promise<void> | undefined;

  /** Registers the stop of a part that was just started. */
  add(stop: () => Promise<void> | void): void {
    this.stops.push(stop);
  }

  /** Runs a start. When it fails, all parts that were started before are stopped and the error is thrown on. */
  static async start<T extends object>(begin: (life: Lifetime) => Promise<T>): Promise<T & Running> {
    const life = new Lifetime();
    try {
      const started = await begin(life);
      return Object.assign(started, { stop: () => life.stop() });
    } catch (error) {
      // The error of the start matters more than those of the stops.
      await life.stop().catch(() => undefined);
      throw error;
    }
  }

  stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  private async stopAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const stop of this.stops.reverse()) {
      try {
        await stop();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be stopped');
  }
}
