/**
 * The terms of a process: what it runs while it leads. A term begins with the lead and ends with it; the next one begins
 * from the store, and knows nothing of those before.
 *
 * Always true: terms do not overlap. A term that is no longer wanted has ended before another one begins.
 */

import { errorText } from '../../../../cluster/model/error-text';
import { Lifetime, type Running } from '../../../../cluster/runtime/lifecycle';
import type { Logger } from '../../../../cluster/runtime/log';

export interface TermsOptions<Mandate extends object> {
  readonly log: Logger;
  /** Begins a term; its parts are stopped by the life. `isOver` tells that the lead was lost meanwhile. */
  readonly begin: (mandate: Mandate, life: Lifetime, isOver: () => boolean) => Promise<void>;
  /** A term could not begin. */
  readonly failed: (error: unknown) => void;
  /** A term is over, and all of its parts are stopped. */
  readonly ended: (reason: string) => void;
}

export class Terms<Mandate extends object> implements Running {
  /** The mandate that we have; undefined without the lead. */
  private mandate: Mandate | undefined;
  private current: { readonly mandate: Mandate; readonly life: Lifetime } | undefined;
  private isServing = false;
  private isStopped = false;
  private reason = '';
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly options: TermsOptions<Mandate>) {}

  /** True while the term of our mandate runs. */
  get serves(): boolean {
    return this.isServing && this.current?.mandate === this.mandate;
  }

  /** Begins a term; resolves when it runs or has failed. */
  begin(mandate: Mandate): Promise<void> {
    if (!this.isStopped) this.mandate = mandate;
    return this.follow();
  }

  /** Ends the term; resolves when all of its parts are stopped. */
  end(reason: string): Promise<void> {
    this.mandate = undefined;
    this.reason = reason;
    return this.follow();
  }

  stop(): Promise<void> {
    this.isStopped = true;
    return this.end('the process stops');
  }

  /** Brings the terms to the mandate, one step after the other. */
  private follow(): Promise<void> {
    this.last = this.last.then(() => this.step());
    return this.last;
  }

  private async step(): Promise<void> {
    if (this.current && this.current.mandate !== this.mandate) await this.endCurrent(this.current.life);
    const { mandate } = this;
    if (this.current || !mandate) return;
    const life = new Lifetime();
    this.current = { mandate, life };
    try {
      await this.options.begin(mandate, life, () => this.mandate !== mandate);
      this.isServing = true;
    } catch (error) {
      await this.endCurrent(life);
      if (this.mandate !== mandate) return;
      this.mandate = undefined;
      this.options.failed(error);
    }
  }

  private async endCurrent(life: Lifetime): Promise<void> {
    const { log, ended } = this.options;
    const wasServing = this.isServing;
    this.isServing = false;
    await life.stop().catch((error: unknown) => {
      log.error({ error: errorText(error) }, 'not everything of a term could be stopped');
    });
    this.current = undefined;
    if (wasServing) ended(this.reason);
  }
}
