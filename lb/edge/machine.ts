/**
 * Runs the load balancer's machine: its mailbox, and the parts of the edge that perform its effects.
 */

import type { Clock } from '../../cluster/runtime/clock';
import type { Logger } from '../../cluster/runtime/log';
import { Mailbox, type Performers, type Recorder } from '../../cluster/runtime/mailbox';
import { Requests } from '../../cluster/runtime/requests';
import type { DrainEffect } from '../core/drains/drains';
import type { LbEffect, LifeEffect } from '../core/effects';
import type { LbBoot, LbEvent, LbInput } from '../core/events';
import type { RefreshEffect } from '../core/refresh/refresh';
import type { ReloadEffect } from '../core/reload/reload-policy';
import type { RemovalEffect } from '../core/removal/removed-servers';
import type { LbState } from '../core/state';
import { lbMachine } from '../core/step';

export type LifePerformers = Performers<LifeEffect>;
export type RefreshPerformers = Performers<RefreshEffect | ReloadEffect>;
export type DrainPerformers = Performers<DrainEffect>;
export type RemovalPerformers = Performers<RemovalEffect>;

export class LbMachine {
  private readonly mailbox: Mailbox<LbState, LbEvent, LbEffect, LbBoot>;
  private readonly performers = {} as {
    -readonly [K in keyof Performers<LbEffect>]: Performers<LbEffect>[K];
  };
  private readonly brokenListeners: ((error: Error) => void)[] = [];
  /** A step or a performer threw: no event is handled any more. */
  isBroken = false;

  constructor(parts: {
    readonly boot: LbBoot;
    readonly clock: Clock;
    readonly log: Logger;
    readonly recorder?: Recorder | undefined;
    /** Checks the state after each step, and breaks on a violation: for tests. */
    readonly isStrict?: boolean;
  }) {
    const { log } = parts;
    this.mailbox = new Mailbox({
      ...parts,
      machine: lbMachine,
      perform: this.performers,
      onBroken: (error) => {
        log.error({ error: error.stack ?? error.message }, "the load balancer's state machine failed");
        this.isBroken = true;
        for (const listener of this.brokenListeners) listener(error);
      },
    });
  }

  /** Adds the performers of one part; each part is added before it posts its first event. */
  performBy(performers: LifePerformers | RefreshPerformers | DrainPerformers | RemovalPerformers): void {
    Object.assign(this.performers, performers);
  }

  /** Calls back when the machine breaks. */
  onBroken(listener: (error: Error) => void): void {
    this.brokenListeners.push(listener);
  }

  post(event: LbInput): void {
    this.mailbox.post(event);
  }

  /** Violations of what is always true of the state that checks have seen so far. */
  get violations(): number {
    return this.mailbox.violations;
  }

  /** Reads one consistent moment of the state. */
  read<T>(view: (state: LbState) => T): T {
    return this.mailbox.read(view);
  }

  async stop(): Promise<void> {
    await this.mailbox.stop();
  }
}

/**
 * Calls that the machine answers: each becomes an event with a request number, and an effect with that number answers it.
 * When the machine breaks all fail.
 */
export class MachineCalls<Answer> {
  private readonly requests = new Requests<Answer | Error>();

  constructor(private readonly machine: LbMachine) {
    machine.onBroken((error) => this.requests.answerAll(error));
  }

  async ask(event: (request: number) => LbInput): Promise<Answer> {
    if (this.machine.isBroken) throw new Error("the load balancer's state machine failed");
    const answer = await new Promise<Answer | Error>((resolve) => {
      this.machine.post(event(this.requests.add(resolve)));
    });
    if (answer instanceof Error) throw answer;
    return answer;
  }

  answer(request: number, answer: Answer | Error): void {
    this.requests.answer(request, answer);
  }
}
