/**
 * Messages for the master: what a master that does not lead drops, what has to show who sent it first, and
 * the rest as events.
 */

import type { Logger } from '../../runtime/log';
import type { Message } from '../../runtime/messages/receive';
import type { MasterInput } from '../core/events';
import type { AgentAuthentication } from './agent-authentication';
import { readAgentMessage } from './agents';

export interface InboxOptions {
  readonly log: Logger;
  readonly leads: () => boolean;
  readonly post: (event: MasterInput) => void;
}

export class Inbox {
  /** Messages to a master that did not lead (`master/dropped_messages`). */
  dropped = 0;
  /** Whether agents are who they say; known once there is an address to answer from. */
  agents: AgentAuthentication | undefined;

  constructor(private readonly options: InboxOptions) {}

  receive(message: Message): void {
    if (!this.options.leads()) this.drop(message);
    else if (this.agents?.passes(message) ?? true) this.take(message);
  }

  /** A message for the master becomes an event, with who sent it where that is known. */
  take(message: Message): void {
    const { log, post } = this.options;
    const event = readAgentMessage(message);
    const principal = this.agents?.principalOf(message.from);
    if (event?.kind === 'agent.register' || event?.kind === 'agent.reregister') post({ ...event, principal });
    else if (event) post(event);
    else log.debug({ message: message.name, from: message.from }, 'a message of no concern');
  }

  private drop({ name, from }: Message): void {
    this.dropped++;
    this.options.log.debug({ message: name, from }, 'dropped, since this master does not lead');
  }
}
