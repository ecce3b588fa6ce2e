/** A channel carries notices to one kind of receiver: mail, a chat, or a web hook. */

import type { DeliveryFailure } from '../../core/notify/delivery';
import type { Message, Notice } from '../../core/notify/notice';

export interface Channel {
  /** For logs and metrics: `mail`, `slack`, `mattermost`, `http`. */
  readonly name: string;
  /** Those who get a message of their own; a web hook has one receiver, whatever the owners. */
  receivers(notice: Notice): readonly string[];
  /** Delivers to one receiver within 10 s. Resolves with the failure, if any; does not reject. */
  deliver(delivery: Delivery, signal: AbortSignal): Promise<DeliveryFailure | undefined>;
  close(): void;
}

export interface Delivery {
  readonly notice: Notice;
  readonly message: Message;
  readonly receiver: string;
}

/** The limit of one attempt. */
export const DELIVERY_TIMEOUT_MS = 10_000;
