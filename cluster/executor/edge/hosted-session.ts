/**
 * The session of an executor that lives in the agent's process: calls and events are passed on as they are, without a
 * connection and without being encoded.
 */

import type { Call, Event } from '../../api/generated/executor';
import type { Logger } from '../../runtime/log';
import type { ExecutorInput } from '../core/events';
import { readExecutorEvent, type Session } from './session';

/** The agent, to executors in its process. */
export interface HostingAgent {
  /** Subscribes an executor. The subscriber is told of a refusal as of an end. */
  subscribe(call: Call, subscriber: Subscriber): void;
  /** Makes a call other than SUBSCRIBE; `refused` gets the reason when the agent does not take it. */
  call(call: Call, refused: (reason: string) => void): void;
}

export interface Subscriber {
  event(event: Event): void;
  closed(reason: string): void;
}

export interface HostedSessionOptions {
  readonly agent: HostingAgent;
  readonly post: (event: ExecutorInput) => void;
  readonly log: Logger;
}

export class HostedSession implements Session {
  private stopped = false;

  constructor(private readonly options: HostedSessionOptions) {}

  subscribe(call: Call): void {
    const { agent } = this.options;
    agent.subscribe(call, {
      event: (event) => this.post(readExecutorEvent(event)),
      closed: (reason) => this.post({ kind: 'agent.disconnected', reason }),
    });
  }

  call(call: Call): void {
    const { agent, log } = this.options;
    if (this.stopped) return;
    agent.call(call, (reason) => {
      if (!this.stopped) log.warn({ call: call.type, why: reason }, 'the agent did not take a call');
    });
  }

  stop(): void {
    this.stopped = true;
  }

  private post(event: ExecutorInput | undefined): void {
    if (event && !this.stopped) this.options.post(event);
  }
}
